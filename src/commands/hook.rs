//! `hook`: answers an agent runtime that asks before a tool call.
//!
//! Start at [`HookArgs`]. Follows `docs/spec/cli.md`, hook. Neither the payload nor the environment chooses the ledger, the
//! ref, the map or the identity: the agent may be able to change them.

mod map;
mod reply;
mod settings;

use exledger::diag::shell;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Elapsed};

use anyhow::Context as _;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;

use crate::commands::check::fresh;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, filter, place};
use crate::commands::exit::Outcome;
use crate::commands::hook::reply::RefusedCall;
use exledger::diag::Level;
use exledger::features::check::freshness::MaxAge;
use exledger::features::check::governed::{AskedQuestion, GovernedAnswer, GovernedRequest};
use exledger::features::check::receipts::{ReceiptLog, ReceiptsFile};
use exledger::formats::hooks;
use exledger::formats::hooks::runtime::{MOST_BYTES, Runtime};
use exledger::gate::answer::{GateAnswer, GateVerdict};
use exledger::gate::question::BoundIdentity;
use exledger::gate::receipt::LoggedReceipt;
use exledger::gate::tool_call::{CallContext, ToolCall};
use exledger::gate::withheld;
use exledger::policy::governance::Governance;
use exledger::policy::hooks::{HookFile, HookRuntime, LIMITS};
use exledger::record::vocabulary::{IdentityType, Vocabulary};
use exledger::session::Session;
use exledger::session::error::{Error, Undetermined};
use exledger::session::options::Options;
use exledger::store::git::reach;
use exledger::store::{files, refused};
use exledger::{features, policy};

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
    /// Type of that identity; only an exception for the same type allows [default: ai-agent]
    #[arg(
        long,
        value_name = "TYPE",
        value_parser = filter::words::<IdentityType>(),
        requires = "identity"
    )]
    as_type: Option<String>,
    /// Count uses of limited-use records in this file, and append each receipt to it; an absolute path
    #[arg(long, value_name = "FILE", value_parser = absolute)]
    receipts: Option<PathBuf>,
    /// Sign each receipt with this SSH key, as git's user.email of the clone; an absolute path
    #[arg(long, value_name = "KEY", value_parser = absolute, requires = "receipts")]
    sign_receipts: Option<PathBuf>,
    /// Refuse unless the approved branch was fetched within this time, such as 30s, 10m, 1h or 2d
    #[arg(long, value_name = "DUR", value_parser = MaxAge::parse)]
    max_age: Option<MaxAge>,
    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable, absolute paths
    #[arg(long, value_name = "FILE", value_parser = absolute)]
    facts: Vec<PathBuf>,
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

pub(crate) const COMMAND: Command = Command::of::<HookArgs>("hook");

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
    const IS_BOUND: bool = true;
    const PAST: PastInstants = PastInstants::Refused("a tool call happens now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let runtime = runtime(&self.runtime)
            .ok_or_else(|| refusal(format!("{} is not a runtime", self.runtime)))?;
        if !self.print_config {
            reply::start_deadline(runtime, self.timeout);
        }
        refuse_choices(ctx)?;
        for place in [&self.receipts, &self.refused].into_iter().flatten() {
            place::not_reserved(place.clone())?;
        }
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
        flag("--trusted-from", ctx.globals.trusted_from.map(|oid| oid.to_string()));
        flag("--map", self.map.as_deref().map(shown));
        flag("--as", self.identity.clone());
        flag("--as-type", self.as_type.clone());
        flag("--receipts", self.receipts.as_deref().map(shown));
        flag("--sign-receipts", self.sign_receipts.as_deref().map(shown));
        flag("--max-age", self.max_age.as_ref().map(ToString::to_string));
        flag("--timeout", Some(format!("{}s", self.timeout.as_secs())));
        flag("--refused", self.refused.as_deref().map(shown));
        for file in &self.facts {
            words.extend(["--facts".to_owned(), shown(file)]);
        }
        words.extend(self.fetch.then(|| "--fetch".to_owned()));
        words.extend(self.trust_clone.then(|| "--trust-clone".to_owned()));
        words
    }

    fn answer(&self, ctx: &Ctx, runtime: &Runtime, begun: Elapsed) -> anyhow::Result<()> {
        let mut payload = Vec::new();
        let stdin = std::io::stdin().lock();
        stdin.take(MOST_BYTES + 1).read_to_end(&mut payload).context("can't read stdin")?;
        let call = runtime.call(&payload).map_err(|error| refusal(error.to_string()))?;
        self.refuse_shared_places(&call)?;
        let options = Options {
            approved_ref: ctx.globals.approved_ref.clone(),
            trusted_from: ctx.globals.trusted_from,
            ignores_configured_ref: true,
            facts: self.facts.clone(),
            ..Options::default()
        };
        let session = Session::open(&self.ledger, options).map_err(unanswered)?;
        if self.fetch {
            // What is left of the time is needed for the answer.
            let share = self.timeout.mul_f64(0.8);
            fresh::fetch_for(ctx, &session, &chosen_names(ctx), &|| begun.elapsed() < share);
        }
        let folder = call.folders.first().map(PathBuf::from);
        let below = |path: &str| reach::below_for_tool(folder.as_deref()?, path);
        let identity = bound_identity(self.identity.as_deref(), self.as_type.as_deref());
        let context = CallContext { identity: identity.as_ref(), below: &below };
        let map = self.map.as_deref().map(|path| self.given_map(path)).transpose()?;
        if let Some(file) = &map
            && let GovernedRequest::Decided(decision) = map::decide(Ok(file), &call, &context)
        {
            return decision.map_err(refusal);
        }
        let decide = |governance: &Governance| match &map {
            Some(file) => map::decide(Ok(file), &call, &context),
            None => map::decide(map::approved(governance), &call, &context),
        };
        self.ask(ctx, &session, &decide)
    }

    /// Refuses a ledger or a map that the agent could write to with the repository that it works in.
    fn refuse_shared_places(&self, call: &ToolCall) -> anyhow::Result<()> {
        if call.folders.is_empty() && !self.trust_clone {
            return Err(refusal(
                "the payload does not say in which folder the agent works, so whether that is the ledger can't be known: if it can't be, give --trust-clone"
                    .to_owned(),
            ));
        }
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
            if !folder.is_dir() {
                return Err(refusal(format!(
                    "{} is not a folder that can be read here, so whether the agent works in the ledger can't be known: if it can't, give --trust-clone",
                    folder.display()
                )));
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

    fn given_map(&self, path: &Path) -> anyhow::Result<HookFile> {
        if reach::contains(&self.ledger, path) {
            return Err(refusal(format!(
                "the map {} lies in the work tree of the ledger, where nobody approves it: leave out --map",
                path.display()
            )));
        }
        let bytes =
            files::read(path, LIMITS.bytes as u64).map_err(|error| refusal(error.to_string()))?;
        Ok(HookFile::read(&path.display().to_string(), &bytes))
    }

    /// Decides by the map, or asks the gate; only a yes returns without an error.
    fn ask(
        &self,
        ctx: &Ctx,
        session: &Session,
        decide: &dyn Fn(&Governance) -> GovernedRequest<Result<(), String>>,
    ) -> anyhow::Result<()> {
        let (moment, max_age) = (ctx.moment(), self.max_age.as_ref());
        let open = || self.open_receipts(ctx, session);
        let asked = match features::check::answer_governed(session, &moment, max_age, &open, decide)
            .map_err(unanswered)?
        {
            GovernedAnswer::Decided(decision) => return decision.map_err(refusal),
            GovernedAnswer::Asked(asked) => asked,
        };
        let AskedQuestion { question, check, receipts } = *asked;
        let signed = receipts.sign(ctx.clock());
        let begun = receipts.begun();
        let begun = begun.map(|why| format!("this answer began a file that counts no uses: {why}"));
        if check.answer.verdict == GateVerdict::Allow {
            if let Some(note) = &begun {
                // Runtimes that let the call run only log what is on stderr.
                ctx.tell(&format!("note: {note}"));
            }
            return signed
                .map_err(|cause| refusal(format!("the receipts are not signed: {cause}")));
        }
        let mut reason = describe(&check.answer);
        // A step may name a branch, whose name anybody can choose, so the agent must not read it.
        let step = check.next.as_ref().map(|next| next.command.as_ref().unwrap_or(&next.action));
        let mut people =
            step.map_or_else(|| reason.clone(), |step| format!("{reason}; next: {step}"));
        if let Some(folder) = &self.refused {
            let line = LoggedReceipt::of(&question, &check, &Value::Null).line()?;
            let kept = match refused::keep(folder, line.as_bytes()) {
                // Another record would only repeat the one that waits.
                Ok(_) if check.answer.verdict == GateVerdict::Pending => String::new(),
                Ok(path) => {
                    let command =
                        shell::command("exledger new --from-check", &[&path.to_string_lossy()]);
                    if check.answer.record.is_none() {
                        people = format!("{reason}; next: {command}");
                    }
                    format!("; {command}")
                }
                Err(error) => format!("; the question is not kept: {error}"),
            };
            reason.push_str(&kept);
        }
        if let Err(cause) = signed {
            reason.push_str(&format!("; the receipts are not signed: {cause}"));
        }
        if let Some(note) = begun {
            reason.push_str(&format!("; {note}"));
        }
        Err(RefusedCall { reason, people }.into())
    }

    fn open_receipts(&self, ctx: &Ctx, session: &Session) -> Result<ReceiptLog, Error> {
        let Some(path) = &self.receipts else {
            return Ok(ReceiptLog::none());
        };
        let key = self.sign_receipts.as_ref().map(|key| key.display().to_string());
        let signer =
            key.map(|key| features::check::open_signer(session, &key, &ctx.folder)).transpose()?;
        Ok(features::check::open_receipts(
            session,
            ReceiptsFile { path, signer, names_ledger: true },
        ))
    }
}

/// Returns the refusal for an error of the session: what people wrote in a file could instruct the agent, so a file that
/// can't be read is told by its place alone.
fn unanswered(error: Error) -> anyhow::Error {
    let of_file = |place: String| refusal(format!("unknown: {place}: run `exledger lint` there"));
    match error {
        Error::Undetermined(Undetermined::PolicyBroken(findings)) => {
            let first =
                findings.iter().find(|finding| finding.level == Level::Error).and_then(|it| it.pos);
            let place = first.map(|pos| format!(":{}:{}", pos.line, pos.column));
            let place = place.unwrap_or_default();
            of_file(format!("the ledger's {}{place} has an error", policy::FILE))
        }
        Error::Undetermined(
            Undetermined::Tree(_) | Undetermined::Git(_) | Undetermined::Other { .. },
        ) => of_file("the ledger can't be read now".to_owned()),
        other => of_ledger_flag(other).into(),
    }
}

/// Describes a refusal in the program's words alone: what people wrote in a record could instruct the agent.
fn describe(answer: &GateAnswer) -> String {
    let described = withheld::describe(answer);
    described.unwrap_or_else(|| format!("{}: {}", answer.verdict.as_str(), answer.reason))
}

pub(crate) fn of_ledger_flag(error: Error) -> Error {
    match error {
        Error::Undetermined(absent @ Undetermined::NoFolder(_)) => {
            let help = "give --ledger the folder of a clone of the ledger";
            Undetermined::other(absent.to_string(), help).into()
        }
        other => other,
    }
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

/// Returns the identity that every question is about, and its type: that of an agent, if nothing is said.
pub(crate) fn bound_identity(name: Option<&str>, kind: Option<&str>) -> Option<BoundIdentity> {
    let stated = kind.and_then(IdentityType::from_word);
    Some(BoundIdentity {
        name: name?.to_owned(),
        identity_type: stated.unwrap_or(IdentityType::AiAgent),
    })
}

fn refusal(reason: String) -> anyhow::Error {
    fault::usage_error(reason, "")
}

/// Reads a path that does not depend on the folder in which the runtime was started.
pub(crate) fn absolute(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_absolute() { Ok(path) } else { Err("give an absolute path".to_owned()) }
}

fn limit(text: &str) -> Result<Duration, String> {
    let seconds = u64::try_from(MaxAge::parse(text)?.seconds()).unwrap_or_default();
    if (1..=LONGEST_LIMIT).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    Err("give at least 1s and at most 10m".to_owned())
}
