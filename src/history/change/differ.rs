//! Lists the differing values of two records, by field.
//!
//! Pure. Start at [`differences`]. Follows `docs/spec/cli.md`, `changes[]{field,from,to}`.

use crate::record::Record;
use crate::record::time::When;
use serde::Serialize;
use serde_json::Value;

/// A field whose value changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueDifference {
    /// The dotted path, list indices from 0.
    pub field: String,
    /// The value before; null if there was none.
    pub from: Value,
    /// The value after; null without one.
    pub to: Value,
}

/// Tells whether two records have equal values, ignoring notation: an instant with another offset is the same instant.
pub fn is_equal(one: &Record, other: &Record) -> bool {
    let is_spelt = |record| moments(record).any(is_elsewhere);
    one == other || (is_spelt(one) || is_spelt(other)) && plain(one) == plain(other)
}

fn moments(record: &Record) -> impl Iterator<Item = &When> {
    let optional = [&record.starts, &record.event_ends, &record.subject.credential_expires];
    let renewals = record.renewals.iter();
    let entries = renewals.flat_map(|entry| [&entry.from, &entry.until]);
    let single = [&record.expires].into_iter();
    optional.into_iter().flatten().chain(entries).chain(single)
}

fn is_elsewhere(when: &When) -> bool {
    matches!(when, When::Instant(instant, _) if *when != When::instant(*instant))
}

fn plain(record: &Record) -> Record {
    let mut copy = record.clone();
    let moments = [&mut copy.starts, &mut copy.event_ends, &mut copy.subject.credential_expires];
    let renewals = copy.renewals.iter_mut();
    let entries = renewals.flat_map(|entry| [&mut entry.from, &mut entry.until]);
    for when in moments.into_iter().flatten().chain(entries).chain([&mut copy.expires]) {
        if let When::Instant(instant, _) = when {
            *when = When::instant(*instant);
        }
    }
    copy
}

/// Returns the differences between two records, in field order; for a new record, every field that it contains.
pub fn differences(before: Option<&Record>, after: &Record) -> Vec<ValueDifference> {
    let value = |record: &Record| serde_json::to_value(record).unwrap_or(Value::Null);
    let mut found = Vec::new();
    let old = before.map_or(Value::Null, |before| value(&plain(before)));
    compare("", &old, &value(&plain(after)), &mut found);
    found
}

fn compare(path: &str, from: &Value, to: &Value, found: &mut Vec<ValueDifference>) {
    match (from, to) {
        (from, to) if from == to => {}
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                compare(&joined(path, key), old.get(key).unwrap_or(&Value::Null), value, found);
            }
            for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                compare(&joined(path, key), value, &Value::Null, found);
            }
        }
        (Value::Null, Value::Object(new)) if path.is_empty() => {
            for (key, value) in new {
                compare(key, &Value::Null, value, found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                let [from, to] = [old, new].map(|list| list.get(index).unwrap_or(&Value::Null));
                compare(&format!("{path}[{index}]"), from, to, found);
            }
        }
        _ => found.push(ValueDifference {
            field: path.to_owned(),
            from: from.clone(),
            to: to.clone(),
        }),
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Returns the entries of one list that the other lacks, counting duplicates.
pub fn beyond<'t, T: PartialEq>(list: &'t [T], other: &[T]) -> Vec<&'t T> {
    let mut rest: Vec<&T> = other.iter().collect();
    list.iter()
        .filter(|entry| match rest.iter().position(|other| other == entry) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        })
        .collect()
}
