//! The records in force, among which is one that covers a suppression which cites none, and those that wait for approval.
//!
//! Pure. Start at [`CoveringRecords`]. Records are found by the ids of their findings, because there may be thousands of
//! both.

use std::collections::{BTreeMap, BTreeSet};

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
use crate::status::state::{InForce, RecordState, Status};

/// Returns what a record in force names; `None` if it is not in force.
pub fn granted(record_state: &RecordState) -> Option<Grant<'_>> {
    let (record, end) = match record_state.in_force {
        InForce::Yes => record_state.effective.as_deref().zip(record_state.end)?,
        InForce::No | InForce::Undetermined => return None,
    };
    Some(Grant::of(record, end))
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
}

impl<'a> Grant<'a> {
    fn of(record: &'a Record, end: Instant) -> Grant<'a> {
        let findings = record.scope.as_ref().and_then(|scope| scope.findings.as_deref());
        let is_adopted = record.deviates_from.baseline == Some(Baseline::Adopted);
        Grant { findings: findings.unwrap_or_default(), end, is_adopted }
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

    /// Returns the id of a record that names all that a suppression hides, or the first of several that name a rule of it each.
    pub fn first_for(
        &self,
        found: &FoundSuppression,
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Option<&'a str> {
        if let Some(one) = self.one_for(found, is_new, files) {
            return Some(one);
        }
        let blank = FoundSuppression { hidden: Vec::new(), ..found.clone() };
        found.hidden.iter().find_map(|hidden| {
            let HiddenIds::Listed(ids) = &hidden.ids else { return None };
            let ids: BTreeSet<&String> = ids.iter().collect();
            let of_id = |id: &String| {
                let ids = HiddenIds::Listed(vec![id.clone()]);
                let hidden = vec![HiddenFindings { ids, ..hidden.without_ids() }];
                let part = FoundSuppression { hidden, ..blank.clone() };
                self.one_for(&part, is_new, files)
            };
            let records = ids.into_iter().map(of_id).collect::<Option<Vec<&str>>>()?;
            records.first().copied()
        })
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

    /// Returns the id of a record that names all that a suppression hides, and doesn't end before it. One without an end is
    /// covered, too, and what was adopted: its record ends.
    fn one_for(
        &self,
        found: &FoundSuppression,
        is_new: bool,
        files: &dyn ScannedFiles,
    ) -> Option<&'a str> {
        let covers = |CoveringRecord { grant, .. }: &&CoveringRecord<'_>| {
            let is_longer = matches!(found.end, SuppressionEnd::Until(until) if until > grant.end);
            (grant.is_adopted || !is_longer)
                && grant.compare(found, is_new, files) == Reached::Named
        };
        let candidates = self.candidates(found).into_iter();
        let mut records = candidates.filter_map(|index| self.records.get(index));
        Some(records.find(covers)?.id)
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
