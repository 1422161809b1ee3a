//! Many questions on one standard input, each answered from the state of the ledger at the time of the question.
//!
//! Start at [`run`]. Follows `docs/spec/cli.md`, check, `--stdin`. Before each answer the clock is read, and the bytes
//! that determine the approved commit; if these have changed, everything is loaded again. While loading fails, the
//! answer is `unknown`. Memory does not grow with the questions: one line, one answer, one state of the ledger.

use std::mem::{self, ManuallyDrop};
use std::time::{Duration, Instant as Elapsed};

use anyhow::Context;
use serde_json::Value;

use crate::commands::check::outcome;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::{self, Outcome};
use exledger::gate::answer::{GateVerdict, Question};
use exledger::gate::question::{self, LONGEST_LINE, NoQuestion, QuestionLine};
use exledger::gate::receipt::{CheckAnswer, LoggedReceipt};
use exledger::history::watched;
use exledger::interop::lines::{self, KeptLine};
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::check::freshness::MaxAge;
use exledger::session::check::receipts::ReceiptLog;
use exledger::session::check::respond::{self, Responder, TimedQuestion};
use exledger::session::error::Undetermined;
use exledger::session::snapshot::Snapshot;
use exledger::status::stamp::Stamp;
use exledger::store::git::watch::RepositoryWatch;

/// How long to wait before loading again after a failure, or reading the proposals of branches again.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers one question per line with one receipt per line; the worst answer determines the exit code.
///
/// # Errors
/// If there is no ledger at the start, the flags are wrong, or stdin can't be read.
pub(super) fn run(
    ctx: &Ctx,
    receipts: ReceiptLog,
    max_age: Option<&MaxAge>,
) -> anyhow::Result<Outcome> {
    // Without a ledger at the start, there is nothing that could be loaded later.
    ctx.home()?;
    let mut session = OpenGate {
        ctx,
        receipts,
        max_age,
        input: Input::default(),
        worst: Outcome::Fine,
        trouble: None,
        is_first: true,
    };
    while session.turn()? == Turn::Again {}
    Ok(session.worst)
}

/// The questions, and the state of answering them.
struct OpenGate<'c> {
    ctx: &'c Ctx,
    receipts: ReceiptLog,
    max_age: Option<&'c MaxAge>,
    input: Input,
    worst: Outcome,
    /// The last reported reason why nothing can be answered.
    trouble: Option<String>,
    /// Whether nothing has been loaded yet.
    is_first: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Load the ledger again for the waiting question.
    Again,
    /// Stop: there are no more questions.
    Over,
}

/// Standard input, with a question that was read and waits for the ledger to be loaded.
#[derive(Default)]
struct Input {
    buffer: Vec<u8>,
    waits: Option<QuestionLine>,
}

impl Input {
    /// Returns the next question, or why a line is not a question; `None` at the end.
    fn next(&mut self) -> anyhow::Result<Option<QuestionLine>> {
        if let Some(line) = self.waits.take() {
            return Ok(Some(line));
        }
        loop {
            let mut stdin = std::io::stdin().lock();
            let kept = lines::next(&mut stdin, &mut self.buffer, LONGEST_LINE);
            return Ok(match kept.context("can't read stdin")? {
                None => None,
                Some(KeptLine::Whole) if self.buffer.trim_ascii().is_empty() => continue,
                Some(KeptLine::Whole) => Some(question::read(&self.buffer)),
                Some(KeptLine::TooLong) => {
                    Some(QuestionLine { id: Value::Null, question: Err(NoQuestion::TooLong) })
                }
            });
        }
    }

    /// Keeps a question until the ledger is loaded again.
    fn keep(&mut self, line: QuestionLine) -> Turn {
        self.waits = Some(line);
        Turn::Again
    }
}

impl OpenGate<'_> {
    /// Loads the ledger, and answers until it changes.
    fn turn(&mut self) -> anyhow::Result<Turn> {
        let ctx = self.ctx.at_present();
        let is_first = mem::replace(&mut self.is_first, false);
        // The watch starts before loading, so that no change in between is missed.
        let loaded = ctx.home().and_then(|home| Ok((watch(&home)?, home)));
        let error = match loaded {
            Ok((watch, home)) => match ctx.approved(&home) {
                Ok(approved) => {
                    self.trouble = None;
                    let mut approved = ManuallyDrop::into_inner(approved);
                    return self.with(&ctx, &watch, &mut approved);
                }
                Err(error) => (error, Some(watch)),
            },
            Err(error) => (error, None),
        };
        let (error, watch) = error;
        if is_first {
            if fault::code(&error) == exit::USAGE_ERROR {
                return Err(error);
            }
            self.worst = Outcome::Undetermined;
        }
        self.without(&ctx, watch.as_ref(), fault::on_one_line(&error))
    }

    /// Answers from a loaded ledger, until it changes.
    fn with(
        &mut self,
        ctx: &Ctx,
        watch: &RepositoryWatch,
        snapshot: &mut Snapshot<'_>,
    ) -> anyhow::Result<Turn> {
        let mut last_check = Elapsed::now();
        loop {
            let responder = Responder::of(snapshot);
            let Some(turn) = self.respond(ctx, watch, snapshot, &responder, &mut last_check)?
            else {
                let session = ctx.home()?;
                if let Some(sources) = snapshot.moved_proposals(session.located())? {
                    snapshot.propose_anew(session.located(), sources)?;
                }
                continue;
            };
            return Ok(turn);
        }
    }

    /// Answers from a loaded ledger until something changes; returns `None` if the proposals have to be read again.
    fn respond(
        &mut self,
        ctx: &Ctx,
        watch: &RepositoryWatch,
        snapshot: &Snapshot<'_>,
        responder: &Responder<'_, '_>,
        last_check: &mut Elapsed,
    ) -> anyhow::Result<Option<Turn>> {
        let changes_at = snapshot.changes_at();
        let is_watched = watches(watch, snapshot);
        // A state loaded for a question answers it, even if changes can't be detected.
        let mut is_loaded_for = self.input.waits.is_some();
        while let Some(line) = self.input.next()? {
            let wall = ctx.clock();
            let now = if ctx.is_live() { wall } else { snapshot.stamp().instant };
            if watch.has_moved()
                || !is_watched && !is_loaded_for
                || wall < ctx.now
                || changes_at.is_some_and(|at| at <= wall)
            {
                return Ok(Some(self.input.keep(line)));
            }
            is_loaded_for = false;
            let stamp = Stamp { instant: now, ..snapshot.stamp().clone() };
            let (timed, no_question) = timed_question(&line, now);
            if let Some(why) = no_question {
                if !self.refuse(&why, &timed, &stamp)? {
                    return Ok(Some(Turn::Over));
                }
                continue;
            }
            if let Some(reason) = self.max_age.and_then(|it| snapshot.refusal(it, wall)) {
                if !self.refuse(&reason, &timed, &stamp)? {
                    return Ok(Some(Turn::Over));
                }
                continue;
            }
            if last_check.elapsed() >= PAUSE
                && ctx.globals.as_of.is_none()
                && responder
                    .foreseen(&timed, &self.receipts)
                    .is_some_and(|it| it != GateVerdict::Allow)
            {
                *last_check = Elapsed::now();
                let session = ctx.home();
                match session.and_then(|it| Ok(snapshot.moved_proposals(it.located())?)) {
                    Ok(None) => {}
                    Ok(Some(_)) => {
                        self.input.keep(line);
                        return Ok(None);
                    }
                    Err(_) => return Ok(Some(self.input.keep(line))),
                }
            }
            let answered = responder.answer(&timed, &self.receipts);
            if !self.show(&answered, &timed)? {
                return Ok(Some(Turn::Over));
            }
        }
        Ok(Some(Turn::Over))
    }

    /// Answers `unknown` while loading fails; tries again after a while, or when something changes.
    fn without(
        &mut self,
        ctx: &Ctx,
        watch: Option<&RepositoryWatch>,
        why: String,
    ) -> anyhow::Result<Turn> {
        if self.trouble.as_ref() != Some(&why) {
            ctx.tell(&format!("warning: every answer is unknown until this is fixed: {why}"));
            self.trouble = Some(why.clone());
        }
        let tried = Elapsed::now();
        while let Some(line) = self.input.next()? {
            if tried.elapsed() >= PAUSE || watch.is_some_and(RepositoryWatch::has_moved) {
                return Ok(self.input.keep(line));
            }
            let now = if ctx.is_live() { ctx.clock() } else { ctx.instant() };
            let stamp = nowhere(ctx, now);
            let (timed, no_question) = timed_question(&line, now);
            if !self.refuse(no_question.as_deref().unwrap_or(&why), &timed, &stamp)? {
                return Ok(Turn::Over);
            }
        }
        Ok(Turn::Over)
    }

    fn refuse(&mut self, why: &str, timed: &TimedQuestion, stamp: &Stamp) -> anyhow::Result<bool> {
        let answered = respond::refuse(why, timed, stamp, &self.receipts);
        self.show(&answered, timed)
    }

    /// Writes a receipt, and tells whether stdout still has a reader: without one, no further uses are consumed.
    fn show(&mut self, answered: &CheckAnswer, timed: &TimedQuestion) -> anyhow::Result<bool> {
        self.worst = self.worst.max(outcome(answered.answer.verdict));
        let receipt = LoggedReceipt::of(&timed.question, answered, &timed.id);
        let line = format!("{}\n", receipt.line()?);
        self.ctx.deliver(line.as_bytes())
    }
}

/// Starts to watch the files that determine the approved ref.
fn watch(home: &Session) -> anyhow::Result<RepositoryWatch> {
    let repository = home.repository()?;
    let refs = repository.refs().map_err(Undetermined::Git)?;
    let approved_ref = home.located().options.approved_ref.as_deref();
    Ok(repository.watch(watched::watched_refs(&refs, approved_ref)))
}

/// Tells whether the watch detects a change of the approved ref; a commit id never changes.
fn watches(watch: &RepositoryWatch, snapshot: &Snapshot<'_>) -> bool {
    let (_, chosen) = snapshot.origin();
    watch.covers(&chosen.reference) || !chosen.reference.starts_with("refs/")
}

/// Returns the question of a line; for an invalid line, an empty question and the reason.
fn timed_question(line: &QuestionLine, now: Instant) -> (TimedQuestion, Option<String>) {
    let of = |question, at: Option<Instant>| TimedQuestion {
        question,
        at: at.unwrap_or(now),
        id: line.id.clone(),
    };
    match &line.question {
        Ok(parsed) => (of(parsed.question.clone(), parsed.at), None),
        Err(error) => (of(Question::default(), None), Some(error.to_string())),
    }
}

/// Returns the stamp of an answer without a ledger.
fn nowhere(ctx: &Ctx, instant: Instant) -> Stamp {
    Stamp {
        name: None,
        called: None,
        reference: None,
        label: None,
        commit: None,
        effective: None,
        instant,
        notes: None,
        left_out: Vec::new(),
        is_simulated: !ctx.is_live(),
    }
}
