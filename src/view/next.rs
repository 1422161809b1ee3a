//! The next step for a record, as `queue` shows it.
//!
//! Uses record's times, survey. Pure. Start at [`NextView`] and [`timing`]. Follows `docs/spec/cli.md`, queue.

use serde::Serialize;

use crate::policy::people::person::PersonView;
use crate::record::dates;
use crate::record::time::Instant;
use crate::survey::due::{Bucket, DueRecord, Timing};
use crate::survey::next_step::NextStep;
use crate::view::shape;

/// The next step in the form of answers.
#[derive(Debug, Serialize)]
pub struct NextView<'a> {
    action: &'a str,
    command: &'a str,
    waits_for: Vec<PersonView<'a>>,
    since: Option<Instant>,
    days: Option<i64>,
    deadline: Option<Instant>,
}

impl<'a> NextView<'a> {
    /// Returns the next step at an instant.
    pub fn of(next: &'a NextStep, now: Instant) -> NextView<'a> {
        let since = next.timing.since(now);
        NextView {
            action: &next.action,
            command: &next.command,
            waits_for: shape::people(&next.waits_for),
            since,
            days: since.map(|since| now.days_since(since)),
            deadline: next.timing.deadline(),
        }
    }
}

/// Returns since when a record has been due, or how much time is left: `8 days ago`, `in 4 days`; empty
/// if there is no date.
pub fn timing(due: &DueRecord, now: Instant) -> String {
    match due.timing {
        Timing::Until(at) if due.bucket == Bucket::EmergencyReviewDue => {
            format!("{}, {}", dates::distance(at, now), dates::by(at))
        }
        Timing::Since(at) | Timing::Until(at) => dates::distance(at, now),
        Timing::Claimed(at) if at > now => future(at),
        Timing::Claimed(at) => format!("{}, at least claimed", dates::distance(at, now)),
        Timing::Undated => String::new(),
    }
}

/// Returns the same as words that follow a state: ` for 8 days`, `, ends in 4 days`.
pub fn age(due: Option<&DueRecord>, next: &NextStep, now: Instant) -> String {
    let is_review = due.is_some_and(|due| due.bucket == Bucket::EmergencyReviewDue);
    match next.timing {
        Timing::Until(at) if is_review => {
            format!(" {}, {}", dates::distance(at, now), dates::by(at))
        }
        Timing::Until(at) => format!(", ends {}", dates::distance(at, now)),
        Timing::Claimed(at) if at > now => format!(", {}", future(at)),
        Timing::Since(at) if at > now => format!(" from {} on", dates::shown(at)),
        Timing::Since(at) => format!(" for {}", dates::span(at, now)),
        Timing::Claimed(at) => format!(" for {}, at least claimed", dates::span(at, now)),
        Timing::Undated => String::new(),
    }
}

/// Returns the text for a typed date in the future, since which nobody can have waited.
pub fn future(at: Instant) -> String {
    format!("dated {}, which is in the future", dates::shown(at))
}
