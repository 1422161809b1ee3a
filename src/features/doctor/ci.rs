//! Whether the jobs that run exledger are there, are installed safely, and run on the approved branch.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/cli.md`, doctor.

use std::collections::BTreeSet;

use crate::approval::sources::keys::Keys;
use crate::diag;
use crate::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::survey::workflows::ci::{CiSetup, CiWorkflow, GITLAB_JOBS, GITLAB_PIPELINE};

pub(super) fn check(facts: &DoctorFacts<'_>, forge: Option<&str>, keys: &Keys) -> DoctorCheck {
    let reference = facts.stamp.reference.as_deref().unwrap_or_default();
    let workflows = facts.ci.workflows_of(forge);
    let problems = workflows.iter().filter_map(|workflow| problem(workflow, reference));
    // A doubt hides no problem of another workflow.
    if let Some(problem) = problems.min_by_key(|check| check.state != CheckState::Problem) {
        return problem;
    }
    let found = match (workflows, gitlab(facts.ci)) {
        ([], Some(Err(problem))) => return problem,
        ([], Some(Ok(pipeline))) => format!("{pipeline} runs exledger"),
        ([], None) => return absent(facts, forge),
        (workflows, _) => {
            let paths: Vec<&str> =
                workflows.iter().map(|workflow| workflow.path.as_str()).collect();
            let verb = if paths.len() == 1 { "runs" } else { "run" };
            let variables = workflows.iter().flat_map(|workflow| &workflow.variables);
            let names: BTreeSet<&str> = variables.map(|variable| variable.name.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let set = if names.is_empty() {
                String::new()
            } else {
                format!(", with {}", diag::names(&names))
            };
            format!("{} {verb} exledger{set}", diag::names(&paths))
        }
    };
    proven(facts, (forge, reference), keys, found)
}

/// Adds whether the key that signs reviews is protected: only a job that has it can show that.
fn proven(
    facts: &DoctorFacts<'_>,
    (forge, reference): (Option<&str>, &str),
    keys: &Keys,
    found: String,
) -> DoctorCheck {
    if facts.ci.states_reviews(forge, reference).is_none() {
        return DoctorCheck::ok(CheckName::Ci, found);
    }
    match (keys.has_bridge(), facts.has_signed) {
        (true, true) => DoctorCheck::ok(CheckName::Ci, found),
        (true, false) => {
            let message =
                format!("{found}; environment not proven: no job has signed a review yet");
            DoctorCheck::note(CheckName::Ci, message)
        }
        (false, _) => {
            let message = format!(
                "{found}; environment not proven: no review key is listed, so reviews count by `exledger approve` alone"
            );
            DoctorCheck::note(CheckName::Ci, message).with_command("exledger ci setup")
        }
    }
}

fn problem(workflow: &CiWorkflow, reference: &str) -> Option<DoctorCheck> {
    let (name, path) = (CheckName::Ci, &workflow.path);
    if let Some(fault) = &workflow.fault {
        return Some(DoctorCheck::problem(name, format!("{fault}: correct it")));
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
        let message = format!(
            "{path} uses {uses}, which is not there: restore it, or name an action by its commit"
        );
        return Some(DoctorCheck::problem(name, message));
    }
    let gap = workflow.gap(reference)?;
    let check = match gap.is_doubt {
        true => DoctorCheck::unknown(name, gap.sentence()),
        false => DoctorCheck::problem(name, gap.message),
    };
    Some(check.with_lines([gap.line]))
}

/// Returns the pipeline of GitLab that runs exledger, or what keeps it from that; `None` without one.
fn gitlab(ci: &CiSetup) -> Option<Result<&'static str, DoctorCheck>> {
    let gitlab = &ci.gitlab;
    if gitlab.runs_exledger && (gitlab.has_jobs || gitlab.has_pipeline) {
        return Some(Ok(GITLAB_PIPELINE));
    }
    if !gitlab.has_jobs {
        return None;
    }
    let message = format!("{GITLAB_PIPELINE} does not include {GITLAB_JOBS}, so nothing runs");
    let line = format!("include: [{{local: {GITLAB_JOBS}}}]");
    Some(Err(DoctorCheck::problem(CheckName::Ci, message).with_lines([line])))
}

fn absent(facts: &DoctorFacts<'_>, forge: Option<&str>) -> DoctorCheck {
    let name = CheckName::Ci;
    let message = "no job runs exledger: nothing checks pull requests or records reviews";
    match forge {
        Some("github") => DoctorCheck::problem(name, message).with_command(facts.init),
        Some("gitlab") => {
            let init = format!("{} --forge gitlab", facts.init);
            let problem = DoctorCheck::problem(name, message).with_command(init);
            if facts.ci.gitlab.has_pipeline {
                problem.with_lines([format!("include: [{{local: {GITLAB_JOBS}}}]")])
            } else {
                problem
            }
        }
        _ => DoctorCheck::note(name, "no job runs exledger: run `exledger lint` in CI"),
    }
}
