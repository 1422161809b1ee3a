//! The redesign that the records of a frozen group link.
//!
//! Uses record, status. Pure. Start at [`by_record`]. Follows `docs/spec/policy.md`, repetition: only what was approved counts.

use std::collections::BTreeMap;

use crate::record::Record;
use crate::record::time::{Day, Instant};
use crate::status::renewal;
use crate::status::state::RecordState;
use crate::survey::neighbour::Neighbour;

/// The redesign of a frozen group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRedesign {
    /// The reference, as the record writes it.
    pub id: String,
    /// `ticket`, for a reference to something outside the ledger.
    pub status: &'static str,
    /// The last day on which it is in time.
    pub due: Day,
    /// Whether it lifts the freeze.
    pub is_in_time: bool,
}

/// Returns what each open and approved record links, by its id.
pub(super) fn by_record(
    record_states: &[RecordState],
    until: Instant,
) -> BTreeMap<&str, LinkedRedesign> {
    let approved = record_states.iter().filter(|it| it.approved.is_some());
    let effective = approved.filter_map(|it| Some((it.id(), it.effective.as_deref()?)));
    let open = effective.filter(|(_, record)| record.closure.is_none());
    open.filter_map(|(id, record)| Some((id, linked(record, until)?))).collect()
}

/// Returns the redesign with the latest date that one of some records links.
pub(super) fn find(
    records: &[&Neighbour],
    linked: &BTreeMap<&str, LinkedRedesign>,
) -> Option<LinkedRedesign> {
    let found = records.iter().filter_map(|record| linked.get(record.id.as_str()));
    found.max_by_key(|it| (it.is_in_time, it.due, &it.id)).cloned()
}

fn linked(record: &Record, until: Instant) -> Option<LinkedRedesign> {
    let id = record.references.as_ref()?.redesign.as_ref()?;
    let due = record.fix.as_ref()?.due?;
    Some(LinkedRedesign {
        id: id.clone(),
        status: "ticket",
        due,
        is_in_time: renewal::is_redesigned(record, Some(until)),
    })
}
