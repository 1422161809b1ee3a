//! Whether the jobs that run exledger are there, are installed safely, and run on the approved branch.
//!
//! Uses history's names of branches, survey's workflows. Pure. Start at [`check`]. Follows `docs/spec/cli.md`, doctor.

use crate::diag;
use crate::features::doctor::check;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::history::chain;
use crate::survey::shell::quoted;
use crate::survey::workflows::ci::{
    CiSetup, CiWorkflow, GITLAB_JOBS, GITLAB_PIPELINE, PushedBranches,
};

pub(super) fn check(facts: &DoctorFacts<'_>, forge: Option<&str>) -> DoctorCheck {
    let name = CheckName::Workflow;
    let branch = chain::branch(facts.stamp.reference.as_deref().unwrap_or_default());
    let workflows = facts.ci.workflows_of(forge);
    if workflows.is_empty() {
        return gitlab(facts.ci).unwrap_or_else(|| absent(facts.ci, forge));
    }
    let mut problems = workflows.iter().filter_map(|workflow| problem(workflow, branch));
    problems.next().unwrap_or_else(|| {
        let paths: Vec<&str> = workflows.iter().map(|workflow| workflow.path.as_str()).collect();
        let verb = if paths.len() == 1 { "runs" } else { "run" };
        DoctorCheck::ok(name, format!("{} {verb} exledger", diag::names(&paths)))
    })
}

fn problem(workflow: &CiWorkflow, branch: &str) -> Option<DoctorCheck> {
    let (name, path) = (CheckName::Workflow, &workflow.path);
    if let Some(fault) = &workflow.fault {
        return Some(
            DoctorCheck::problem(name, format!("{fault}: correct it, or write it anew"))
                .with_command(format!("git rm {}", quoted(path)))
                .with_command("exledger init"),
        );
    }
    if workflow.is_old {
        let message = format!(
            "{path} is of an earlier version: it installs exledger with `cargo install`, which checks neither its origin nor its content; write it anew"
        );
        return Some(
            DoctorCheck::problem(name, message)
                .with_command(format!("git rm {}", quoted(path)))
                .with_command("exledger init"),
        );
    }
    if let Some(uses) = workflow.unpinned.first() {
        let message = format!(
            "{path} uses {uses}, whose content can change: name the commit, in 40 hexadecimal digits"
        );
        let action = uses.split('@').next().unwrap_or_default();
        return Some(
            DoctorCheck::problem(name, message).with_lines([format!("uses: {action}@COMMIT")]),
        );
    }
    if let Some(uses) = workflow.missing.first() {
        let message = format!("{path} uses {uses}, which is not there: write it anew");
        return Some(DoctorCheck::problem(name, message).with_command("exledger init"));
    }
    if let PushedBranches::Matching(branches) = &workflow.pushes
        && !workflow.pushes.has(branch)
    {
        let message = format!(
            "{path} runs on pushes to {}, but the approved branch is {branch}: add it to on.push.branches",
            diag::names(branches)
        );
        return Some(
            DoctorCheck::problem(name, message)
                .with_lines([format!("branches: [{}]", check::yaml(branch))]),
        );
    }
    if workflow.states_reviews && workflow.pushes == PushedBranches::Nothing {
        let message =
            format!("{path} records reviews, but no push to {branch} starts it: add that to `on`");
        let line = format!("push: {{branches: [{}]}}", check::yaml(branch));
        return Some(DoctorCheck::problem(name, message).with_lines([line]));
    }
    None
}

/// Returns the check of GitLab's pipeline; `None` if there is none of exledger.
fn gitlab(ci: &CiSetup) -> Option<DoctorCheck> {
    let (name, gitlab) = (CheckName::Workflow, &ci.gitlab);
    if gitlab.runs_exledger && (gitlab.has_jobs || gitlab.has_pipeline) {
        return Some(DoctorCheck::ok(name, format!("{GITLAB_PIPELINE} runs exledger")));
    }
    if !gitlab.has_jobs {
        return None;
    }
    let message = format!("{GITLAB_PIPELINE} does not include {GITLAB_JOBS}, so nothing runs");
    let line = format!("include: [{{local: {GITLAB_JOBS}}}]");
    Some(DoctorCheck::problem(name, message).with_lines([line]))
}

fn absent(ci: &CiSetup, forge: Option<&str>) -> DoctorCheck {
    let name = CheckName::Workflow;
    let message = "no job runs exledger: nothing checks pull requests or records reviews";
    match forge {
        Some("github") => DoctorCheck::problem(name, message).with_command("exledger init"),
        Some("gitlab") => {
            let problem =
                DoctorCheck::problem(name, message).with_command("exledger init --forge gitlab");
            if ci.gitlab.has_pipeline {
                problem.with_lines([format!("include: [{{local: {GITLAB_JOBS}}}]")])
            } else {
                problem
            }
        }
        _ => DoctorCheck::note(name, "no job runs exledger: run `exledger lint` in CI"),
    }
}
