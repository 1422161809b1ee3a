//! How an instant is displayed: a midnight (UTC) as a day, any other instant in full.
//!
//! Pure. Start at [`shown`]. A date in a record covers that whole day, so an end at midnight is displayed as its last day,
//! as in the record. JSON keeps the instants.

use crate::diag;
use crate::record::time::{Day, Instant};

/// Returns an instant: `2026-11-12` for a midnight, else `2026-11-12T09:00:00Z`.
pub fn shown(at: Instant) -> String {
    if is_midnight(at) { at.day().to_string() } else { at.to_string() }
}

/// Returns when something begins: `on 2026-11-12`, `at 2026-11-12T09:00:00Z`.
pub fn begins(at: Instant) -> String {
    if is_midnight(at) { format!("on {}", at.day()) } else { format!("at {at}") }
}

/// Returns how long something lasts whose exclusive end is given: `through 2026-11-11`, `until 2026-11-12T09:00:00Z`.
pub fn lasts(end: Instant) -> String {
    match last_day(end) {
        Some(day) => format!("through {day}"),
        None => format!("until {end}"),
    }
}

/// Returns when something ended whose exclusive end is given: `on 2026-11-11`, `at 2026-11-12T09:00:00Z`.
pub fn ended(end: Instant) -> String {
    match last_day(end) {
        Some(day) => format!("on {day}"),
        None => format!("at {end}"),
    }
}

/// Returns the deadline of something that is missed from an instant on: `by 2026-11-11`, `before 2026-11-12T09:00:00Z`.
pub fn by(missed: Instant) -> String {
    match last_day(missed) {
        Some(day) => format!("by {day}"),
        None => format!("before {missed}"),
    }
}

/// Returns the last day of something that ends at midnight; `None` if it ends at another time.
pub fn last_day(end: Instant) -> Option<Day> {
    if is_midnight(end) { Some(end.plus_seconds(-1).day()) } else { None }
}

fn is_midnight(at: Instant) -> bool {
    at == at.day().start()
}

/// Returns the time between two instants, in either order: `30 days`, `5 hours`.
pub fn span(one: Instant, other: Instant) -> String {
    let seconds = other.seconds_since(one).saturating_abs();
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    diag::count(usize::try_from(number).unwrap_or(usize::MAX), unit)
}

/// Returns how far an instant lies in the future or past: `in 30 days`, `in 5 hours`, `3 days ago`.
pub fn distance(to: Instant, from: Instant) -> String {
    match to.seconds_since(from) {
        0 => "now".to_owned(),
        1.. => format!("in {}", span(from, to)),
        _ => format!("{} ago", span(from, to)),
    }
}
