//! `check`: the gate.
//!
//! Follows `docs/spec/cli.md`, check. Any doubt means the answer is not `allow`.

pub(crate) mod fresh;
mod live;
pub(crate) mod signing;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::check::fresh::Fetcher;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::fault;
use crate::commands::context::filter;
use crate::commands::context::globals::{self, DayOrInstant};
use crate::commands::context::{self, Ctx};
use crate::commands::exit::Outcome;
use exledger::gate::answer::{GateVerdict, Question, ScannerDetails};
use exledger::plan::part;
use exledger::record::vocabulary::Risk;
use exledger::session::check::CheckRequest;
use exledger::session::check::freshness::MaxAge;
use exledger::session::check::receipts::ReceiptLog;
use exledger::session::check::signing::ReceiptSigner;
use exledger::view;

/// Ask whether something is allowed
///
/// Exits 0 only for allow, 1 for deny and pending, and 3 if the answer could not be determined. The
/// JSON output is a receipt.
#[derive(Debug, Parser)]
#[command(name = "check")]
#[command(
    after_help = "EXAMPLE\n  exledger check --identity svc:billing-batch --resource db:invoices --action read \
    --environment production --format json"
)]
pub(crate) struct CheckArgs {
    /// Identity that acts
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    identity: Option<String>,
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
    /// Count uses of limited-use records in this file, and append each receipt to it
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// Sign the receipts with this SSH key, as git's user.email; with --stdin, every 60 seconds and at the end
    #[arg(long, value_name = "KEY", requires = "receipts")]
    sign_receipts: Option<String>,
    /// Answer unknown unless the approved branch was fetched within this time, such as 30s, 10m, 1h or 2d
    #[arg(long, value_name = "DUR", value_parser = MaxAge::parse)]
    max_age: Option<MaxAge>,
    /// Run `git fetch` before answering; with --stdin, every 30 seconds in the background
    #[arg(long)]
    fetch: bool,
}

pub(crate) const COMMAND: Command = Command::of::<CheckArgs>();

impl Run for CheckArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if self.at.is_some() && ctx.globals.on.is_some() {
            return Err(fault::usage_error("--at and --on both set the time", "give one of them"));
        }
        let question = self.question();
        if self.stdin && (question != Question::default() || self.at.is_some()) {
            return Err(fault::usage_error(
                "--stdin reads the questions from standard input",
                "leave out the other question flags",
            ));
        }
        if !self.stdin && !question.names_a_subject() {
            return Err(fault::usage_error(
                "the question has no subject",
                "give at least one of --identity, --asset, --application, --credential, --finding, --reference",
            ));
        }
        let path = self.receipts.as_ref().map(|path| ctx.folder.join(path));
        let receipts = path.as_deref().map_or_else(ReceiptLog::none, ReceiptLog::open);
        let receipts = Arc::new(receipts);
        let signer = self.signer(ctx)?;
        if self.stdin {
            let _fetcher = self.fetch.then(|| Fetcher::start(ctx));
            let signing = signer.map(|it| signing::start(ctx, Arc::clone(&receipts), it));
            let answered = live::run(ctx, receipts, self.max_age.as_ref());
            let signed = signing.map_or(Outcome::Fine, signing::finish);
            return Ok(answered?.max(signed));
        }
        if self.fetch {
            fresh::fetch(ctx, &|| true);
        }
        let request = CheckRequest {
            question: &question,
            at: self.at.as_ref().map(|at| at.instant()),
            max_age: self.max_age.as_ref(),
        };
        let home = ctx.home()?;
        let progress = ctx.progress(context::READING);
        let check = home.ask(&ctx.moment(), &request, &receipts)?;
        drop(progress);
        // The signature comes first: a receipt that was given stays signed if its reader closes the pipe.
        let signed = signer.map_or(Outcome::Fine, |it| signing::sign(ctx, &receipts, &it));
        ctx.show(&view::check::doc(&question, &check))?;
        Ok(outcome(check.answer.verdict).max(signed))
    }
}

impl CheckArgs {
    fn signer(&self, ctx: &Ctx) -> anyhow::Result<Option<ReceiptSigner>> {
        let Some(key) = &self.sign_receipts else {
            return Ok(None);
        };
        Ok(Some(ctx.home()?.receipt_signer(key, &ctx.folder)?))
    }

    fn question(&self) -> Question {
        Question {
            identity: self.identity.clone(),
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
            severity: self.severity.clone(),
            deploy: self.deploy,
            reference: self.reference.clone(),
            scanner_details: ScannerDetails::default(),
        }
    }
}

/// Returns the outcome for the exit code: only `allow` is success.
fn outcome(verdict: GateVerdict) -> Outcome {
    match verdict {
        GateVerdict::Allow => Outcome::Fine,
        GateVerdict::Deny | GateVerdict::Pending => Outcome::ProblemsFound,
        GateVerdict::Unknown => Outcome::Undetermined,
    }
}

/// Reads the value of `--finding`.
fn finding(text: &str) -> Result<String, String> {
    part::finding(text).map(|_| text.to_owned())
}
