//! `check`: the gate.
//!
//! Follows `docs/spec/cli.md`, check. Any doubt means the answer is not `allow`.

pub(crate) mod fresh;
mod live;
pub(crate) mod signing;
mod waiting;

use exledger::diag::shell::quoted;
use exledger::features::check;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::check::fresh::Fetcher;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context;
use crate::commands::context::globals::DayOrInstant;
use crate::commands::context::{Ctx, fault, filter, globals, place};
use crate::commands::exit::Outcome;
use exledger::features;
use exledger::features::check::answer::CheckRequest;
use exledger::features::check::freshness::MaxAge;
use exledger::features::check::receipts::{ReceiptLog, ReceiptsFile};
use exledger::features::check::signing::ReceiptSigner;
use exledger::features::live::gate::LiveGate;
use exledger::gate::answer::{GateVerdict, Question, ScannerDetails};
use exledger::gate::receipt::CheckAnswer;
use exledger::plan::part;
use exledger::record::vocabulary::{IdentityType, Risk};

/// Ask whether something is allowed
///
/// Exits 0 only for allow, 1 for deny and pending, and 3 if the answer could not be determined, or with --strict
/// for a deployment of an application that nothing names. The JSON output is a receipt.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger check --identity svc:billing-batch --resource db:invoices --action read \
    --environment production --format json"
)]
pub(crate) struct CheckArgs {
    /// Identity that acts
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    identity: Option<String>,
    /// Type of the identity; only an exception for the same type allows
    #[arg(long, value_name = "TYPE", value_parser = filter::words::<IdentityType>())]
    identity_type: Option<String>,
    /// The asset
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    asset: Option<String>,
    /// The application
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    application: Option<String>,
    /// Reference to the credential
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    credential: Option<String>,
    /// Control that is deviated from, as catalog:id
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    control: Option<String>,
    /// Internal rule that is deviated from, word for word
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    rule: Option<String>,
    /// The action
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    action: Option<String>,
    /// The resource
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    resource: Option<String>,
    /// The environment
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    environment: Option<String>,
    /// Finding reported by a scanner
    #[arg(long, value_name = "TOOL:ID", value_parser = finding)]
    finding: Option<String>,
    /// Package of the finding, as a package URL
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    purl: Option<String>,
    /// File of the finding, relative to the root of the repository
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    path: Option<String>,
    /// Line of the file, for exceptions that accept some text alone
    #[arg(long, value_name = "N", requires = "path", value_parser = clap::value_parser!(u64).range(1..))]
    line: Option<u64>,
    /// Severity of the finding
    #[arg(long, value_parser = filter::words::<Risk>())]
    severity: Option<String>,
    /// Change, incident, ticket or onboarding record named in the exception, such as CHG-1234
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    reference: Option<String>,
    /// Time to ask about [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = globals::moment)]
    at: Option<DayOrInstant>,
    /// Ask whether the application may be deployed: its open exceptions must have a rollback plan
    #[arg(long, requires = "application")]
    deploy: bool,
    /// Read questions from standard input, one JSON object per line, and answer each with a receipt
    #[arg(long)]
    stdin: bool,
    /// While the answer is pending, look again each second for this time, such as 30s, 10m or 2h, at most 24h
    #[arg(long, value_name = "DUR", value_parser = waiting::time, conflicts_with = "stdin")]
    wait: Option<Duration>,
    /// Count uses of limited-use records in this file, and append each receipt to it
    #[arg(long, value_name = "FILE", group = "file_of_receipts")]
    receipts: Option<PathBuf>,
    /// Start this file of receipts, which must be missing or empty, and go on as with --receipts
    #[arg(long, value_name = "FILE", group = "file_of_receipts")]
    new_receipts: Option<PathBuf>,
    /// Sign the receipts with this SSH key, as git's user.email; with --stdin, every 60 seconds and at the end
    #[arg(long, value_name = "KEY", requires = "file_of_receipts")]
    sign_receipts: Option<String>,
    /// Answer unknown unless the approved branch was fetched within this time, such as 30s, 10m, 1h or 2d
    #[arg(long, value_name = "DUR", value_parser = MaxAge::parse)]
    max_age: Option<MaxAge>,
    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,
    /// Run `git fetch` before answering; with --stdin and --wait, every 30 seconds in the background
    #[arg(long)]
    fetch: bool,
}

pub(crate) const COMMAND: Command = Command::of::<CheckArgs>("check");

impl Run for CheckArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.with_facts(&self.facts);
        if self.at.is_some() && ctx.globals.on.is_some() {
            return Err(fault::usage_error("--at and --on both set the time", "give one of them"));
        }
        let mut question = self.question();
        let asks_nothing = question == Question::default() && self.at.is_none();
        question.scanner_details.asked_with = self.asked_with(ctx);
        self.refuse_contradictions(ctx, &question, asks_nothing)?;
        if let Some(path) = self.receipts.as_ref().or(self.new_receipts.as_ref()) {
            place::not_stdout(path)?;
            place::not_reserved(ctx.folder.join(path))?;
        }
        let absolute = question.path.as_deref().map(Path::new).filter(|path| path.is_absolute());
        if let Some(path) = absolute {
            let inside = features::check::path_inside(&ctx.home_without_levels()?, path)?;
            question.path = inside.or(question.path);
        }
        let signer = self.signer(ctx)?;
        if let Some(path) = &self.new_receipts {
            features::check::start_receipts(&ctx.home()?, &ctx.folder.join(path))?;
            ctx.hint(&format!("note: started {}", path.display()));
            if asks_nothing && !self.stdin {
                return Ok(Outcome::Fine);
            }
        }
        let receipts = Arc::new(self.receipts(ctx, signer)?);
        if self.stdin {
            if let Some(reason) = receipts.unbegun() {
                ctx.hint(&format!("note: {reason}"));
            }
            let _fetcher = self.fetch.then(|| Fetcher::start(ctx, Duration::ZERO));
            let is_signed = self.sign_receipts.is_some();
            let signing = is_signed.then(|| signing::start(ctx, Arc::clone(&receipts)));
            let answered = live::run(ctx, receipts, self.max_age.as_ref());
            let signed = signing.map_or(Outcome::Fine, signing::finish);
            return Ok(answered?.max(signed));
        }
        if self.fetch {
            fresh::fetch(ctx, &|| true);
        }
        let check = if let Some(wait) = self.wait {
            let fetcher = if self.fetch { Some(Fetcher::start(ctx, fresh::EVERY)) } else { None };
            let options = live::options(ctx, self.max_age.as_ref());
            let mut gate = LiveGate::open(options, Arc::clone(&receipts))?;
            waiting::settled(ctx, &mut gate, (&question, wait), fetcher)?
        } else {
            let request = CheckRequest {
                question: &question,
                at: self.at.as_ref().map(|at| at.instant()),
                max_age: self.max_age.as_ref(),
            };
            let home = ctx.home_without_levels()?;
            let _progress = ctx.progress(context::READING);
            features::check::answer(&home, &ctx.moment(), &request, &receipts)?
        };
        // The signature comes first: a receipt that was given stays signed if its reader closes the pipe.
        let signed = signing::sign(ctx, &receipts);
        if let Some(reason) = receipts.begun() {
            ctx.hint(&format!("note: this answer began a file that counts no uses: {reason}"));
        }
        ctx.show(check::show::doc(&question, &check))?;
        for hint in &check.hints {
            ctx.hint(hint);
        }
        let at = self.at.as_ref().map(|at| at.instant()).filter(|at| *at < ctx.now);
        if let Some(at) = at.filter(|_| ctx.globals.as_of.is_none()) {
            ctx.hint(&format!(
                "note: by what is merged today; by what was merged then: --as-of {at}"
            ));
        }
        Ok(outcome(ctx, &check).max(signed))
    }
}

impl CheckArgs {
    fn refuse_contradictions(
        &self,
        ctx: &Ctx,
        question: &Question,
        asks_nothing: bool,
    ) -> anyhow::Result<()> {
        if self.stdin && !asks_nothing {
            return Err(fault::usage_error(
                "--stdin reads the questions from standard input",
                "leave out the other question flags",
            ));
        }
        if self.wait.is_some()
            && (self.at.is_some() || ctx.globals.on.is_some() || ctx.globals.as_of.is_some())
        {
            return Err(fault::usage_error(
                "--wait asks about the time at which it ends",
                "leave out --at, --on and --as-of",
            ));
        }
        let only_starts = self.new_receipts.is_some() && asks_nothing;
        if !self.stdin && !only_starts && !question.names_a_subject() {
            return Err(fault::usage_error(
                "the question has no subject",
                "give at least one of --identity, --asset, --application, --credential, --finding, --reference",
            ));
        }
        Ok(())
    }

    fn receipts(&self, ctx: &Ctx, signer: Option<ReceiptSigner>) -> anyhow::Result<ReceiptLog> {
        let Some(path) = self.receipts.as_ref().or(self.new_receipts.as_ref()) else {
            return Ok(ReceiptLog::none());
        };
        let path = &*ctx.folder.join(path);
        Ok(features::check::open_receipts(
            &ctx.home()?,
            ReceiptsFile { path, signer, names_ledger: false },
        ))
    }

    fn signer(&self, ctx: &Ctx) -> anyhow::Result<Option<ReceiptSigner>> {
        let Some(key) = &self.sign_receipts else {
            return Ok(None);
        };
        Ok(Some(features::check::open_signer(&ctx.home()?, key, &ctx.folder)?))
    }

    fn asked_with(&self, ctx: &Ctx) -> String {
        let globals = &ctx.globals;
        let path = |path: &PathBuf| path.display().to_string();
        let receipts = self.receipts.as_ref().or(self.new_receipts.as_ref());
        let mut stated: Vec<(&str, Option<String>)> = vec![
            ("-C", globals.directory.as_ref().map(path)),
            ("--approved-ref", globals.approved_ref.clone()),
            ("--trusted-from", globals.trusted_from.map(|oid| oid.to_string())),
            ("--at", self.at.as_ref().map(|at| at.instant().to_string())),
            ("--receipts", receipts.map(path)),
            ("--sign-receipts", self.sign_receipts.clone()),
            ("--max-age", self.max_age.as_ref().map(ToString::to_string)),
        ];
        stated.extend(self.facts.iter().map(|file| ("--facts", Some(path(file)))));
        let stated = stated.iter().filter_map(|(flag, value)| Some((flag, value.as_ref()?)));
        let flags = stated.map(|(flag, value)| format!(" {flag} {}", quoted(value)));
        flags.collect::<String>() + if self.fetch { " --fetch" } else { "" }
    }

    fn question(&self) -> Question {
        Question {
            identity: self.identity.clone(),
            identity_type: self.identity_type.clone(),
            asset: self.asset.clone(),
            application: self.application.clone(),
            credential: self.credential.clone(),
            control: self.control.clone(),
            rule: self.rule.clone(),
            action: self.action.clone(),
            resource: self.resource.clone(),
            environment: self.environment.clone(),
            finding: self.finding.clone(),
            purl: self.purl.clone(),
            path: self.path.clone(),
            line: self.line,
            severity: self.severity.clone(),
            deploy: self.deploy,
            reference: self.reference.clone(),
            scanner_details: ScannerDetails::default(),
        }
    }
}

/// Returns the outcome: only `allow` is success, and with `--strict` no deployment of an application that nothing names.
fn outcome(ctx: &Ctx, check: &CheckAnswer) -> Outcome {
    let is_known = check.deployment.as_ref().is_none_or(|deployment| deployment.application_known);
    match check.answer.verdict {
        GateVerdict::Allow if ctx.globals.strict && !is_known => Outcome::Undetermined,
        GateVerdict::Allow => Outcome::Fine,
        GateVerdict::Deny | GateVerdict::Pending => Outcome::ProblemsFound,
        GateVerdict::Unknown => Outcome::Undetermined,
    }
}

fn finding(text: &str) -> Result<String, String> {
    part::finding(text).map(|_| text.to_owned())
}
