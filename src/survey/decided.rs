//! What was decided about records: approvals, rejections and revocations within a time.
//!
//! Pure. Start at [`latest_decision`]. Follows `docs/spec/cli.md`, queue.

use std::rc::Rc;

use crate::approval::verdict::{ApprovalVerdict, FourEyes, Satisfied, Vote, VoteCounts};
use crate::history::mainline::Landing;
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;
use crate::record::time::Instant;
use crate::record::vocabulary::{ClosureOutcome, Then};
use crate::status::state::RecordState;
use strum::IntoStaticStr;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum DecisionKind {
    Approved,
    /// Somebody rejected the landed text, which can still be approved or changed.
    Vetoed,
    /// The request was closed as rejected.
    Rejected,
    /// It was closed as revoked, or a trigger that ends it fired.
    Revoked,
}

/// A decision about a record.
#[derive(Clone, Debug)]
pub struct RecordDecision<'a> {
    pub record_state: &'a RecordState,
    pub kind: DecisionKind,
    /// When it took effect, by what landed.
    pub at: Instant,
    pub by: Vec<Person>,
    pub reason: Option<String>,
}

/// The time in which decisions are looked for: after `since`, up to and including `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionSpan {
    pub since: Instant,
    pub until: Instant,
}

impl DecisionSpan {
    fn holds(self, at: Instant) -> bool {
        self.since < at && at <= self.until
    }
}

/// Returns the last decision about a record within a time; `None` if there was none.
pub fn latest_decision<'a>(
    history: &History,
    (trail, verdicts): (&Trail, &[Rc<ApprovalVerdict>]),
    record_state: &'a RecordState,
    governance: &Governance,
    span: DecisionSpan,
) -> Option<RecordDecision<'a>> {
    let case = DecisionCase { history, trail, verdicts, record_state, governance, span };
    let mut decisions = case.approvals();
    decisions.extend(case.closures());
    decisions.extend(case.triggers());
    decisions.into_iter().max_by_key(|decision| (decision.at, decision.kind))
}

struct DecisionCase<'c, 'a> {
    history: &'c History,
    trail: &'c Trail,
    verdicts: &'c [Rc<ApprovalVerdict>],
    record_state: &'a RecordState,
    governance: &'c Governance,
    span: DecisionSpan,
}

impl<'a> DecisionCase<'_, 'a> {
    fn approvals(&self) -> Vec<RecordDecision<'a>> {
        let own =
            |verdict: &&Rc<ApprovalVerdict>| verdict.carries.is_none() && verdict.needed.count > 0;
        let mut decisions = Vec::new();
        for verdict in self.verdicts.iter().filter(own) {
            let mut before = (false, false);
            for turn in &verdict.turns {
                let now = (turn.satisfied == Satisfied::Yes, turn.result == FourEyes::Vetoed);
                let kind = match (before, now) {
                    ((_, false), (_, true)) => Some(DecisionKind::Vetoed),
                    ((false, _), (true, _)) => Some(DecisionKind::Approved),
                    _ => None,
                };
                before = now;
                if let Some(kind) = kind.filter(|_| self.span.holds(turn.at)) {
                    let (by, reason) = match kind {
                        DecisionKind::Vetoed => vetoers(verdict),
                        _ => (approvers(verdict), None),
                    };
                    decisions.push(self.decision(kind, turn.at, by, reason));
                }
            }
        }
        decisions
    }

    fn closures(&self) -> Vec<RecordDecision<'a>> {
        let mut decisions = Vec::new();
        let mut was_closed = false;
        for version in &self.trail.versions {
            let closure = version.record.record().and_then(|record| record.closure.as_deref());
            let is_new = closure.is_some() && !was_closed;
            was_closed = closure.is_some();
            let Some((closure, landing)) = closure.zip(self.landing(version)) else {
                continue;
            };
            let kind = match closure.outcome {
                ClosureOutcome::Rejected => DecisionKind::Rejected,
                ClosureOutcome::Revoked => DecisionKind::Revoked,
                _ => continue,
            };
            if is_new && self.span.holds(landing.effective) {
                let by = vec![self.person(&closure.by)];
                let reason = Some(closure.reason.clone());
                decisions.push(self.decision(kind, landing.effective, by, reason));
            }
        }
        decisions
    }

    fn triggers(&self) -> Vec<RecordDecision<'a>> {
        let ends = self.record_state.fired.iter().filter(|fired| fired.then != Then::Review);
        let record = self.record_state.known_content();
        let decisions = ends.filter(|fired| self.span.holds(fired.at)).map(|fired| {
            let mut firings = record.into_iter().flat_map(|record| &record.fired);
            let firing = firings.find(|firing| firing.trigger == fired.trigger);
            let by = firing.map(|firing| self.person(&firing.by)).into_iter().collect();
            let reason = Some(format!("trigger {} fired", fired.trigger));
            self.decision(DecisionKind::Revoked, fired.at, by, reason)
        });
        decisions.collect()
    }

    fn decision(
        &self,
        kind: DecisionKind,
        at: Instant,
        by: Vec<Person>,
        reason: Option<String>,
    ) -> RecordDecision<'a> {
        RecordDecision { record_state: self.record_state, kind, at, by, reason }
    }

    fn landing(&self, version: &Version) -> Option<&Landing> {
        self.history.mainline.landings.get(version.landing)
    }

    fn person(&self, address: &Address) -> Person {
        people::identify(self.governance, "", address.as_str())
    }
}

fn approvers(verdict: &ApprovalVerdict) -> Vec<Person> {
    verdict.approvers.iter().map(|approver| approver.person.clone()).collect()
}

fn vetoers(verdict: &ApprovalVerdict) -> (Vec<Person>, Option<String>) {
    let vetoes = verdict
        .statements
        .iter()
        .filter(|statement| statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes);
    let by = vetoes.clone().map(|statement| statement.person.clone()).collect();
    let mut reasons = vetoes.filter_map(|statement| statement.reason.clone());
    (by, reasons.next())
}
