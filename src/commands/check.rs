//! `check`: the gate.
//!
//! Follows `docs/spec/cli.md`, check. Any doubt is a no.

use std::io::BufRead;

use anyhow::Context;
use clap::Parser;

use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use crate::commands::context::fault;
use crate::commands::context::globals::{self, Moment};
use crate::commands::{Command, Outcome, Run};
use crate::gate::question::{self, NoQuestion};
use crate::gate::verdict;
use crate::gate::{Answer, Limits, Question, Receipts, Verdict};
use crate::record::time::Instant;
use crate::view;
use crate::view::shape::Stamp;

/// Ask whether something is allowed
///
/// Exits 0 only for allow; 1 for deny and pending, 3 when it can't be told. The answer in JSON is a receipt.
#[derive(Debug, Parser)]
#[command(name = "check")]
#[command(
    after_help = "EXAMPLE\n  exledger check --identity svc:billing-batch --resource db:invoices --action read --format json"
)]
pub struct Args {
    /// The identity that acts
    #[arg(long)]
    identity: Option<String>,
    /// The asset
    #[arg(long)]
    asset: Option<String>,
    /// The application
    #[arg(long)]
    application: Option<String>,
    /// The credential, as a reference
    #[arg(long)]
    credential: Option<String>,
    /// The control that is deviated from, as catalog:id
    #[arg(long)]
    control: Option<String>,
    /// The action
    #[arg(long)]
    action: Option<String>,
    /// The resource
    #[arg(long)]
    resource: Option<String>,
    /// The environment
    #[arg(long)]
    environment: Option<String>,
    /// The scanner's finding
    #[arg(long, value_name = "TOOL:ID")]
    finding: Option<String>,
    /// The finding's package, as a package URL
    #[arg(long)]
    purl: Option<String>,
    /// The finding's file, from the repository's root
    #[arg(long)]
    path: Option<String>,
    /// The finding's severity
    #[arg(long)]
    severity: Option<String>,
    /// The instant that is asked about; by default now
    #[arg(long, value_name = "INSTANT", value_parser = globals::moment)]
    at: Option<Moment>,
    /// Ask whether the application may be deployed: its open exceptions must have a way back
    #[arg(long, requires = "application")]
    deploy: bool,
    /// Read questions from standard input, one JSON object a line, and answer each with a receipt
    #[arg(long)]
    stdin: bool,
}

/// The command.
pub const COMMAND: Command = Command::of::<Args>();

impl Run for Args {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if self.at.is_some() && ctx.globals.on.is_some() {
            return Err(fault::misuse(
                "--at and --on both move the clock",
                "give one of them",
            ));
        }
        let question = self.question();
        if self.stdin && (question != Question::default() || self.at.is_some()) {
            return Err(fault::misuse(
                "--stdin brings its own questions",
                "give no other question with it",
            ));
        }
        if !self.stdin && !question.names_a_subject() {
            return Err(fault::misuse(
                "the question is about nothing",
                "name at least one of --identity, --asset, --application, --credential, --finding",
            ));
        }
        let home = ctx.home()?;
        let approved = ctx.approved(&home)?;
        if self.stdin {
            return stdin(ctx, &approved);
        }
        let (answer, stamp) = answered(&question, self.at.map(|at| at.instant()), &approved);
        ctx.show(&view::check::doc(&question, &answer, &stamp))?;
        Ok(outcome(answer.verdict))
    }
}

/// Answers a question at an instant, else at the one that the ledger is asked about.
fn answered(question: &Question, at: Option<Instant>, approved: &Approved<'_>) -> (Answer, Stamp) {
    let mut stamp = approved.stamp.clone();
    let moved = at.filter(|at| *at != stamp.instant);
    stamp.instant = moved.unwrap_or(stamp.instant);
    let answer = match moved {
        Some(at) => verdict::ask(
            question,
            &approved.at(at),
            &Receipts::NotGiven,
            &approved.governance,
        ),
        None => verdict::ask(
            question,
            &approved.standings,
            &Receipts::NotGiven,
            &approved.governance,
        ),
    };
    (answer, stamp)
}

/// Answers one question a line with one receipt a line; the worst answer decides.
fn stdin(ctx: &Ctx, approved: &Approved<'_>) -> anyhow::Result<Outcome> {
    let mut worst = Outcome::Fine;
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.context("can't read stdin")?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        let (question, answer, stamp) = match question::read(&line) {
            Ok(asked) => {
                let (answer, stamp) = answered(&asked.question, asked.at, approved);
                (asked.question, answer, stamp)
            }
            Err(error) => (
                Question::default(),
                no_question(&error),
                approved.stamp.clone(),
            ),
        };
        worst = worst.max(outcome(answer.verdict));
        ctx.print(format!("{}\n", view::check::json(&question, &answer, &stamp)).as_bytes())?;
    }
    Ok(worst)
}

/// Returns the answer to a line that is no question.
fn no_question(error: &NoQuestion) -> Answer {
    Answer {
        verdict: Verdict::Unknown,
        reason: error.to_string(),
        record: None,
        digest: None,
        approved_digest: None,
        not_after: None,
        scope: Limits::default(),
        considered: Vec::new(),
    }
}

impl Args {
    fn question(&self) -> Question {
        Question {
            identity: self.identity.clone(),
            asset: self.asset.clone(),
            application: self.application.clone(),
            credential: self.credential.clone(),
            control: self.control.clone(),
            action: self.action.clone(),
            resource: self.resource.clone(),
            environment: self.environment.clone(),
            finding: self.finding.clone(),
            purl: self.purl.clone(),
            path: self.path.clone(),
            severity: self.severity.clone(),
            deploy: self.deploy,
        }
    }
}

/// Returns what a verdict means for the exit code: only one is a yes.
fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Allow => Outcome::Fine,
        Verdict::Deny | Verdict::Pending => Outcome::BadNews,
        Verdict::Unknown => Outcome::CannotSay,
    }
}
