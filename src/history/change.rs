//! Classifies the changes of a record, field by field, and computes what two versions both grant.
//!
//! Pure. Start at [`events`] and [`meet`]; `fields` has each field's event, `entries` checks the entries that explain a
//! change, `field_merge` says what two values of a field both grant, and `differ` lists differing values. Follows
//! `docs/spec/cli.md` (events) and `docs/spec/approval.md`, V5 and 1.9.

pub mod differ;
pub mod entries;
pub mod event;
pub mod field_merge;
pub mod fields;

use crate::history::change::entries::ExpiryExtension;
use crate::history::change::event::ChangeEvent;
use crate::history::change::field_merge::FieldMerge;
use crate::history::change::fields::FIELDS;
use crate::history::version::{Content, Trail, Version, VersionChange};
use crate::record::Record;

#[derive(Clone, Debug, PartialEq)]
pub struct Intersection {
    /// What both grant; texts and owner are those of the landed version.
    pub record: Record,
    /// The fields that differ but must be equal, as sorted dotted paths. If there are any, nothing is granted.
    pub unequal: Vec<String>,
}

/// Returns the events of a change, in the order of [`ChangeEvent`]; for a new record, that it is filed.
///
/// Empty if all values are equal.
pub fn events(before: Option<&Record>, after: &Record) -> Vec<ChangeEvent> {
    let Some(before) = before else {
        let closure = fields::closure(None, after);
        return [ChangeEvent::Filed].into_iter().chain(closure).collect();
    };
    let mut events = Vec::new();
    if differ::is_equal(before, after) {
        return events;
    }
    for field in FIELDS {
        if (field.equal)(before, after) {
            continue;
        }
        let named = (field.events)(before, after);
        if named.is_empty() {
            events.push(ChangeEvent::Amended);
        }
        events.extend(named);
    }
    events.sort();
    events.dedup();
    events
}

/// Tells whether a record ends later or waives more than another one: whoever filed it is an author of that, too (A5).
pub fn reaches_further(before: &Record, after: &Record) -> bool {
    ExpiryExtension::between(before, after).is_later()
        || events(Some(before), after).contains(&ChangeEvent::ScopeWidened)
}

/// Returns the events of a version of a trail, in the order of [`ChangeEvent`]; never empty.
///
/// The version is compared with the last readable one before it, back to the last removal.
pub fn of_version(trail: &Trail, version: &Version) -> Vec<ChangeEvent> {
    let is_first = matches!(version.change, VersionChange::Introduced | VersionChange::Inherited);
    let mut events = Vec::new();
    match version.change {
        VersionChange::Readded => events.push(ChangeEvent::Restored),
        VersionChange::Moved | VersionChange::AmendedMoved => events.push(ChangeEvent::Moved),
        VersionChange::Introduced | VersionChange::Inherited => events.push(ChangeEvent::Filed),
        VersionChange::Removed | VersionChange::Amended => {}
    }
    match version.record.content() {
        Content::Gone => events.push(ChangeEvent::Removed),
        Content::Unreadable(..) | Content::Conflicted(_) => events.push(ChangeEvent::Broken),
        Content::File | Content::Missing(_) if events.is_empty() => {
            events.push(ChangeEvent::Amended)
        }
        Content::File | Content::Missing(_) => {}
        Content::Record(record) => {
            let record_events = self::events(last_record(trail, version), record);
            events.extend(
                record_events.into_iter().filter(|event| is_first || *event != ChangeEvent::Filed),
            );
            let mut earlier = trail.versions.iter().rev();
            let before = earlier.find(|older| older.n < version.n);
            if before.is_some_and(|before| {
                !matches!(before.record.content(), Content::Record(_) | Content::Gone)
            }) {
                events.push(ChangeEvent::Restored);
            }
            if events.is_empty() {
                events.push(match version.is_brought_back() {
                    true => ChangeEvent::Restored,
                    false => ChangeEvent::Reformatted,
                });
            }
        }
    }
    events.sort();
    events.dedup();
    events
}

/// Returns the record that a version is compared with: the last readable one before it, back to the last removal.
pub fn last_record<'t>(trail: &'t Trail, version: &Version) -> Option<&'t Record> {
    // What a commit off the line took away is not a version that somebody built on.
    let is_earlier = |other: &&Version| other.n < version.n && other.taken_away().is_none();
    let earlier = trail.versions.iter().rev().filter(is_earlier);
    earlier
        .take_while(|version| !matches!(version.record.content(), Content::Gone))
        .find_map(|version| version.record.record())
        .map(|record| &**record)
}

/// Returns what an approved version and a later landed one both grant.
///
/// For more than two versions, intersect the result with each later one in turn.
pub fn meet(approved: &Record, landed: &Record) -> Intersection {
    let mut record = landed.clone();
    let mut unequal = Vec::new();
    for field in FIELDS {
        match field.meet {
            FieldMerge::AsLanded => {}
            FieldMerge::Meets(rule) => rule(approved, landed, &mut record),
            FieldMerge::MustEqual(rule) => {
                unequal.extend(rule(approved, landed, &mut record).into_iter().map(str::to_owned));
            }
        }
    }
    unequal.sort();
    Intersection { record, unequal }
}
