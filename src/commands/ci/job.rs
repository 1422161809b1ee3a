//! The job that runs: its forge, its event, and where its answers go.
//!
//! Start at [`ForgeJob::open`].

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde_json::Value;

use crate::commands::ci::part::{JobPart, shorten};
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::init::forge::Origin;
use exledger::diag::shell::quoted;
use exledger::history::chain;
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs::ApprovedRef;
use exledger::history::tree::CommitTree;
use exledger::policy::demand::Forge;
use exledger::session::Session;
use exledger::session::locate;
use exledger::store::files::{self, FileError};
use exledger::store::forge::{self, ForgeClient, ForgeError, ForgeProgram, ForgeRepository};
use exledger::survey::remote::RemoteAddress;
use exledger::survey::workflows::ci::CiSetup;
use exledger::survey::workflows::review_job::WorkflowGap;

/// Where the repository is.
#[derive(Clone, Debug, Parser)]
pub(super) struct ForgeArgs {
    /// Forge [default: that of the job, of the remote's host, or of the policy]
    #[arg(long, value_name = "FORGE")]
    pub(super) forge: Option<ForgeName>,

    /// Repository on the forge [default: that of the job, otherwise that of the remote]
    #[arg(long, value_name = "OWNER/NAME")]
    pub(super) repo: Option<String>,

    /// Print each call, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ForgeName {
    /// GitHub, by `gh`
    Github,
    /// GitLab, by `glab`
    Gitlab,
}

impl ForgeName {
    pub(super) fn program(self) -> ForgeProgram {
        match self {
            ForgeName::Github => ForgeProgram::Github,
            ForgeName::Gitlab => ForgeProgram::Gitlab,
        }
    }
}

/// The maximum size of an event and of a summary, in bytes.
const MOST: u64 = 32 * 1024 * 1024;

/// The variable that keeps tests from waiting; a release does not read it.
const TEST_WAITS: &str = "EXLEDGER_TEST_WAITS";

pub(super) struct ForgeJob<'c> {
    pub(super) ctx: &'c Ctx,
    pub(super) forge: ForgeProgram,
    pub(super) is_running: bool,
    pub(super) event: Value,
    pub(super) repository: Box<dyn ForgeRepository>,
    /// The approved ref; `None` before anything was pushed.
    pub(super) approved: Option<ApprovedRef>,
    pub(super) session: Session,
}

// A crash writes no memory, in which the key is, into the work tree.
fn leave_no_dump() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            log::warn!("core dumps stay on: {error}");
        }
    }
    // The limit does not bind a system that pipes dumps to a program.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            log::warn!("dumps stay on: {error}");
        }
    }
}

impl<'c> ForgeJob<'c> {
    pub(super) fn open(ctx: &'c Ctx, args: &ForgeArgs) -> anyhow::Result<ForgeJob<'c>> {
        leave_no_dump();
        let session = ctx.home()?;
        let approved = session.approved_ref().ok();
        let git = session.repository()?;
        let remote =
            approved.as_ref().and_then(|it| it.remote.clone()).or_else(|| git.first_remote());
        let remote = remote.unwrap_or_else(|| "origin".to_owned());
        let address = git.url_of(&remote).as_deref().and_then(RemoteAddress::parse);
        let running = match (ctx.variable("GITHUB_ACTIONS"), ctx.variable("GITLAB_CI")) {
            (Some("true"), _) => Some(ForgeProgram::Github),
            (_, Some("true")) => Some(ForgeProgram::Gitlab),
            _ => None,
        };
        let by_host = || match address.as_ref()?.forge()? {
            "github" => Some(ForgeProgram::Github),
            "gitlab" => Some(ForgeProgram::Gitlab),
            _ => None,
        };
        // The policy names it where the host is the team's own.
        let by_policy = || match locate::governance(session.tree()).ok()?.policy.approval.forge {
            Forge::Github => Some(ForgeProgram::Github),
            Forge::Gitlab => Some(ForgeProgram::Gitlab),
            _ => None,
        };
        let forge = args.forge.map(|name| name.program()).or(running).or_else(by_host);
        let forge = forge.or_else(by_policy);
        let forge = forge.ok_or_else(|| {
            fault::usage_error(
                "it is not known which forge the repository is on",
                "add --forge github or --forge gitlab",
            )
        })?;
        let is_running = running == Some(forge);
        let of_job = |name: &str| ctx.variable(name).filter(|_| is_running).map(str::to_owned);
        let (repository, host, token) = match forge {
            ForgeProgram::Github => (
                of_job("GITHUB_REPOSITORY"),
                of_job("GITHUB_SERVER_URL")
                    .and_then(|url| Some(url.split_once("://")?.1.to_owned())),
                of_job("GH_TOKEN"),
            ),
            ForgeProgram::Gitlab => {
                (of_job("CI_PROJECT_PATH"), of_job("CI_SERVER_HOST"), of_job("GITLAB_TOKEN"))
            }
        };
        let repository = args.repo.clone().or(repository);
        let repository =
            repository.or_else(|| address.as_ref().map(|address| address.path.clone()));
        let repository =
            repository.filter(|repository| is_repository(repository)).ok_or_else(|| {
                fault::usage_error(
                    "it is not known which repository of the forge this is",
                    "add --repo OWNER/NAME",
                )
            })?;
        let host = host.or_else(|| address.as_ref().map(|address| address.host.clone()));
        let default =
            format!("{}.com", if forge == ForgeProgram::Github { "github" } else { "gitlab" });
        let remote = match of_job("CI_PROJECT_URL").filter(|_| forge == ForgeProgram::Gitlab) {
            Some(url) => format!("{url}.git"),
            None => remote,
        };
        let client = ForgeClient {
            forge,
            host: host.unwrap_or(default),
            repository,
            folder: git.work_dir().map_or_else(|| session.root().to_owned(), PathBuf::from),
            token,
            remote,
            dry_run: args.dry_run,
            waits: !(cfg!(exledger_test_variables) && ctx.variable(TEST_WAITS) == Some("0")),
            show: if args.dry_run { Some(show_calls(ctx)) } else { None },
        };
        Ok(ForgeJob {
            ctx,
            forge,
            is_running,
            event: read_event(ctx, is_running && forge == ForgeProgram::Github)?,
            repository: forge::open(client),
            approved,
            session,
        })
    }

    pub(super) fn approved(&self) -> anyhow::Result<ApprovedRef> {
        Ok(self.session.approved_ref()?)
    }

    /// Returns the name of the approved branch; before anything was pushed, of the one that `init` would name.
    pub(super) fn branch(&self) -> anyhow::Result<String> {
        if let Some(approved) = &self.approved {
            return Ok(chain::approved_branch(approved).to_owned());
        }
        let chosen = Origin::of(self.session.repository()?)?.branch;
        match chosen.one() {
            Some(branch) => Ok(branch.to_owned()),
            None => self.approved().map(|approved| approved.reference),
        }
    }

    // Returns what the job that should record reviews lacks in the workflow on the approved branch.
    pub(super) fn workflow_gap(&self) -> anyhow::Result<Option<WorkflowGap>> {
        let Some(approved) = self.approved.as_ref().filter(|_| self.forge == ForgeProgram::Github)
        else {
            return Ok(None);
        };
        let git = self.session.repository()?;
        let top = CommitTree::of_commit(git, approved.tip, &LedgerPrefix::default())?;
        Ok(CiSetup::read(&top)?.review_gap(Some("github"), &approved.reference))
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.ctx.variable(name).filter(|_| self.is_running)
    }

    pub(super) fn event(&self, pointer: &str) -> Option<&str> {
        self.event.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns the marker that begins our texts about this ledger: a repository may have several.
    pub(super) fn marker(&self, name: &str) -> anyhow::Result<String> {
        let prefix = self.session.repository()?.prefix(self.session.root()).unwrap_or_default();
        let plain =
            |it: char| if it.is_ascii_alphanumeric() || "._/-".contains(it) { it } else { '_' };
        let folder: String = prefix.trim_end_matches('/').chars().map(plain).collect();
        let folder = if folder.is_empty() { folder } else { format!(" {folder}") };
        Ok(format!("<!-- {name}{folder} -->"))
    }

    /// Returns the address of the page of this run; empty in a clone.
    pub(super) fn page(&self) -> String {
        match self.forge {
            ForgeProgram::Github => {
                let run = self.variable("GITHUB_RUN_ID");
                let host = &self.repository.client().host;
                let page = run.map(|run| {
                    format!(
                        "https://{host}/{}/actions/runs/{run}",
                        self.repository.client().repository
                    )
                });
                page.unwrap_or_default()
            }
            ForgeProgram::Gitlab => self.variable("CI_JOB_URL").unwrap_or_default().to_owned(),
        }
    }

    /// Returns a text as a comment or an issue: behind its marker, as long as the forge accepts.
    pub(super) fn body(&self, marker: &str, text: &str) -> String {
        let rest = match self.page() {
            page if page.is_empty() => "run `exledger ci` in a clone".to_owned(),
            page => format!("see [the run]({page})"),
        };
        format!("{marker}\n{}", shorten(text, &rest))
    }

    pub(super) fn print(&self, part: &JobPart) -> anyhow::Result<()> {
        self.ctx.print(part.answer(0).as_bytes())?;
        self.tell(part);
        Ok(())
    }

    pub(super) fn tell(&self, part: &JobPart) {
        if !part.messages.is_empty() {
            self.ctx.tell(part.messages.trim_end());
        }
    }

    /// Adds a Markdown text to the summary of the job; a forge without one has it in the log.
    pub(super) fn summarize(&self, text: &str) -> anyhow::Result<()> {
        let Some(path) = self.variable("GITHUB_STEP_SUMMARY") else {
            return Ok(());
        };
        let path = PathBuf::from(path);
        let mut whole = match files::read(&path, MOST) {
            Ok(bytes) => bytes,
            Err(FileError::Absent(_)) => Vec::new(),
            Err(error) => return Err(fault::undetermined(error.to_string(), "")),
        };
        whole.extend(text.as_bytes());
        whole.push(b'\n');
        files::replace(&path, &whole).map_err(|error| fault::undetermined(error.to_string(), ""))
    }

    /// Writes our comment on a request: over the one that is there, or a new one if it is wanted.
    pub(super) fn comment(
        &self,
        request: u64,
        marker: &str,
        text: &str,
        is_wanted: bool,
    ) -> anyhow::Result<()> {
        let login = self.asked(self.repository.own_login())?;
        let comments = self.asked(self.repository.comments(request))?;
        // Others may write the marker; their comments are theirs.
        let own = comments.iter().find(|it| it.author == login && it.body.starts_with(marker));
        if own.is_some() || is_wanted {
            let over = own.map(|comment| comment.number);
            let body = self.body(marker, text);
            self.asked(self.repository.write_comment(request, over, &body))?;
        }
        Ok(())
    }

    pub(super) fn asked<T>(&self, answer: Result<T, ForgeError>) -> anyhow::Result<T> {
        let program = self.forge.program();
        answer.map_err(|error| {
            if let Some(absent) = error.absent_program() {
                let remedy = format!("install {absent}, or put it on PATH, then run it again");
                return fault::undetermined(format!("the forge was not asked: {error}"), remedy);
            }
            fault::undetermined(
                format!("the forge did not answer: {error}"),
                format!(
                    "check `{program} auth status` and what the token may do, then run it again"
                ),
            )
        })
    }
}

pub(super) fn worst<'p>(parts: impl IntoIterator<Item = &'p JobPart>) -> Outcome {
    parts.into_iter().map(JobPart::outcome).max().unwrap_or(Outcome::Fine)
}

/// Tells whether a text is the path of a repository, and no part of an address beyond it.
fn is_repository(text: &str) -> bool {
    let is_name = |name: &str| {
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_.~".contains(it);
        !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
    };
    text.contains('/') && text.split('/').all(is_name)
}

fn read_event(ctx: &Ctx, is_github: bool) -> anyhow::Result<Value> {
    let Some(path) = ctx.variable("GITHUB_EVENT_PATH").filter(|_| is_github) else {
        return Ok(Value::Null);
    };
    let unread = |cause: String| {
        fault::undetermined(
            format!("the event of the workflow can't be read: {cause}"),
            "run the job again",
        )
    };
    let bytes =
        files::read(&PathBuf::from(path), MOST).map_err(|error| unread(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unread(error.to_string()))
}

fn show_calls(ctx: &Ctx) -> forge::ShowCall {
    let ctx = ctx.clone();
    Box::new(move |program, arguments, input| {
        let arguments: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
        let input = match input {
            Some(bytes) => format!(" <<< {}", quoted(&String::from_utf8_lossy(bytes))),
            None => String::new(),
        };
        ctx.tell_verbatim(&format!("{program} {}{input}", arguments.join(" ")));
    })
}
