//! The gate: is an action allowed, by a record that is in force?
//!
//! Start at `ask`. Follows `docs/spec/cli.md`, check. Any doubt means the answer is not `allow`.

use serde_json::Value;

use crate::features::check::coverage::Named;
use crate::features::check::freshness::MaxAge;
use crate::features::check::receipts::ReceiptLog;
use crate::features::check::respond::{AskedRecords, SharedFacts, TimedQuestion};
use crate::gate::answer::{GateVerdict, Question};
use crate::gate::receipt::CheckAnswer;
use crate::policy::governance::{Governance, State};
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::mainline::OpenMainline;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::state::RecordState;
use crate::survey::near_values::SubjectNames;

/// One question to the gate.
#[derive(Clone, Debug)]
pub struct CheckRequest<'q> {
    /// The question.
    pub question: &'q Question,
    /// The instant that it is about; `None` for now.
    pub at: Option<Instant>,
    /// How long ago the approved ref may have been fetched; `None` for no limit.
    pub max_age: Option<&'q MaxAge>,
}

pub(crate) fn ask(
    located: &Located,
    at: &Moment,
    request: &CheckRequest<'_>,
    receipts: &ReceiptLog,
) -> Result<CheckAnswer, Error> {
    let line = OpenMainline::open(located, at)?;
    ask_while(located, (line, at), request, receipts, &|_| true)?.ok_or_else(no_longer_stands)
}

pub(super) fn no_longer_stands() -> Error {
    let what = "the governance changed while the question was answered";
    Undetermined::other(what, "ask again").into()
}

/// Answers like [`ask`] while the question stands under the governance that counts; else `None`, without a receipt.
pub(super) fn ask_while(
    located: &Located,
    (line, at): (OpenMainline<'_>, &Moment),
    request: &CheckRequest<'_>,
    receipts: &ReceiptLog,
    stands: &dyn Fn(&Governance) -> bool,
) -> Result<Option<CheckAnswer>, Error> {
    let line = match crate::features::check::coverage::plan(&line, request.question)? {
        None => line,
        Some(named) => match request.of_named(located, line, &named, receipts, stands)? {
            Attempt::Answered(answer) => return Ok(Some(*answer)),
            Attempt::OtherQuestion => return Ok(None),
            Attempt::Insufficient => {
                log::debug!("checking again: these records alone don't prove the answer");
                OpenMainline::open(located, at)?
            }
        },
    };
    request.of_everything(located, line, receipts, stands)
}

enum Attempt {
    Answered(Box<CheckAnswer>),
    /// They don't prove an answer.
    Insufficient,
    /// The question does not stand under the governance that counts.
    OtherQuestion,
}

impl<'q> CheckRequest<'q> {
    /// Asks about the present instant, however long ago the approved ref was fetched.
    pub fn now(question: &'q Question) -> CheckRequest<'q> {
        CheckRequest { question, at: None, max_age: None }
    }
}

impl CheckRequest<'_> {
    fn of_everything(
        &self,
        located: &Located,
        line: OpenMainline<'_>,
        receipts: &ReceiptLog,
        stands: &dyn Fn(&Governance) -> bool,
    ) -> Result<Option<CheckAnswer>, Error> {
        // Without a policy, nothing is allowed, whatever the records say.
        if line.governance.state == State::Absent {
            let snapshot = Snapshot::without_policy(line)?;
            return Ok(Some(self.answer(&snapshot, None, receipts).1));
        }
        let is_past = line.is_past;
        let mut snapshot = Snapshot::walk(line, Scope::Everything)?;
        if !stands(&snapshot.governance) {
            return Ok(None);
        }
        if !is_past {
            snapshot.add_proposals(located, &|_| true)?;
        }
        Ok(Some(self.answer(&snapshot, None, receipts).1))
    }

    fn of_named(
        &self,
        located: &Located,
        line: OpenMainline<'_>,
        named: &Named,
        receipts: &ReceiptLog,
        stands: &dyn Fn(&Governance) -> bool,
    ) -> Result<Attempt, Error> {
        let is_past = line.is_past;
        let mut snapshot = named.walk(line)?;
        if !stands(&snapshot.governance) {
            return Ok(Attempt::OtherQuestion);
        }
        if !named.is_chosen_again(&snapshot, self.question) {
            return Ok(Attempt::Insufficient);
        }
        if !is_past {
            snapshot.add_proposals(located, &|key| named.wants(key))?;
        }
        let (is_enough, answer) = self.answer(&snapshot, Some(named), receipts);
        Ok(if is_enough { Attempt::Answered(Box::new(answer)) } else { Attempt::Insufficient })
    }

    /// Answers from a snapshot and tells whether that snapshot is sufficient; only then a receipt is written.
    fn answer(
        &self,
        snapshot: &Snapshot<'_>,
        named: Option<&Named>,
        receipts: &ReceiptLog,
    ) -> (bool, CheckAnswer) {
        let timed = TimedQuestion {
            question: self.question.clone(),
            at: self.at.unwrap_or(snapshot.stamp.instant),
            id: Value::Null,
        };
        let refusal = |most: &MaxAge| snapshot.refusal(most, snapshot.now);
        if let Some(reason) = self.max_age.and_then(refusal) {
            let now = (&snapshot.stamp, snapshot.now);
            let answer =
                crate::features::check::respond::refuse(&reason, &timed, now, receipts, None);
            return (true, answer);
        }
        let states = snapshot.records_at(timed.at);
        let among: Vec<&RecordState> = states.iter().collect();
        let shared = SharedFacts::default();
        let asked = AskedRecords { among: &among, record_states: &states, shared: &shared };
        let mut is_enough = true;
        let kept = receipts.answered(&timed.context(snapshot, snapshot.now), &mut |uses| {
            let check = crate::features::check::respond::judged(snapshot, &timed, asked, uses);
            is_enough = named.is_none_or(|named| {
                named.suffices((self.question, &check.answer), &states, snapshot)
            });
            if is_enough { Some(check) } else { None }
        });
        let mut check = crate::features::check::respond::answered(kept, snapshot, timed.at);
        if check.answer.verdict == GateVerdict::Deny && check.answer.record.is_none() {
            check.hints = match named {
                Some(named) => named.hints(self.question),
                None => {
                    let mut names = SubjectNames::default();
                    states
                        .iter()
                        .filter_map(RecordState::known_content)
                        .for_each(|record| names.add(record));
                    names.hints(self.question)
                }
            };
        }
        (is_enough, check)
    }
}
