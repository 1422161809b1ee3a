//! The days on which the open records of a tree end, and the days on which too many of them do.
//!
//! Pure. Start at [`Ends`]. Only the id and the end of each record are kept, so that a large ledger is never in memory as a
//! whole. Follows `docs/spec/rules.md` (`expiry-cliff`).

use std::collections::BTreeMap;

use crate::diag::Pos;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::file::RecordFile;
use crate::record::time::{Day, Instant, not_after};
use crate::record::vocabulary::{Baseline, RootCause};

/// The days on which the open records of a tree end.
#[derive(Debug, Default)]
pub struct Ends {
    days: BTreeMap<Day, BTreeMap<String, Option<RecordPlace>>>,
}

/// The position for a finding about a field of a record.
#[derive(Clone, Debug)]
pub struct RecordPlace {
    pub path: String,
    pub id: Option<String>,
    pub pos: Pos,
}

/// A day on which too many open records end.
#[derive(Debug)]
pub struct CrowdedDay<'e> {
    pub day: Day,
    /// The ids of the records, or the names of their files.
    pub ids: Vec<&'e str>,
    /// The end of the first record that is linted.
    pub place: &'e RecordPlace,
}

impl RecordPlace {
    pub(super) fn new(source: &RecordFile, pos: Pos) -> RecordPlace {
        let id = source.id().map(|id| id.to_string());
        RecordPlace { path: source.path.clone(), id, pos }
    }
}

impl Ends {
    /// Adds a record to lint.
    pub fn judge(&mut self, source: &RecordFile) {
        self.take(source, Some(RecordPlace::new(source, source.pos("expires"))));
    }

    /// Adds a record that others may end together with.
    pub fn remember(&mut self, source: &RecordFile) {
        self.take(source, None);
    }

    fn take(&mut self, source: &RecordFile, place: Option<RecordPlace>) {
        let record = source.record.as_ref().filter(|record| has_own_end(record));
        if let Some(day) = record.and_then(last_day) {
            self.days.entry(day).or_default().insert(source.stem().to_owned(), place);
        }
    }

    /// Returns the texts of which each file contains one whose record may end on a day of a linted record.
    pub fn texts(&self) -> Vec<String> {
        let judged = self.days.iter().filter(|(_, ends)| ends.values().any(Option::is_some));
        // The text of an instant with an offset may be that of the day before or after.
        let days = judged.flat_map(|(day, _)| [-1, 0, 1].map(|days| day.plus_days(days)));
        days.map(|day| day.to_string()).collect()
    }

    /// Returns the days on which too many records end, one of which is linted; without those that are past.
    pub(super) fn crowded(
        &self,
        governance: &Governance,
        instant: Option<Instant>,
    ) -> Vec<CrowdedDay<'_>> {
        let most = usize::try_from(governance.policy.due.cliff).unwrap_or(usize::MAX);
        let lies_ahead = |day: Day| instant.is_none_or(|instant| day.end() > instant);
        let days = self.days.iter().filter(|(day, ends)| ends.len() >= most && lies_ahead(**day));
        let crowded = days.filter_map(|(day, ends)| {
            let place = ends.values().flatten().next()?;
            Some(CrowdedDay { day: *day, ids: ends.keys().map(String::as_str).collect(), place })
        });
        crowded.collect()
    }
}

// What was adopted or is a false alarm has the end that its tier gives to all, and is not renewed.
fn has_own_end(record: &Record) -> bool {
    record.deviates_from.baseline != Some(Baseline::Adopted)
        && record.root_cause != RootCause::FalsePositive
}

/// Returns the last day (UTC) on which an open record grants something; `None` for a closed one.
pub fn last_day(record: &Record) -> Option<Day> {
    let end = not_after(&record.expires).plus_seconds(-1);
    if record.closure.is_none() { Some(end.day()) } else { None }
}
