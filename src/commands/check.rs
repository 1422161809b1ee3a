//! `check`: the gate.
//!
//! Follows `docs/spec/cli.md`, check. Any doubt is a no.

mod narrow;
mod receipts;

use std::io::BufRead;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::check::receipts::Book;
use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use crate::commands::context::fault;
use crate::commands::context::filter;
use crate::commands::context::globals::{self, Moment};
use crate::commands::{Command, Outcome, Run};
use crate::gate::index::Index;
use crate::gate::question::{self, Asked};
use crate::gate::verdict;
use crate::gate::{Answer, Limits, Named, Question, Told, Verdict};
use crate::plan::part;
use crate::record::time::Instant;
use crate::record::word::Risk;
use crate::status::Standing;
use crate::view;
use crate::view::shape::Stamp;

/// Ask whether something is allowed
///
/// Exits 0 only for allow; 1 for deny and pending, 3 when it can't be told. The answer in JSON is a receipt.
#[derive(Debug, Parser)]
#[command(name = "check")]
#[command(
    after_help = "EXAMPLE\n  exledger check --identity svc:billing-batch --resource db:invoices --action read \
    --environment production --format json"
)]
pub struct Args {
    /// The identity that acts
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    identity: Option<String>,
    /// The asset
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    asset: Option<String>,
    /// The application
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    application: Option<String>,
    /// The credential, as a reference
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    credential: Option<String>,
    /// The control that is deviated from, as catalog:id
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    control: Option<String>,
    /// The internal rule that is deviated from, in its own words
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
    /// The scanner's finding
    #[arg(long, value_name = "TOOL:ID", value_parser = finding)]
    finding: Option<String>,
    /// The finding's package, as a package URL
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    purl: Option<String>,
    /// The finding's file, from the repository's root
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    path: Option<String>,
    /// The finding's severity
    #[arg(long, value_parser = filter::words::<Risk>())]
    severity: Option<String>,
    /// The change, incident, ticket or onboarding that the record names, such as CHG-1234
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    reference: Option<String>,
    /// The instant that is asked about; by default now
    #[arg(long, value_name = "INSTANT", value_parser = globals::moment)]
    at: Option<Moment>,
    /// Ask whether the application may be deployed: its open exceptions must have a way back
    #[arg(long, requires = "application")]
    deploy: bool,
    /// Read questions from standard input, one JSON object a line, and answer each with a receipt
    #[arg(long)]
    stdin: bool,
    /// Count the uses of single-use records from this file, and append each answer to it
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
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
                "name at least one of --identity, --asset, --application, --credential, --finding, --reference",
            ));
        }
        let home = ctx.home()?;
        let receipts = self.receipts.as_ref().map(|path| ctx.folder.join(path));
        let book = Book::open(receipts.as_deref());
        let at = self.at.as_ref().map(|at| at.instant());
        let approved = match book.receipts() {
            Ok(receipts) if !self.stdin => narrow::approved(ctx, &home, &question, at, receipts)?,
            _ => ctx.approved(&home)?,
        };
        let mut desk = Desk {
            approved: &approved,
            book,
        };
        if self.stdin {
            return desk.lines(ctx);
        }
        let (answer, stamp) = desk.answer(&question, at);
        ctx.show(&view::check::doc(&question, &answer, &stamp))?;
        Ok(outcome(answer.verdict))
    }
}

/// The gate with what it needs beside the question.
struct Desk<'a> {
    approved: &'a Approved<'a>,
    book: Book,
}

impl Desk<'_> {
    /// Answers a question at an instant, else at the one that the ledger is asked about, and keeps the receipt.
    fn answer(&mut self, question: &Question, at: Option<Instant>) -> (Answer, Stamp) {
        let stamp = self.stamp(at);
        let governance = &self.approved.governance;
        let answer = match self.book.receipts() {
            Err(cause) => unknown(cause.to_owned()),
            Ok(receipts) if stamp.instant == self.approved.stamp.instant => {
                verdict::ask(question, &self.approved.standings, receipts, governance)
            }
            Ok(receipts) => {
                let standings = self.approved.at(stamp.instant);
                verdict::ask(question, &standings, receipts, governance)
            }
        };
        (self.kept(question, answer, &stamp), stamp)
    }

    /// Answers a question from the records that may be about it alone, and keeps the receipt.
    fn answer_of_many(&mut self, asked: &Asked, index: &Index) -> (Answer, Stamp) {
        let stamp = self.stamp(asked.at);
        let (question, approved) = (&asked.question, self.approved);
        let places = index.places(question);
        let few = places
            .iter()
            .filter_map(|place| approved.standings.get(*place));
        let answer = match self.book.receipts() {
            Err(cause) => unknown(cause.to_owned()),
            Ok(receipts) => {
                let moved: Vec<Standing>;
                let few: Vec<&Standing> = if stamp.instant == approved.stamp.instant {
                    few.collect()
                } else {
                    moved = few
                        .map(|standing| approved.moved(standing, stamp.instant))
                        .collect();
                    moved.iter().collect()
                };
                verdict::ask_among(question, &few, receipts, &approved.governance)
            }
        };
        (self.kept(question, answer, &stamp), stamp)
    }

    fn stamp(&self, at: Option<Instant>) -> Stamp {
        let mut stamp = self.approved.stamp.clone();
        stamp.instant = at.unwrap_or(stamp.instant);
        stamp
    }

    /// Keeps the receipt before it is shown; what can't be kept is no answer.
    fn kept(&mut self, question: &Question, answer: Answer, stamp: &Stamp) -> Answer {
        let line = view::check::json(question, &answer, stamp).to_string();
        match self.book.keep(&answer, &line) {
            Ok(()) => answer,
            Err(cause) => unknown(cause),
        }
    }

    /// Answers one question a line with one receipt a line; the worst answer decides.
    fn lines(&mut self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let index = Index::of(&self.approved.standings);
        let mut worst = Outcome::Fine;
        for line in std::io::stdin().lock().split(b'\n') {
            let line = line.context("can't read stdin")?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let (question, answer, stamp) = match question::read(&line) {
                Ok(asked) => {
                    let (answer, stamp) = self.answer_of_many(&asked, &index);
                    (asked.question, answer, stamp)
                }
                Err(error) => {
                    let (question, stamp) = (Question::default(), self.stamp(None));
                    let answer = self.kept(&question, unknown(error.to_string()), &stamp);
                    (question, answer, stamp)
                }
            };
            worst = worst.max(outcome(answer.verdict));
            ctx.print(format!("{}\n", view::check::json(&question, &answer, &stamp)).as_bytes())?;
        }
        Ok(worst)
    }
}

/// Returns the answer where there can be none.
fn unknown(reason: String) -> Answer {
    Answer {
        verdict: Verdict::Unknown,
        reason,
        record: None,
        named: Named::Nobody,
        digest: None,
        approved_digest: None,
        not_after: None,
        decided_at: None,
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
            told: Told::default(),
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

/// Reads the value of `--finding`.
fn finding(text: &str) -> Result<String, String> {
    part::finding(text).map(|_| text.to_owned())
}
