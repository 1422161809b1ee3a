//! `ci pull-request`: checks what a request adds, and says in one comment what it changes and who can approve it.
//!
//! Start at [`PullRequestArgs`]. Follows `docs/spec/cli.md`, ci.

use std::path::PathBuf;

use clap::Parser;
use serde_json::Value;

use crate::commands::ci::job::{ForgeArgs, ForgeJob, worst};
use crate::commands::ci::part::JobPart;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::diff::DiffArgs;
use crate::commands::exit::Outcome;
use crate::commands::lint::LintArgs;
use crate::commands::scan::ScanArgs;
use exledger::diag::shell::is_branch_name;
use exledger::store::files;
use exledger::store::forge::ForgeProgram;

/// Check what a pull request adds, and comment on it
///
/// Runs `lint --base` and `scan --base`, and keeps one comment with the changes of `diff`: only if a record or a rule
/// changes, and not from a fork or in a merge queue. Exits 1 for errors.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger ci pull-request\n  exledger ci pull-request --dry-run")]
pub(crate) struct PullRequestArgs {
    #[command(flatten)]
    forge: ForgeArgs,
}

pub(super) const COMMAND: Command = Command::of::<PullRequestArgs>("pull-request");

#[derive(Debug, Default)]
struct CheckedRequest {
    number: Option<u64>,
    base: String,
    branch: Option<String>,
    /// Whether it comes from another repository, for which the token can't write.
    is_from_fork: bool,
}

impl Run for PullRequestArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);
    const PAST: PastInstants = PastInstants::Refused("this command checks the current files");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let job = ForgeJob::open(ctx, &self.forge)?;
        let request = CheckedRequest::read(&job)?;
        let base = format!("--base={}", request.base);
        let shown = match (job.is_running, job.forge) {
            (true, ForgeProgram::Github) => "github",
            _ => "table",
        };
        // The branch completes the commands that approve something of it.
        let branch = request.branch.iter().filter(|branch| is_branch_name(branch));
        let branch: Vec<String> = branch.map(|branch| format!("--branch={branch}")).collect();
        let branch = || branch.iter().map(String::as_str);
        let linted: Vec<&str> = [base.as_str()].into_iter().chain(branch()).collect();
        let lint = JobPart::run::<LintArgs>(ctx, &[shown, "markdown", "gitlab"], &linted)?;
        job.print(&lint)?;
        let scan = JobPart::run::<ScanArgs>(ctx, &[shown, "markdown"], &[&base, "--no-age"])?;
        job.print(&scan)?;
        let arguments: Vec<&str> = branch().chain(["--", &request.base]).collect();
        let diff = JobPart::run::<DiffArgs>(ctx, &["markdown", "json"], &arguments)?;
        job.tell(&diff);
        if job.is_running {
            if let Some(folder) = job.variable("CI_PROJECT_DIR") {
                let path = PathBuf::from(folder).join("gl-code-quality-exledger.json");
                files::replace(&path, lint.answer(2).as_bytes())?;
            }
            for text in [lint.answer(1), scan.answer(1), diff.answer(0)] {
                job.summarize(text)?;
            }
        }
        // `lint` has its errors, too.
        let unknown = diff.outcome() == Outcome::Undetermined;
        let outcome =
            worst([&lint, &scan]).max(if unknown { diff.outcome() } else { Outcome::Fine });
        if !diff.answer(0).is_empty() {
            comment(&job, &request, &diff)?;
        }
        Ok(outcome)
    }
}

impl CheckedRequest {
    fn read(job: &ForgeJob<'_>) -> anyhow::Result<CheckedRequest> {
        let approved = job.approved()?.reference;
        let of_origin = |branch: &str| format!("refs/remotes/origin/{branch}");
        if !job.is_running {
            return Ok(CheckedRequest { base: approved, ..CheckedRequest::default() });
        }
        let request = match job.forge {
            ForgeProgram::Github => {
                let queued = job.event("/merge_group/base_sha").map(str::to_owned);
                let base = job.event("/pull_request/base/ref").map(of_origin).or(queued);
                let repository = &job.repository.client().repository;
                let origin = job.event("/pull_request/head/repo/full_name");
                CheckedRequest {
                    number: job.event.pointer("/pull_request/number").and_then(Value::as_u64),
                    base: base.unwrap_or(approved),
                    branch: job.event("/pull_request/head/ref").map(str::to_owned),
                    is_from_fork: origin != Some(repository.as_str()),
                }
            }
            ForgeProgram::Gitlab => {
                let base = job.variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(of_origin);
                let number = job.variable("CI_MERGE_REQUEST_IID");
                let branch = job.variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME");
                let source = job.variable("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
                CheckedRequest {
                    number: number.and_then(|number| number.parse().ok()),
                    base: base.unwrap_or(approved),
                    branch: branch.map(str::to_owned),
                    is_from_fork: source != job.variable("CI_PROJECT_ID"),
                }
            }
        };
        let head = request.number.filter(|_| request.is_from_fork);
        let head = head.map(|number| job.forge.head_of_request(number));
        Ok(CheckedRequest { branch: head.or(request.branch), ..request })
    }
}

fn comment(job: &ForgeJob<'_>, request: &CheckedRequest, diff: &JobPart) -> anyhow::Result<()> {
    let Some(number) = request.number else {
        return Ok(());
    };
    if request.is_from_fork {
        job.ctx
            .hint("hint: the request comes from a fork, so there is no comment: see the summary");
        return Ok(());
    }
    if job.repository.client().token.is_none() {
        let name = if job.forge == ForgeProgram::Github { "GH_TOKEN" } else { "GITLAB_TOKEN" };
        job.ctx.hint(&format!("hint: {name} is not set, so there is no comment"));
        return Ok(());
    }
    let answer = diff.json(1);
    let has = |key: &str, is: &dyn Fn(&Value) -> bool| {
        answer.get(key).and_then(Value::as_array).is_some_and(|all| all.iter().any(is))
    };
    let is_about_exceptions = has("changes", &|_| true)
        || has("findings", &|it| it.get("rule").is_none_or(|rule| rule != "workflow-changed"));
    job.comment(number, &job.marker("exledger")?, diff.answer(0), is_about_exceptions)
}
