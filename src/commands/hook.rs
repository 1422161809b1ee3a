//! `hook`: answers an agent runtime that asks before a tool call.
//!
//! Start at [`HookArgs`]. Follows `docs/spec/cli.md`, hook. Neither the payload nor the environment chooses the ledger, the
//! ref, the map or the identity: the agent may be able to change them.

mod reply;
mod settings;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Elapsed};

use anyhow::Context as _;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;

use crate::commands::check::fresh;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::filter;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use exledger::gate::answer::{GateVerdict, Question};
use exledger::gate::receipt::LoggedReceipt;
use exledger::gate::tool_call::{self, CallContext, CallDecision, ToolCall};
use exledger::gate::withheld;
use exledger::history::watched_paths::RecordFilter;
use exledger::interop::hooks;
use exledger::interop::hooks::runtime::{MOST_BYTES, Runtime};
use exledger::policy::governance::{NO_POLICY, State};
use exledger::policy::hooks::{FILE, HookFile, HookMap, HookRuntime, LIMITS};
use exledger::record::vocabulary::Vocabulary;
use exledger::session::Session;
use exledger::session::check::CheckRequest;
use exledger::session::check::freshness::MaxAge;
use exledger::session::check::receipts::ReceiptLog;
use exledger::session::options::Options;
use exledger::session::snapshot::walk::Scope;
use exledger::store::files;
use exledger::store::git::reach;
use exledger::store::refused;

/// The name of the command, whose exit codes differ from all others.
pub(crate) const NAME: &str = "hook";

/// The longest time limit, in seconds.
const LONGEST_LIMIT: u64 = 600;

/// Answer an agent runtime that asks before each tool call
///
/// Reads the runtime's payload on standard input. The map exledger-hooks.yaml on the approved branch says which calls
/// run, which are refused, and which need an exception. Exits 0 if the call may run, and 2 with a reason otherwise:
/// whatever goes wrong refuses the call.
#[derive(Debug, Parser)]
#[command(name = "hook")]
#[command(after_help = "\
EXAMPLE
  exledger hook claude-code --ledger /srv/ledger --as agent:coder --print-config")]
pub(crate) struct HookArgs {
    /// Agent runtime that asks
    #[arg(value_parser = filter::words::<HookRuntime>())]
    runtime: String,
    /// Clone of the ledger, which the agent must not be able to write to; an absolute path
    #[arg(long, value_name = "DIR", value_parser = absolute)]
    ledger: PathBuf,
    /// Map of tool calls, instead of the one on the approved branch; an absolute path outside the work tree
    #[arg(long, value_name = "FILE", value_parser = absolute)]
    map: Option<PathBuf>,
    /// Identity that acts, whatever the map says
    #[arg(long = "as", value_name = "IDENTITY", value_parser = NonEmptyStringValueParser::new())]
    identity: Option<String>,
    /// Count uses of limited-use records in this file, and append each receipt to it; an absolute path
    #[arg(long, value_name = "FILE", value_parser = absolute)]
    receipts: Option<PathBuf>,
    /// Refuse unless the approved branch was fetched within this time, such as 30s, 10m, 1h or 2d
    #[arg(long, value_name = "DUR", value_parser = MaxAge::parse)]
    max_age: Option<MaxAge>,
    /// Run `git fetch` before answering
    #[arg(long)]
    fetch: bool,
    /// Refuse if there is no answer within this time
    #[arg(long, value_name = "DUR", value_parser = limit, default_value = "5s")]
    timeout: Duration,
    /// Keep the receipt of each refused question in this folder, for `new --from-check`; an absolute path
    #[arg(long, value_name = "DIR", value_parser = absolute)]
    refused: Option<PathBuf>,
    /// Accept a ledger that shares its work tree or git directory with the repository that the agent works in
    #[arg(long)]
    trust_clone: bool,
    /// Print the runtime's settings that run this command before each tool call
    #[arg(long)]
    print_config: bool,
}

pub(crate) const COMMAND: Command = Command::of::<HookArgs>();

/// Runs the command and returns its exit code, which is 0 or 2.
pub(crate) fn exit_code(
    matches: &clap::ArgMatches,
    answered: impl FnOnce() -> anyhow::Result<Option<Outcome>>,
) -> u8 {
    let own = matches.subcommand().map(|(_, own)| own);
    let name = own.and_then(|own| own.get_one::<String>("runtime"));
    reply::exit_code(name.and_then(|name| runtime(name)), answered)
}

impl Run for HookArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);
    const PAST: PastInstants = PastInstants::Refused("a tool call happens now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let runtime = runtime(&self.runtime)
            .ok_or_else(|| refusal(format!("{} is not a runtime", self.runtime)))?;
        if !self.print_config {
            reply::start_deadline(runtime, self.timeout);
        }
        refuse_choices(ctx)?;
        if self.print_config {
            settings::print(ctx, runtime, &self.words(ctx), self.timeout)?;
            return Ok(Outcome::Fine);
        }
        self.answer(ctx, runtime, Elapsed::now())?;
        reply::pass(runtime)?;
        Ok(Outcome::Fine)
    }
}

impl HookArgs {
    /// Returns the arguments of this command line, without `--print-config`.
    fn words(&self, ctx: &Ctx) -> Vec<String> {
        let shown = |path: &Path| path.display().to_string();
        let mut words = vec![NAME.to_owned(), self.runtime.clone()];
        let mut flag = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.extend([name.to_owned(), value]);
            }
        };
        flag("--ledger", Some(shown(&self.ledger)));
        flag("--approved-ref", ctx.globals.approved_ref.clone());
        flag("--map", self.map.as_deref().map(shown));
        flag("--as", self.identity.clone());
        flag("--receipts", self.receipts.as_deref().map(shown));
        flag("--max-age", self.max_age.as_ref().map(ToString::to_string));
        flag("--timeout", Some(format!("{}s", self.timeout.as_secs())));
        flag("--refused", self.refused.as_deref().map(shown));
        words.extend(self.fetch.then(|| "--fetch".to_owned()));
        words.extend(self.trust_clone.then(|| "--trust-clone".to_owned()));
        words
    }

    /// Returns if the call may run.
    fn answer(&self, ctx: &Ctx, runtime: &Runtime, begun: Elapsed) -> anyhow::Result<()> {
        let mut payload = Vec::new();
        let stdin = std::io::stdin().lock();
        stdin.take(MOST_BYTES + 1).read_to_end(&mut payload).context("can't read stdin")?;
        let call = runtime.call(&payload).map_err(|error| refusal(error.to_string()))?;
        self.refuse_shared_places(&call)?;
        let options = Options {
            approved_ref: ctx.globals.approved_ref.clone(),
            ignores_configured_ref: true,
            ..Options::default()
        };
        let session = Session::open(&self.ledger, options)?;
        if self.fetch {
            // What is left of the time is needed for the answer.
            let share = self.timeout.mul_f64(0.8);
            fresh::fetch_for(ctx, &session, &chosen_names(ctx), &|| begun.elapsed() < share);
        }
        let map = self.read_map(ctx, &session)?;
        let folder = call.folders.first().map(PathBuf::from);
        let below = |path: &str| reach::below(folder.as_deref()?, path);
        let context = CallContext { identity: self.identity.as_deref(), below: &below };
        match tool_call::decide(&map, &call, &context) {
            CallDecision::Pass => Ok(()),
            CallDecision::Deny(reason) => Err(refusal(format!("{}: {reason}", call.tool))),
            CallDecision::Ask(question) => self.ask(ctx, &session, &question),
        }
    }

    /// Refuses a ledger or a map that the agent could write to with the repository that it works in.
    fn refuse_shared_places(&self, call: &ToolCall) -> anyhow::Result<()> {
        for folder in call.folders.iter().map(Path::new) {
            if !folder.is_absolute() {
                return Err(refusal(format!("{} is not an absolute path", folder.display())));
            }
            if let Some(map) = &self.map
                && reach::contains(folder, map)
            {
                return Err(refusal(format!(
                    "the map {} lies in the repository that the agent works in",
                    map.display()
                )));
            }
            if self.trust_clone {
                continue;
            }
            if let Some(part) = reach::overlap(&self.ledger, folder) {
                return Err(refusal(format!(
                    "the ledger shares {} with the repository that the agent works in: give --ledger a clone of its own, or --trust-clone",
                    part.display()
                )));
            }
        }
        Ok(())
    }

    /// Returns the map in force, which must have no errors.
    fn read_map(&self, ctx: &Ctx, session: &Session) -> anyhow::Result<HookMap> {
        let file = match &self.map {
            Some(path) if reach::contains(&self.ledger, path) => {
                return Err(refusal(format!(
                    "the map {} lies in the work tree of the ledger, where nobody approves it: leave out --map",
                    path.display()
                )));
            }
            Some(path) => {
                let bytes = files::read(path, LIMITS.bytes as u64)
                    .map_err(|error| refusal(error.to_string()))?;
                HookFile::read(&path.display().to_string(), &bytes)
            }
            None => approved_map(ctx, session)?,
        };
        if let Some(finding) = file.findings.first() {
            let place = finding.pos.map(|pos| format!(":{}:{}", pos.line, pos.column));
            let place = place.unwrap_or_default();
            return Err(refusal(format!("{}{place}: {}", finding.path, finding.message)));
        }
        if let (None, Some(pos)) = (&self.identity, file.without_subject()) {
            return Err(refusal(format!(
                "{FILE}:{}:{}: this question names nobody: state a subject, or give --as",
                pos.line, pos.column
            )));
        }
        file.map.ok_or_else(|| refusal(format!("{FILE} can't be read")))
    }

    /// Asks the gate; only `allow` lets the call run.
    fn ask(&self, ctx: &Ctx, session: &Session, question: &Question) -> anyhow::Result<()> {
        let receipts = self.receipts.as_deref().map_or_else(ReceiptLog::none, ReceiptLog::open);
        let request = CheckRequest { question, at: None, max_age: self.max_age.as_ref() };
        let check = session.ask(&ctx.moment(), &request, &receipts)?;
        if check.answer.verdict == GateVerdict::Allow {
            return Ok(());
        }
        // What people wrote in a record could instruct the agent.
        let described = withheld::describe(&check.answer);
        let mut reason = described.unwrap_or_else(|| {
            format!("{}: {}", check.answer.verdict.as_str(), check.answer.reason)
        });
        if let Some(folder) = &self.refused {
            let line = LoggedReceipt::of(question, &check, &Value::Null).line()?;
            let kept = match refused::keep(folder, line.as_bytes()) {
                Ok(path) => format!("; exledger new --from-check {}", path.display()),
                Err(error) => format!("; the question is not kept: {error}"),
            };
            reason.push_str(&kept);
        }
        Err(refusal(reason))
    }
}

/// Returns the map on the approved ref, in the version that counts.
fn approved_map(ctx: &Ctx, session: &Session) -> anyhow::Result<HookFile> {
    let none = RecordFilter::anywhere(BTreeSet::new());
    let snapshot = session.snapshot_of_landed(&ctx.moment(), Scope::Named(&none))?;
    let governance = snapshot.governance();
    if governance.state == State::Absent {
        return Err(refusal(NO_POLICY.to_owned()));
    }
    if let Some(file) = &governance.hooks {
        return Ok(file.clone());
    }
    let finding = governance.findings.iter().find(|finding| finding.path == FILE);
    let why = finding.map_or_else(
        || "no approved version is on the approved branch: merge one, or give --map".to_owned(),
        |finding| finding.message.clone(),
    );
    Err(refusal(format!("{FILE}: {why}")))
}

/// Refuses flags that would move the question to another place or time.
pub(crate) fn refuse_choices(ctx: &Ctx) -> anyhow::Result<()> {
    if ctx.globals.directory.is_some() {
        return Err(refusal("-C has no effect here: give --ledger DIR".to_owned()));
    }
    if ctx.globals.on.is_some() {
        return Err(refusal("--on asks about another day, and a tool call happens now".to_owned()));
    }
    match &ctx.globals.approved_ref {
        Some(name) if !name.starts_with("refs/") => Err(refusal(format!(
            "--approved-ref {name} is not a full name: write refs/remotes/origin/{name}"
        ))),
        _ => Ok(()),
    }
}

/// Returns the environment variables by which git or this program could be made to choose something else.
pub(crate) fn chosen_names(ctx: &Ctx) -> Vec<&str> {
    let names = ctx.environment.keys().map(String::as_str);
    names.filter(|name| name.starts_with("GIT_") || name.starts_with("EXLEDGER_")).collect()
}

fn runtime(name: &str) -> Option<&'static Runtime> {
    hooks::named(HookRuntime::from_word(name)?)
}

/// Returns the error that refuses a call.
fn refusal(reason: String) -> anyhow::Error {
    fault::usage_error(reason, "")
}

/// Reads a path that does not depend on the folder in which the runtime was started.
pub(crate) fn absolute(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_absolute() { Ok(path) } else { Err("give an absolute path".to_owned()) }
}

/// Reads a time limit.
fn limit(text: &str) -> Result<Duration, String> {
    let seconds = u64::try_from(MaxAge::parse(text)?.seconds()).unwrap_or_default();
    if (1..=LONGEST_LIMIT).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    Err("give at least 1s and at most 10m".to_owned())
}
