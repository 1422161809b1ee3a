//! The records in force, among which is one that covers a suppression which cites none, and those that wait for approval.
//!
//! Pure. Start at [`CoveringRecords`]. Records are found by the ids of their findings, because there may be thousands of
//! both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::gate::accepted_text::ScannedFiles;
use crate::record::Record;
use crate::record::subject::FindingKey;
use crate::record::time::Instant;
use crate::record::tool_ids;
use crate::record::vocabulary::Baseline;
use crate::rules::scan::reach::{self, Reached};
use crate::rules::scan::suppression::{
    FoundSuppression, HiddenFindings, HiddenIds, SuppressionEnd,
};
use crate::status::reason::{self, Reason};
use crate::status::state::{InForce, RecordState, Status};

/// Returns what a record in force names; `None` if it is not in force.
pub fn granted(record_state: &RecordState) -> Option<Grant<'_>> {
    let (record, end) = match record_state.in_force {
        InForce::Yes => record_state.effective.as_deref().zip(record_state.end)?,
        InForce::No | InForce::Undetermined => return None,
    };
    Some(Grant::of(record, end))
}

/// Returns what a record in force names, or one that may be.
pub fn possible(record_state: &RecordState) -> Option<Grant<'_>> {
    match record_state.in_force {
        InForce::Yes => granted(record_state),
        InForce::Undetermined => record_state.content().map(|record| Grant {
            doubt: Some(&record_state.reasons),
            ..Grant::of(record, Instant::MAX)
        }),
        InForce::No => None,
    }
}

/// Returns what a record names that waits for approval; `None` for any other one.
pub fn awaited(record_state: &RecordState) -> Option<Grant<'_>> {
    let waits = matches!(record_state.status, Status::Proposed | Status::Unapproved)
        && record_state.in_force == InForce::No
        && record_state.ended.is_none();
    record_state.content().filter(|_| waits).map(|record| Grant::of(record, Instant::MAX))
}

/// What a record in force names, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    pub findings: &'a [FindingKey],
    pub end: Instant,
    /// Whether its baseline is `adopted`: it names what was there, each at its place, and nothing that is new.
    is_adopted: bool,
    /// Why it can't be determined whether the record is in force.
    doubt: Option<&'a [Reason]>,
}

impl<'a> Grant<'a> {
    fn of(record: &'a Record, end: Instant) -> Grant<'a> {
        let findings = record.scope.as_ref().and_then(|scope| scope.findings.as_deref());
        let is_adopted = record.deviates_from.baseline == Some(Baseline::Adopted);
        Grant { findings: findings.unwrap_or_default(), end, is_adopted, doubt: None }
    }

    /// Compares a suppression with what the record names; `is_new` if a branch adds or widens it.
    pub fn compare(
        &self,
        found: &FoundSuppression,
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Reached {
        match (self.is_adopted, is_new) {
            (false, _) => reach::compare(found, self.findings, files),
            (true, false) => reach::compare_place(found, self.findings, files),
            (true, true) => {
                Reached::Wider("it is new, and the record adopts what was there".into())
            }
        }
    }
}

/// Whether records cover a suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover<'a> {
    /// The id of a record that names all that it hides, or of the first of several that name a rule of it each.
    By(&'a str),
    /// None does for certain, and of some it can't be determined.
    Undetermined(BTreeSet<CoverDoubt>),
    Nothing,
}

impl<'a> Cover<'a> {
    fn of(doubts: BTreeSet<CoverDoubt>) -> Cover<'a> {
        if doubts.is_empty() { Cover::Nothing } else { Cover::Undetermined(doubts) }
    }

    /// Returns the id of the record that covers it for certain.
    pub fn record(&self) -> Option<&'a str> {
        match self {
            Cover::By(id) => Some(id),
            Cover::Undetermined(_) | Cover::Nothing => None,
        }
    }
}

/// Why it can't be determined whether a record covers a suppression: its id, and the sentence with what ends it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoverDoubt {
    /// Its status is unknown; the same of whatever it names.
    Status(String),
    /// What its accepted text says is unknown; another one of each file.
    Text(String),
}

impl CoverDoubt {
    pub fn of_status(id: &str, reasons: &[Reason]) -> CoverDoubt {
        let obstacle = reason::obstacle(reasons).map(ToString::to_string);
        let why = obstacle.unwrap_or_else(|| reason::joined(reasons));
        CoverDoubt::Status(format!("{id}: {why}"))
    }
}

impl fmt::Display for CoverDoubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CoverDoubt::Status(why) | CoverDoubt::Text(why) => out.write_str(why),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct CoveringRecord<'a> {
    id: &'a str,
    grant: Grant<'a>,
}

#[derive(Clone, Debug, Default)]
pub struct CoveringRecords<'a> {
    records: Vec<CoveringRecord<'a>>,
    by_finding: BTreeMap<String, Vec<usize>>,
    /// Those with a finding that has no tool or no id.
    nameless: Vec<usize>,
    by_tool: BTreeMap<String, Vec<usize>>,
}

impl<'a> CoveringRecords<'a> {
    pub fn new(
        record_states: &'a [RecordState],
        grant: fn(&'a RecordState) -> Option<Grant<'a>>,
    ) -> CoveringRecords<'a> {
        let mut all = CoveringRecords::default();
        for record_state in record_states {
            let Some(grant) = grant(record_state).filter(|grant| !grant.findings.is_empty()) else {
                continue;
            };
            let index = all.records.len();
            all.records.push(CoveringRecord { id: &record_state.key, grant });
            for key in grant.findings {
                match (&key.tool, &key.id) {
                    (Some(tool), Some(id)) => {
                        let id = tool_ids::key(tool, id).into_owned();
                        all.by_finding.entry(id).or_default().push(index);
                    }
                    _ => all.nameless.push(index),
                }
                if let Some(tool) = &key.tool {
                    all.by_tool.entry(tool_ids::tool(tool).into_owned()).or_default().push(index);
                }
            }
        }
        all
    }

    /// Returns whether a record names all that a suppression hides, or several name a rule of it each.
    pub fn cover_of(
        &self,
        found: &FoundSuppression,
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Cover<'a> {
        let mut doubts = match self.one_for(found, is_new, files) {
            Cover::Undetermined(doubts) => doubts,
            Cover::Nothing => BTreeSet::new(),
            one @ Cover::By(_) => return one,
        };
        let blank = FoundSuppression { hidden: Vec::new(), ..found.clone() };
        for hidden in &found.hidden {
            let HiddenIds::Listed(ids) = &hidden.ids else { continue };
            let ids: BTreeSet<&String> = ids.iter().collect();
            let of_id = |id: &String| {
                let ids = HiddenIds::Listed(vec![id.clone()]);
                let hidden = vec![HiddenFindings { ids, ..hidden.without_ids() }];
                let part = FoundSuppression { hidden, ..blank.clone() };
                let cover = self.one_for(&part, is_new, files);
                (cover != Cover::Nothing).then_some(cover)
            };
            let covers = ids.into_iter().map(of_id).collect::<Option<Vec<Cover<'a>>>>();
            let mut unknown = BTreeSet::new();
            let mut first = None;
            for cover in covers.unwrap_or_default() {
                match cover {
                    Cover::By(id) => first = first.or(Some(id)),
                    Cover::Undetermined(doubts) => unknown.extend(doubts),
                    Cover::Nothing => {}
                }
            }
            match first {
                Some(id) if unknown.is_empty() => return Cover::By(id),
                _ => doubts.extend(unknown),
            }
        }
        Cover::of(doubts)
    }

    /// Returns a record that is about a suppression, but whose accepted text doesn't cover it any more, and why; `known` if it can
    /// only be that one.
    pub fn lost_for(
        &self,
        (found, known): (&FoundSuppression, Option<&str>),
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Option<(&'a str, String)> {
        let candidates = self.candidates(found).into_iter();
        let mut records = candidates.filter_map(|index| self.records.get(index));
        records.find_map(|CoveringRecord { id, grant }| {
            if grant.is_adopted && is_new || known.is_some_and(|known| known != *id) {
                return None;
            }
            Some((*id, reach::lost_text(found, grant.findings, files)?))
        })
    }

    // A record covers what ends after it only if it was adopted, but also what has no end: the record ends.
    fn one_for(
        &self,
        found: &FoundSuppression,
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Cover<'a> {
        let mut doubts = BTreeSet::new();
        let candidates = self.candidates(found).into_iter();
        for CoveringRecord { id, grant } in candidates.filter_map(|index| self.records.get(index)) {
            let is_longer = matches!(found.end, SuppressionEnd::Until(until) if until > grant.end);
            if is_longer && !grant.is_adopted {
                continue;
            }
            match (grant.compare(found, is_new, files), grant.doubt) {
                (Reached::Named, None) => return Cover::By(id),
                (Reached::Named, Some(reasons)) => {
                    doubts.insert(CoverDoubt::of_status(id, reasons));
                }
                (Reached::Undetermined(why), _) => {
                    doubts.insert(CoverDoubt::Text(format!("{id}: {why}")));
                }
                (Reached::Wider(_) | Reached::NotNamed(_), _) => {}
            }
        }
        Cover::of(doubts)
    }

    fn candidates(&self, found: &FoundSuppression) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        for hidden in &found.hidden {
            match &hidden.ids {
                HiddenIds::Listed(ids) => {
                    let Some(first) = ids.first() else { continue };
                    let tools = hidden.tools.iter().map(|tool| tool.trim_end_matches('*'));
                    let names = tools.flat_map(|tool| tool_ids::names(tool, first));
                    let named = names.filter_map(|name| self.by_finding.get(&name));
                    all.extend(named.flatten());
                }
                HiddenIds::All => {}
                HiddenIds::Nameless => {
                    let tools = hidden.tools.iter().filter_map(|tool| self.by_tool.get(tool));
                    all.extend(tools.flatten());
                }
            }
        }
        all.extend(&self.nameless);
        all
    }
}
