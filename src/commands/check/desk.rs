//! One question, answered from what the approved ref says, and its receipt.
//!
//! Start at [`Desk::answer`]. Follows `docs/spec/cli.md`, check. The question may be the only one, or one of many.

use crate::commands::check::receipts::Receipts;
use crate::commands::context::approved::Approved;
use exledger::gate::answer::{Answer, GateVerdict, Limits, Question, SubjectMatch};
use exledger::gate::index::Index;
use exledger::gate::{self, unnamed, verdict};
use exledger::policy::people::person::Person;
use exledger::record::time::Instant;
use exledger::status::state::RecordState;
use exledger::survey::advice;
use exledger::survey::escalate::AdviceContext;
use exledger::view;
use exledger::view::check::Receipt;
use exledger::view::shape::Stamp;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// A question with the instant that it is about, and the name that the asker gave it.
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) at: Instant,
    pub(super) id: Value,
}

/// What questions are answered from.
pub(super) struct Desk<'a> {
    approved: &'a Approved<'a>,
    /// Where records stand by what they name; without it all are looked at.
    index: Option<&'a Index>,
    /// Every name that an application ever had, once it was needed.
    applications: &'a OnceCell<BTreeSet<String>>,
    /// Why the ledger is too old to answer from.
    refusal: Option<String>,
}

/// An answer with what its receipt says besides.
pub(super) struct Answered {
    pub(super) answer: Answer,
    stamp: Stamp,
    waits_for: Vec<Person>,
    warnings: Vec<String>,
}

impl Answered {
    /// Returns the receipt of the answer to a question.
    pub(super) fn receipt<'a>(&'a self, asked: &'a Asked) -> Receipt<'a> {
        Receipt {
            question: &asked.question,
            answer: &self.answer,
            stamp: &self.stamp,
            waits_for: &self.waits_for,
            warnings: &self.warnings,
            id: &asked.id,
        }
    }

    /// Returns the receipt on one line.
    pub(super) fn line(&self, asked: &Asked) -> String {
        view::check::json(&self.receipt(asked)).to_string()
    }

    fn unknown(reason: String, stamp: Stamp) -> Answered {
        Answered {
            answer: unknown(reason),
            stamp,
            waits_for: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Answers `unknown` where no ledger can be asked, and keeps the receipt.
pub(super) fn refuse(
    reason: &str,
    asked: &Asked,
    stamp: &Stamp,
    receipts: &mut Receipts,
) -> Answered {
    let unknown = |reason: String| Answered::unknown(reason, stamp.clone());
    let kept = receipts.answered(&|_| unknown(reason.to_owned()), &|it| it.line(asked));
    kept.unwrap_or_else(unknown)
}

impl<'a> Desk<'a> {
    /// Returns what answers by looking at all records, or `refusal` where the ledger is too old to answer from.
    pub(super) fn of(
        approved: &'a Approved<'a>,
        index: Option<&'a Index>,
        applications: &'a OnceCell<BTreeSet<String>>,
        refusal: Option<String>,
    ) -> Desk<'a> {
        Desk {
            approved,
            index,
            applications,
            refusal,
        }
    }

    /// Answers a question, and keeps the receipt before it is shown; what can't be kept is no answer.
    pub(super) fn answer(&self, asked: &Asked, receipts: &mut Receipts) -> Answered {
        let unknown = |reason: String| Answered::unknown(reason, self.stamp(asked));
        if let Some(reason) = &self.refusal {
            return refuse(reason, asked, &self.stamp(asked), receipts);
        }
        let answered = self.among(asked, &mut |among| {
            receipts.answered(&|uses| self.judged(asked, among, uses), &|it| {
                it.line(asked)
            })
        });
        answered.unwrap_or_else(unknown)
    }

    /// Returns the verdict as far as it can be told without the lock of the receipts; it may be another one with it.
    pub(super) fn foreseen(&self, asked: &Asked, uses: &gate::answer::Receipts) -> GateVerdict {
        self.among(asked, &mut |among| {
            self.judged(asked, among, uses).answer.verdict
        })
    }

    /// Finds the records that may answer a question, as they are at its instant.
    fn among<T>(&self, asked: &Asked, then: &mut dyn FnMut(&[&RecordState]) -> T) -> T {
        let approved = self.approved;
        let is_loaded = asked.at == approved.stamp.instant;
        let moved: Vec<RecordState>;
        let among: Vec<&RecordState> = match self.index {
            Some(index) => {
                let places = index.places(&asked.question);
                let few = places
                    .iter()
                    .filter_map(|place| approved.standings.get(*place));
                if is_loaded {
                    few.collect()
                } else {
                    moved = few.map(|it| approved.moved(it, asked.at)).collect();
                    moved.iter().collect()
                }
            }
            None if is_loaded => approved.standings.iter().collect(),
            None => {
                moved = approved.at(asked.at);
                moved.iter().collect()
            }
        };
        then(&among)
    }

    fn judged(
        &self,
        asked: &Asked,
        among: &[&RecordState],
        uses: &gate::answer::Receipts,
    ) -> Answered {
        let (approved, question) = (self.approved, &asked.question);
        let answer = verdict::ask_among(question, among, uses, &approved.governance);
        let around = AdviceContext {
            instant: asked.at,
            ..approved.around()
        };
        let is_named = |it: &&&RecordState| Some(it.id()) == answer.record.as_deref();
        let pending = among.iter().find(is_named);
        let waits_for = pending.filter(|_| answer.verdict == GateVerdict::Pending);
        let waits_for = waits_for.map(|it| advice::approvers(it, it.id(), around));
        let policy = &approved.governance.policy;
        let warning = if question.deploy {
            unnamed::warning(question, &answer, self.applications(), policy)
        } else {
            None
        };
        Answered {
            answer,
            stamp: self.stamp(asked),
            waits_for: waits_for.unwrap_or_default(),
            warnings: warning.into_iter().collect(),
        }
    }

    fn applications(&self) -> &BTreeSet<String> {
        let named = || {
            self.approved
                .applications()
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        self.applications.get_or_init(named)
    }

    fn stamp(&self, asked: &Asked) -> Stamp {
        let mut stamp = self.approved.stamp.clone();
        stamp.instant = asked.at;
        stamp
    }
}

/// Returns the answer where there can be none.
fn unknown(reason: String) -> Answer {
    Answer {
        verdict: GateVerdict::Unknown,
        reason,
        record: None,
        named: SubjectMatch::Nobody,
        digest: None,
        approved_digest: None,
        not_after: None,
        decided_at: None,
        scope: Limits::default(),
        considered: Vec::new(),
    }
}
