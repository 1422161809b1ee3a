//! Suppressions in other tools' files and in comments: which are over, and which no exception in force allows.
//!
//! Pure. Start at [`SuppressionJudge`], which judges a [`FoundSuppression`]; `reach` compares it with what a record names;
//! [`finding`] is for the rules about scan. Follows `docs/spec/interop.md`, 5.

pub mod change;
pub mod covering;
pub mod promise;
pub mod reach;
pub mod suppression;

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level, Pos};
use crate::gate::accepted_text::ScannedFiles;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::rules::scan::covering::{Cover, CoverDoubt, CoveringRecords};
use crate::rules::scan::promise::Promise;
use crate::rules::scan::reach::Reached;
use crate::rules::scan::suppression::{
    FoundSuppression, GeneratedFile, HiddenIds, StaleAfter, SuppressionEnd,
};
use crate::status::reason;
use crate::status::state::{InForce, RecordState};

/// Why a suppression, or a generated file, is not as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressionFault {
    /// It cites no record, and none in force covers it.
    Uncovered(Uncovered),
    /// It cites an id that no record of the ledger has.
    UnknownId(Id),
    /// The record that it cites is not in force; why.
    NotInForce(Id, String),
    /// The record does not name these findings.
    NotNamed(Id, String),
    /// The record names the finding, but the suppression hides more; what.
    ScopeWider(Id, String),
    /// It ends after the record, or never.
    TermLonger { id: Id, until: Option<Instant>, end: Instant },
    /// The file was generated from a state of the ledger that is over, or is not on the approved branch; why.
    StaleFile(String),
    /// Its own end has passed, so it hides nothing any more.
    Dead(Instant),
    /// Its own end has passed, in a repository without a ledger.
    EndPast(Instant),
    /// The period is over that its reason names.
    PromisePast(Promise),
    /// The branch adds it, in a repository without a ledger; whether a reason is beside it.
    New { has_reason: bool },
    /// The branch lets it hide more, in a repository without a ledger; what.
    Widened(String),
}

/// What there is to say of a suppression that no record covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Whether it could name a rule and doesn't.
    pub names_no_rule: bool,
    /// What to do to cite a record.
    pub citing: String,
    /// The record that would cover it and waits for approval.
    pub waiting: Option<Id>,
    /// The record that is about it, or that covered it at the base of the branch.
    pub former: Option<String>,
    /// Why that one doesn't cover it any more, if its text says so.
    pub lost: Option<String>,
}

impl SuppressionFault {
    /// Tells whether it is an error.
    pub fn is_error(&self) -> bool {
        match self {
            SuppressionFault::Uncovered(_)
            | SuppressionFault::UnknownId(_)
            | SuppressionFault::NotInForce(..)
            | SuppressionFault::NotNamed(..)
            | SuppressionFault::ScopeWider(..)
            | SuppressionFault::TermLonger { .. }
            | SuppressionFault::Widened(_)
            | SuppressionFault::New { has_reason: false } => true,
            SuppressionFault::StaleFile(_)
            | SuppressionFault::Dead(_)
            | SuppressionFault::EndPast(_)
            | SuppressionFault::PromisePast(_)
            | SuppressionFault::New { has_reason: true } => false,
        }
    }

    /// Returns its name where a suppression's state is told in one word: the code of its rule without `scan-`.
    pub fn state(&self) -> &'static str {
        match self {
            SuppressionFault::Uncovered(_) => "uncovered",
            SuppressionFault::UnknownId(_) => "unknown-id",
            SuppressionFault::NotInForce(..) => "not-in-force",
            SuppressionFault::NotNamed(..) => "not-named",
            SuppressionFault::ScopeWider(..) => "scope-wider",
            SuppressionFault::TermLonger { .. } => "term-longer",
            SuppressionFault::StaleFile(_) => "stale-file",
            SuppressionFault::Dead(_) => "dead",
            SuppressionFault::EndPast(_) | SuppressionFault::PromisePast(_) => "past",
            SuppressionFault::New { .. } | SuppressionFault::Widened(_) => "new",
        }
    }
}

/// A suppression with what its branch and its reason say.
#[derive(Clone, Copy, Debug)]
pub struct ScannedSuppression<'s> {
    pub found: &'s FoundSuppression,
    /// What its reason promises.
    pub promise: Option<&'s Promise>,
    /// What a branch did to it; `None` if all suppressions are judged.
    pub change: Option<&'s BranchChange>,
}

/// What a branch did to a suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchChange {
    Added,
    /// It was there, and hides more now; what.
    Widened(String),
    /// It was there, and what the branch changes ends its cover; the record that covered it.
    CoverEnded(Option<String>),
}

impl ScannedSuppression<'_> {
    fn is_new(&self) -> bool {
        matches!(self.change, Some(BranchChange::Added | BranchChange::Widened(_)))
    }
}

/// What is wrong with a suppression, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionCase {
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// The column on which it begins, in characters from 1.
    pub column: u32,
    /// What is suppressed, for messages: `nosec B602`.
    pub label: String,
    pub faults: Vec<SuppressionFault>,
    /// Why it can't be determined whether the record that it cites, or any, allows it.
    pub doubts: BTreeSet<CoverDoubt>,
    /// The record that covers it, the first one of several, or that it cites; `None` if the ledger has none.
    pub record: Option<String>,
    /// Whether it is a file that `export` generated.
    pub is_generated: bool,
}

/// Whether the ledger allows a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    Allowed,
    Refused,
    Undetermined,
}

impl SuppressionCase {
    pub fn allowance(&self) -> Allowance {
        match self.faults.iter().any(SuppressionFault::is_error) {
            _ if !self.doubts.is_empty() => Allowance::Undetermined,
            true => Allowance::Refused,
            false => Allowance::Allowed,
        }
    }
}

/// Judges suppressions at one instant: by the records of a ledger, or without one.
pub struct SuppressionJudge<'a> {
    ledger: Option<SuppressionLedger<'a>>,
    /// The same by the records as a branch leaves them, if it ends what some cover.
    merged: Option<SuppressionLedger<'a>>,
    instant: Instant,
}

struct SuppressionLedger<'a> {
    by_id: BTreeMap<&'a str, &'a RecordState>,
    covering: CoveringRecords<'a>,
    waiting: CoveringRecords<'a>,
    files: &'a dyn ScannedFiles,
}

impl<'a> SuppressionLedger<'a> {
    fn new(record_states: &'a [RecordState], files: &'a dyn ScannedFiles) -> SuppressionLedger<'a> {
        SuppressionLedger {
            by_id: record_states.iter().map(|state| (state.key.as_str(), state)).collect(),
            covering: CoveringRecords::new(record_states, covering::possible),
            waiting: CoveringRecords::new(record_states, covering::awaited),
            files,
        }
    }
}

impl<'a> SuppressionJudge<'a> {
    /// Judges by these records, evaluated at an instant, and by the files in which suppressions are.
    pub fn new(
        record_states: &'a [RecordState],
        instant: Instant,
        files: &'a dyn ScannedFiles,
    ) -> SuppressionJudge<'a> {
        let ledger = Some(SuppressionLedger::new(record_states, files));
        SuppressionJudge { ledger, merged: None, instant }
    }

    /// Judges also by the records as a branch leaves them: it may end what they cover, and never adds to it.
    pub fn with_merged(
        self,
        record_states: Option<&'a [RecordState]>,
        files: &'a dyn ScannedFiles,
    ) -> SuppressionJudge<'a> {
        let merged = record_states.map(|states| SuppressionLedger::new(states, files));
        SuppressionJudge { merged, ..self }
    }

    /// Judges where there is no ledger.
    pub fn without_ledger(instant: Instant) -> SuppressionJudge<'a> {
        SuppressionJudge { ledger: None, merged: None, instant }
    }

    /// Judges a suppression.
    pub fn suppression(&self, scanned: ScannedSuppression<'_>) -> SuppressionCase {
        let case = self.judged(self.ledger.as_ref(), scanned);
        if self.merged.is_none() || case.allowance() == Allowance::Refused {
            return case;
        }
        let merged = self.judged(self.merged.as_ref(), scanned);
        if merged.allowance() == Allowance::Allowed { case } else { merged }
    }

    fn judged(
        &self,
        ledger: Option<&SuppressionLedger<'_>>,
        scanned: ScannedSuppression<'_>,
    ) -> SuppressionCase {
        let found = scanned.found;
        let mut case = SuppressionCase {
            path: found.path.clone(),
            line: found.line,
            column: found.column,
            label: found.label.clone(),
            faults: Vec::new(),
            doubts: BTreeSet::new(),
            record: None,
            is_generated: false,
        };
        let ended = match found.end {
            SuppressionEnd::Until(end) if end <= self.instant => Some(end),
            _ => None,
        };
        match ledger {
            Some(ledger) => {
                self.by_ledger(ledger, scanned, ended.is_some(), &mut case);
                case.faults.extend(ended.map(SuppressionFault::Dead));
            }
            None => {
                let has_reason = found.reason.is_some();
                case.faults.extend(scanned.change.and_then(|change| match change {
                    BranchChange::Added => Some(SuppressionFault::New { has_reason }),
                    BranchChange::Widened(what) => Some(SuppressionFault::Widened(what.clone())),
                    BranchChange::CoverEnded(_) => None,
                }));
                case.faults.extend(ended.map(SuppressionFault::EndPast));
            }
        }
        // One that hides nothing any more has kept its promise.
        let promise =
            scanned.promise.filter(|promise| promise.is_past(self.instant) && ended.is_none());
        case.faults.extend(promise.cloned().map(SuppressionFault::PromisePast));
        case
    }

    fn by_ledger(
        &self,
        ledger: &SuppressionLedger<'_>,
        scanned: ScannedSuppression<'_>,
        is_dead: bool,
        case: &mut SuppressionCase,
    ) {
        let (found, is_new) = (scanned.found, scanned.is_new());
        let Some(id) = &found.cited else {
            // One that hides nothing any more is better removed than put on record.
            let cover = match is_dead {
                true => Cover::Nothing,
                false => ledger.covering.cover_of(found, is_new, ledger.files),
            };
            case.record = cover.record().map(str::to_owned);
            if case.record.is_none() {
                let citing = found.citing.general(found.end);
                let names_no_rule = found.hidden.iter().all(|hidden| {
                    hidden.names_no_rule() && !matches!(hidden.ids, HiddenIds::Nameless)
                });
                let waiting = ledger.waiting.cover_of(found, is_new, ledger.files).record();
                let waiting = waiting.filter(|_| !is_dead).and_then(Id::new);
                let known = match scanned.change {
                    Some(BranchChange::CoverEnded(record)) => record.clone(),
                    _ => None,
                };
                let about = (found, known.as_deref());
                let lost = ledger.covering.lost_for(about, is_new, ledger.files);
                let former = known.or_else(|| Some(lost.as_ref()?.0.to_owned()));
                case.faults.push(SuppressionFault::Uncovered(Uncovered {
                    names_no_rule,
                    citing,
                    waiting,
                    former,
                    lost: lost.map(|(_, why)| why),
                }));
                if let Cover::Undetermined(doubts) = cover {
                    case.doubts = doubts;
                }
            }
            return;
        };
        let Some(record_state) = ledger.by_id.get(id.as_str()) else {
            case.faults.push(SuppressionFault::UnknownId(id.clone()));
            return;
        };
        case.record = Some(id.to_string());
        // It hides nothing any more, so it can't hide too much.
        if !is_dead {
            self.compare(ledger, scanned, (id, record_state), case);
        }
    }

    fn compare(
        &self,
        ledger: &SuppressionLedger<'_>,
        scanned: ScannedSuppression<'_>,
        (id, record_state): (&Id, &RecordState),
        case: &mut SuppressionCase,
    ) {
        let found = scanned.found;
        let Some(grant) = covering::granted(record_state) else {
            let why = reason::joined(&record_state.reasons);
            if record_state.in_force != InForce::No {
                case.doubts.insert(CoverDoubt::of_status(id.as_str(), &record_state.reasons));
            }
            case.faults.push(SuppressionFault::NotInForce(id.clone(), why));
            return;
        };
        match grant.compare(found, scanned.is_new(), ledger.files) {
            Reached::Named => {}
            Reached::NotNamed(what) => {
                case.faults.push(SuppressionFault::NotNamed(id.clone(), what))
            }
            Reached::Wider(why) => case.faults.push(SuppressionFault::ScopeWider(id.clone(), why)),
            Reached::Undetermined(why) => {
                case.doubts.insert(CoverDoubt::Text(format!("{id}: {why}")));
                case.faults.push(SuppressionFault::ScopeWider(id.clone(), why));
            }
        }
        let end = grant.end;
        let until = match found.end {
            SuppressionEnd::Until(until) if until > end => Some(Some(until)),
            SuppressionEnd::Missing => Some(None),
            SuppressionEnd::Until(_) | SuppressionEnd::NoSuchField => None,
        };
        let term = until.map(|until| SuppressionFault::TermLonger { id: id.clone(), until, end });
        case.faults.extend(term);
    }

    /// Judges a generated file; `is_on_branch` tells whether its commit is on the approved branch.
    pub fn generated(&self, file: &GeneratedFile, is_on_branch: bool) -> SuppressionCase {
        let why = match file.stale_after {
            _ if !is_on_branch => {
                Some(format!("its commit {} is not on the approved branch", file.commit))
            }
            StaleAfter::At(end) if end <= self.instant => {
                Some(format!("an exception in it ended at {end}"))
            }
            StaleAfter::Unknown => Some("its `stale-after` is not an instant".to_owned()),
            StaleAfter::At(_) | StaleAfter::Never => None,
        };
        SuppressionCase {
            path: file.path.clone(),
            line: file.line,
            column: 1,
            label: format!("export {}", file.target),
            faults: why.map(SuppressionFault::StaleFile).into_iter().collect(),
            doubts: BTreeSet::new(),
            record: None,
            is_generated: true,
        }
    }
}

/// Returns a finding at the place of a suppression; its path is that from the root of the repository.
pub fn finding(
    case: &SuppressionCase,
    (code, level): (Code, Level),
    id: Option<&Id>,
    message: String,
    remedy: impl Into<Remedy>,
) -> Finding {
    Finding {
        rule: code,
        level,
        path: case.path.clone(),
        pos: Some(Pos { line: case.line, column: case.column }),
        field: None,
        id: id.map(ToString::to_string),
        message,
        remedy: remedy.into(),
    }
}
