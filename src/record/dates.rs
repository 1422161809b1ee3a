//! How an instant is shown to people: a midnight (UTC) as a day, any other instant in full.
//!
//! Uses record's times. Pure. Start at [`shown`]. A date in a record covers that whole day, so what ends at a midnight
//! is shown by its last day, as the record writes it. JSON keeps the instants.

use crate::record::time::{Day, Instant};

/// Returns an instant: `2026-11-12` for a midnight, else `2026-11-12T09:00:00Z`.
pub fn shown(at: Instant) -> String {
    if is_midnight(at) {
        at.day().to_string()
    } else {
        at.to_string()
    }
}

/// Returns when something begins: `on 2026-11-12`, `at 2026-11-12T09:00:00Z`.
pub fn begins(at: Instant) -> String {
    if is_midnight(at) {
        format!("on {}", at.day())
    } else {
        format!("at {at}")
    }
}

/// Returns how long something lasts that no longer does at an instant: `through 2026-11-11`,
/// `until 2026-11-12T09:00:00Z`.
pub fn lasts(end: Instant) -> String {
    match last_day(end) {
        Some(day) => format!("through {day}"),
        None => format!("until {end}"),
    }
}

/// Returns when something ended that no longer held at an instant: `on 2026-11-11`, `at 2026-11-12T09:00:00Z`.
pub fn ended(end: Instant) -> String {
    match last_day(end) {
        Some(day) => format!("on {day}"),
        None => format!("at {end}"),
    }
}

/// Returns the last moment to do something that is missed from an instant on: `by 2026-11-11`,
/// `before 2026-11-12T09:00:00Z`.
pub fn by(missed: Instant) -> String {
    match last_day(missed) {
        Some(day) => format!("by {day}"),
        None => format!("before {missed}"),
    }
}

/// Returns the last day of what ends at a midnight; `None` where it ends within a day.
pub fn last_day(end: Instant) -> Option<Day> {
    is_midnight(end).then(|| end.plus_seconds(-1).day())
}

fn is_midnight(at: Instant) -> bool {
    at == at.day().start()
}
