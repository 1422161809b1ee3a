//! A gate that stays open: each question is answered from the ledger as it is at the time of the question.
//!
//! Start at [`LiveGate`]. Follows `docs/spec/cli.md`, check, live answers. It does not know where questions come from:
//! `check --stdin`, `check --wait` and the agent server ask it. It holds one state of the ledger, never more.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::features::check::freshness::MaxAge;
use crate::features::check::receipts::ReceiptLog;
use crate::features::check::respond;
use crate::features::check::respond::{AnswerEdit, Responder, TimedQuestion};
use crate::features::live::ledger::{LiveLedger, LoadStep};
use crate::features::live::loaded::LoadedLedger;
use crate::gate::answer::{GateVerdict, Question};
use crate::gate::question::QuestionLine;
use crate::gate::receipt::{CheckAnswer, LoggedReceipt};
use crate::record::time::Instant;
use crate::session::error::Error;
use crate::session::notice::Notice;
use crate::session::options::{AsOf, Options};
use crate::session::snapshot::Snapshot;
use crate::status::stamp::Stamp;

/// Which ledger a gate reads, and under which conditions it answers.
#[derive(Clone, Debug, Default)]
pub struct LiveOptions {
    /// The folder in which the ledger is searched for.
    pub folder: PathBuf,
    /// How the ledger and its approved ref are found.
    pub options: Options,
    /// The instant of every question; `None` for the time at which it is asked.
    pub on: Option<Instant>,
    /// A past state of the approved ref; `None` for the present one.
    pub as_of: Option<AsOf>,
    /// How long ago the approved ref may have been fetched; `None` for no limit.
    pub max_age: Option<MaxAge>,
}

/// Something that happens while a gate is open, besides answers.
#[derive(Clone, Copy, Debug)]
pub enum LiveEvent<'a> {
    /// The ledger is being loaded, which may take a while.
    Loading,
    /// It is loaded, with what the reader should know.
    Loaded(&'a [Notice]),
    /// It can't be loaded, and every answer is `unknown`, for this reason; reported once for each reason.
    Failed(&'a str),
}

/// The answer of an open gate, with its question as it was understood.
#[derive(Clone, Debug)]
pub struct LiveAnswer {
    /// The question, its instant and its id; for a line that is not a question, an empty one.
    pub timed: TimedQuestion,
    /// The answer, as it is stored.
    pub check: CheckAnswer,
}

impl LiveAnswer {
    /// Returns the receipt to show.
    pub fn receipt(&self) -> LoggedReceipt<'_> {
        LoggedReceipt::of(&self.timed.question, &self.check, &self.timed.id)
    }
}

/// A gate that stays open.
///
/// The clock's time is given with each question. Before it is answered, the bytes that determine the approved commit are
/// compared with those that were loaded; if they have changed, or the clock went back, everything is loaded again. While
/// that fails, every answer is `unknown` with the reason. The gate must stay on one thread.
pub struct LiveGate {
    ledger: LiveLedger,
    receipts: Arc<ReceiptLog>,
    max_age: Option<MaxAge>,
    edit: Option<Box<AnswerEdit>>,
}

/// Why a question has to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// The answer is `pending`.
    Pending,
    /// It is `deny`, and was `pending` at the look before: git may have removed a merged branch before the approved ref
    /// moved.
    Denied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    /// Those that are settled, after what was found at the look before.
    Settled(Option<Unsettled>),
}

impl Wanted {
    fn unsettled(self, verdict: GateVerdict) -> Option<Unsettled> {
        match (self, verdict) {
            (Wanted::Settled(_), GateVerdict::Pending) => Some(Unsettled::Pending),
            (Wanted::Settled(Some(Unsettled::Pending)), GateVerdict::Deny) => {
                Some(Unsettled::Denied)
            }
            _ => None,
        }
    }
}

impl LiveGate {
    /// Opens a gate; the history is read at the first question.
    ///
    /// # Errors
    /// If there is no ledger, which could be loaded later.
    pub fn open(options: LiveOptions, receipts: Arc<ReceiptLog>) -> Result<LiveGate, Error> {
        let LiveOptions { folder, options, on, as_of, max_age } = options;
        let ledger = LiveLedger::find(folder, options, (on, as_of))?;
        Ok(LiveGate { ledger, receipts, max_age, edit: None })
    }

    /// Reports events to a function, on the thread of the gate.
    #[must_use]
    pub fn reporting(mut self, mut report: Box<dyn FnMut(LiveEvent<'_>)>) -> LiveGate {
        self.ledger.report = Some(Box::new(move |step| {
            report(match step {
                LoadStep::Begun => LiveEvent::Loading,
                LoadStep::Done(notices) => LiveEvent::Loaded(notices),
                LoadStep::Failed(why) => LiveEvent::Failed(why),
            });
        }));
        self
    }

    /// Changes each answer before it is stored.
    #[must_use]
    pub fn editing(mut self, edit: Box<AnswerEdit>) -> LiveGate {
        self.edit = Some(edit);
        self
    }

    /// Loads the ledger now, instead of at the first question.
    ///
    /// # Errors
    /// Why it can't be loaded; questions may be asked all the same.
    pub fn load(&mut self, wall: Instant) -> Result<(), Error> {
        self.ledger.load(wall)
    }

    /// Reads the branches at the next question, even if they were read less than a second ago: something was just proposed.
    pub fn look_again(&mut self) {
        if let Some(loaded) = self.ledger.loaded() {
            loaded.look_again();
        }
    }

    /// Tells whether a state of the ledger is loaded: then a reason why nothing is known quotes none of its files.
    pub fn is_loaded(&mut self) -> bool {
        self.ledger.loaded().is_some()
    }

    /// Returns an answer that says how long ago the ledger was fetched at the clock's time: it was loaded before.
    #[must_use]
    pub fn relabelled(&mut self, mut check: CheckAnswer, wall: Instant) -> CheckAnswer {
        if let Some(loaded) = self.ledger.loaded()
            && let Some(label) = loaded.with(|snapshot, _| snapshot.label(wall))
            && check.stamp.commit.is_some()
        {
            check.stamp.label = Some(label);
        }
        check
    }

    /// Returns the receipts that its answers are stored in.
    pub fn receipts(&self) -> &Arc<ReceiptLog> {
        &self.receipts
    }

    /// Answers a question, or a line that is not one, and stores the receipt; `wall` is the clock's time.
    pub fn answer(&mut self, line: &QuestionLine, wall: Instant) -> LiveAnswer {
        let answered = self.answer_while(line, wall, &|| true);
        answered.unwrap_or_else(|| self.refuse("no record answers the question", line, wall))
    }

    /// Answers a question and stores the receipt, if `is_awaited` still holds once the receipts are locked: an answer for
    /// nobody takes no use.
    pub fn answer_while(
        &mut self,
        line: &QuestionLine,
        wall: Instant,
        is_awaited: &dyn Fn() -> bool,
    ) -> Option<LiveAnswer> {
        self.reply((line, wall), Wanted::Any, is_awaited).ok()
    }

    /// Answers a question and stores the receipt, unless the answer is not settled: then nothing is stored. Ask again
    /// after a second, with what was returned, and at the deadline with [`LiveGate::answer`].
    ///
    /// # Errors
    /// Why it is not settled.
    pub fn settled(
        &mut self,
        line: &QuestionLine,
        wall: Instant,
        before: Option<Unsettled>,
    ) -> Result<LiveAnswer, Unsettled> {
        self.settled_while((line, wall), before, &|| true)
    }

    /// Answers as [`LiveGate::settled`], if `is_awaited` still holds once the receipts are locked.
    ///
    /// # Errors
    /// As [`LiveGate::settled`].
    pub fn settled_while(
        &mut self,
        (line, wall): (&QuestionLine, Instant),
        before: Option<Unsettled>,
        is_awaited: &dyn Fn() -> bool,
    ) -> Result<LiveAnswer, Unsettled> {
        self.reply((line, wall), Wanted::Settled(before), is_awaited)
    }

    /// Passes on the ledger as it is now, with its records evaluated at the clock's time.
    ///
    /// # Errors
    /// Why the ledger can't be loaded, or is too old.
    pub fn with_snapshot<T>(
        &mut self,
        wall: Instant,
        then: impl FnOnce(&Snapshot<'_>) -> T,
    ) -> Result<T, String> {
        let (is_live, max_age) = (self.ledger.is_live(), &self.max_age);
        if self.ledger.at(wall)?.proposals_may_have_moved() {
            self.ledger.propose_anew(wall).map_err(|error| error.reason())?;
        }
        let passed = self.ledger.loaded().and_then(|loaded| {
            if is_live {
                loaded.evaluate_at(wall);
            }
            loaded.with(|snapshot, _| {
                let refusal = max_age.as_ref().and_then(|age| snapshot.refusal(age, wall));
                refusal.map_or_else(|| Ok(then(snapshot)), Err)
            })
        });
        passed.unwrap_or_else(|| Err(LoadedLedger::LOST.to_owned()))
    }

    fn reply(
        &mut self,
        (line, wall): (&QuestionLine, Instant),
        wanted: Wanted,
        is_awaited: &dyn Fn() -> bool,
    ) -> Result<LiveAnswer, Unsettled> {
        if let Err(why) = self.ledger.at(wall) {
            return Ok(self.refuse(&why, line, wall));
        }
        if let Err(error) = self.look_at_proposals(line, wall) {
            return Ok(self.refuse(&error.reason(), line, wall));
        }
        let (receipts, max_age, is_live) = (&self.receipts, &self.max_age, self.ledger.is_live());
        let edit = self.edit.as_deref();
        let replied = self.ledger.loaded().and_then(|loaded| {
            loaded.with(|snapshot, prepared| {
                let now = if is_live { wall } else { snapshot.stamp().instant };
                let (timed, no_question) = timed_question(line, now);
                let stamp = Stamp { instant: now, ..snapshot.stamp().clone() };
                let too_old = || max_age.as_ref().and_then(|age| snapshot.refusal(age, wall));
                if let Some(reason) = no_question.or_else(too_old) {
                    let check = respond::refuse(&reason, &timed, (&stamp, wall), receipts, edit);
                    return Ok(LiveAnswer { timed, check });
                }
                let responder = Responder::of(snapshot, prepared).editing(edit);
                // What is not wanted now is not worth the lock of the receipts.
                if wanted != Wanted::Any
                    && let Some(verdict) = responder.foreseen(&timed, receipts)
                    && let Some(unsettled) = wanted.unsettled(verdict)
                {
                    return Err(unsettled);
                }
                let unsettled = Cell::new(None);
                let is_wanted = |verdict| {
                    unsettled.set(wanted.unsettled(verdict));
                    unsettled.get().is_none() && is_awaited()
                };
                let answered = responder.answer(&timed, (receipts, wall), &is_wanted);
                let check = answered.ok_or(unsettled.get().unwrap_or(Unsettled::Pending))?;
                Ok(LiveAnswer { timed, check })
            })
        });
        replied.unwrap_or_else(|| Ok(self.refuse(LoadedLedger::LOST, line, wall)))
    }

    /// Reads the branches again, at most once a second, unless the answer is `allow` without them.
    fn look_at_proposals(&mut self, line: &QuestionLine, wall: Instant) -> Result<(), Error> {
        let (receipts, is_live) = (&self.receipts, self.ledger.is_live());
        let Some(loaded) = self.ledger.loaded().filter(|loaded| loaded.proposals_may_have_moved())
        else {
            return Ok(());
        };
        let foreseen = loaded.with(|snapshot, prepared| {
            let now = if is_live { wall } else { snapshot.stamp().instant };
            let (timed, no_question) = timed_question(line, now);
            if no_question.is_some() {
                return None;
            }
            Responder::of(snapshot, prepared).foreseen(&timed, receipts)
        });
        let is_worth_it = foreseen.flatten().is_some_and(|verdict| verdict != GateVerdict::Allow);
        if is_worth_it { self.ledger.propose_anew(wall) } else { Ok(()) }
    }

    fn refuse(&self, why: &str, line: &QuestionLine, wall: Instant) -> LiveAnswer {
        let now = self.ledger.fixed_instant().unwrap_or(wall);
        let (timed, no_question) = timed_question(line, now);
        let reason = no_question.as_deref().unwrap_or(why);
        let stamp = nowhere(now, !self.ledger.is_live());
        let edit = self.edit.as_deref();
        let check = respond::refuse(reason, &timed, (&stamp, wall), &self.receipts, edit);
        LiveAnswer { timed, check }
    }
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

fn nowhere(instant: Instant, is_simulated: bool) -> Stamp {
    Stamp {
        name: None,
        called: None,
        folder: String::new(),
        reference: None,
        label: None,
        commit: None,
        effective: None,
        instant,
        notes: None,
        approvals: None,
        trusted_from: None,
        left_out: Vec::new(),
        is_simulated,
    }
}
