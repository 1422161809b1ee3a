//! Many questions on one standard input, each answered from the ledger as it is when it is asked.
//!
//! Start at [`run`]. Follows `docs/spec/cli.md`, check, `--stdin`. Before each answer the clock is read, and the bytes of what
//! decides which commit is approved; where they moved, everything is loaded again. What can't be loaded is `unknown` until it
//! can. Memory does not grow with the questions: one line, one answer, one state of the ledger.

use std::cell::OnceCell;
use std::mem::{self, ManuallyDrop};
use std::time::{Duration, Instant as Elapsed};

use anyhow::Context;
use serde_json::Value;

use crate::commands::check::desk::{self, Answered, Asked, Desk};
use crate::commands::check::fresh::Freshness;
use crate::commands::check::outcome;
use crate::commands::check::receipts::Receipts;
use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use crate::commands::context::fault;
use crate::commands::context::place::Home;
use crate::commands::exit::Outcome;
use exledger::gate::answer::{GateVerdict, Question};
use exledger::gate::index::Index;
use exledger::gate::question::{self, LONGEST_LINE, Line, NoQuestion};
use exledger::history::watched;
use exledger::interop::lines::{self, Kept};
use exledger::record::time::Instant;
use exledger::store::git::watch::Watch;
use exledger::view::shape::Stamp;

/// How long what can't be loaded, and what branches propose, is not looked at again.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers one question a line with one receipt a line; the worst answer decides.
///
/// # Errors
/// Where there is no ledger at the start, the flags are wrong, or stdin can't be read.
pub(super) fn run(ctx: &Ctx, receipts: Receipts, freshness: &Freshness) -> anyhow::Result<Outcome> {
    // Without a ledger there is nothing that could be loaded later.
    ctx.home()?;
    let mut session = Session {
        ctx,
        receipts,
        freshness,
        input: Input::default(),
        worst: Outcome::Fine,
        trouble: None,
        is_first: true,
    };
    while session.turn()? == Turn::Again {}
    Ok(session.worst)
}

/// The questions, and what has become of them so far.
struct Session<'c> {
    ctx: &'c Ctx,
    receipts: Receipts,
    freshness: &'c Freshness,
    input: Input,
    worst: Outcome,
    /// Why nothing can be answered, as it was told last.
    trouble: Option<String>,
    /// Whether nothing was loaded yet.
    is_first: bool,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The ledger has to be loaded again for the question that waits.
    Again,
    /// There are no more questions.
    Over,
}

/// Standard input, with the question that was read and waits for the ledger to be loaded.
#[derive(Default)]
struct Input {
    buffer: Vec<u8>,
    waits: Option<Line>,
}

impl Input {
    /// Returns the next question, or why a line is none; nothing at the end.
    fn next(&mut self) -> anyhow::Result<Option<Line>> {
        if let Some(line) = self.waits.take() {
            return Ok(Some(line));
        }
        loop {
            let mut stdin = std::io::stdin().lock();
            let kept = lines::next(&mut stdin, &mut self.buffer, LONGEST_LINE);
            return Ok(match kept.context("can't read stdin")? {
                None => None,
                Some(Kept::Whole) if self.buffer.trim_ascii().is_empty() => continue,
                Some(Kept::Whole) => Some(question::read(&self.buffer)),
                Some(Kept::TooLong) => Some(Line {
                    id: Value::Null,
                    asked: Err(NoQuestion::TooLong),
                }),
            });
        }
    }

    /// Keeps a question until the ledger is loaded again.
    fn keep(&mut self, line: Line) -> Turn {
        self.waits = Some(line);
        Turn::Again
    }
}

impl Session<'_> {
    /// Loads the ledger, and answers until it moves.
    fn turn(&mut self) -> anyhow::Result<Turn> {
        let ctx = self.ctx.at_present();
        let is_first = mem::replace(&mut self.is_first, false);
        // What is watched is read before what is loaded, so that nothing can move in between unseen.
        let loaded = ctx.home().and_then(|home| Ok((watch(&ctx, &home)?, home)));
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
            if fault::code(&error) == fault::MISUSE {
                return Err(error);
            }
            self.worst = Outcome::CannotSay;
        }
        self.without(&ctx, watch.as_ref(), fault::told(&error))
    }

    /// Answers from a ledger that was loaded, until it moves.
    fn with(
        &mut self,
        ctx: &Ctx,
        watch: &Watch,
        approved: &mut Approved<'_>,
    ) -> anyhow::Result<Turn> {
        let applications = OnceCell::new();
        let mut index = Index::of(&approved.standings);
        let mut looked = Elapsed::now();
        let changes_at = approved.changes_at();
        let is_watched = is_watched(watch, approved);
        // What was loaded for a question answers it, even where nothing says whether it moves.
        let mut is_loaded_for = self.input.waits.is_some();
        while let Some(line) = self.input.next()? {
            let wall = ctx.clock();
            let now = if ctx.is_live() {
                wall
            } else {
                approved.stamp.instant
            };
            if watch.has_moved()
                || !is_watched && !is_loaded_for
                || wall < ctx.now
                || changes_at.is_some_and(|at| at <= wall)
            {
                return Ok(self.input.keep(line));
            }
            is_loaded_for = false;
            let stamp = Stamp {
                instant: now,
                ..approved.stamp.clone()
            };
            let (asked, no_question) = asked(&line, now);
            if let Some(why) = no_question {
                if !self.refuse(&why, &asked, &stamp)? {
                    return Ok(Turn::Over);
                }
                continue;
            }
            let refusal = self.freshness.refusal(approved, wall);
            if looked.elapsed() >= PAUSE && ctx.globals.as_of.is_none() && refusal.is_none() {
                let desk = Desk::of(approved, Some(&index), &applications, None);
                let uses = self.receipts.known();
                if uses.is_some_and(|uses| desk.foreseen(&asked, uses) != GateVerdict::Allow) {
                    looked = Elapsed::now();
                    let looked_again = ctx.home().and_then(|it| approved.look_again(ctx, &it));
                    match looked_again {
                        Ok(false) => {}
                        Ok(true) => index = Index::of(&approved.standings),
                        Err(_) => return Ok(self.input.keep(line)),
                    }
                }
            }
            let desk = Desk::of(approved, Some(&index), &applications, refusal);
            let answered = desk.answer(&asked, &mut self.receipts);
            if !self.show(&answered, &asked)? {
                return Ok(Turn::Over);
            }
        }
        Ok(Turn::Over)
    }

    /// Answers `unknown` while nothing can be loaded; tries again after a while, or when something moved.
    fn without(&mut self, ctx: &Ctx, watch: Option<&Watch>, why: String) -> anyhow::Result<Turn> {
        if self.trouble.as_ref() != Some(&why) {
            ctx.tell(&format!(
                "warning: every answer is unknown until this is mended: {why}"
            ));
            self.trouble = Some(why.clone());
        }
        let tried = Elapsed::now();
        while let Some(line) = self.input.next()? {
            if tried.elapsed() >= PAUSE || watch.is_some_and(Watch::has_moved) {
                return Ok(self.input.keep(line));
            }
            let now = if ctx.is_live() {
                ctx.clock()
            } else {
                ctx.instant()
            };
            let stamp = nowhere(ctx, now);
            let (asked, no_question) = asked(&line, now);
            if !self.refuse(no_question.as_deref().unwrap_or(&why), &asked, &stamp)? {
                return Ok(Turn::Over);
            }
        }
        Ok(Turn::Over)
    }

    fn refuse(&mut self, why: &str, asked: &Asked, stamp: &Stamp) -> anyhow::Result<bool> {
        let answered = desk::refuse(why, asked, stamp, &mut self.receipts);
        self.show(&answered, asked)
    }

    /// Writes a receipt, and tells whether anybody still reads: for nobody, no further use is spent.
    fn show(&mut self, answered: &Answered, asked: &Asked) -> anyhow::Result<bool> {
        self.worst = self.worst.max(outcome(answered.answer.verdict));
        let line = format!("{}\n", answered.line(asked));
        self.ctx.deliver(line.as_bytes())
    }
}

/// Begins to watch what the choice of the approved ref depends on.
fn watch(ctx: &Ctx, home: &Home) -> anyhow::Result<Watch> {
    let repository = home.repository()?;
    let refs = repository.refs();
    let refs = refs.map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    Ok(repository.watch(watched::of(&refs, ctx.asked_ref())))
}

/// Tells whether it shows when the approved ref moves; an id never does.
fn is_watched(watch: &Watch, approved: &Approved<'_>) -> bool {
    let (_, chosen) = approved.origin();
    watch.covers(&chosen.reference) || !chosen.reference.starts_with("refs/")
}

/// Returns the question of a line, and why the line is none, of which the question is empty then.
fn asked(line: &Line, now: Instant) -> (Asked, Option<String>) {
    let of = |question, at: Option<Instant>| Asked {
        question,
        at: at.unwrap_or(now),
        id: line.id.clone(),
    };
    match &line.asked {
        Ok(asked) => (of(asked.question.clone(), asked.at), None),
        Err(error) => (of(Question::default(), None), Some(error.to_string())),
    }
}

/// Returns the stamp of an answer that was computed from nothing.
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
