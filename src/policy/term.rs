//! Terms and clocks: when a record must end, be reviewed, and have its controls verified.
//!
//! Pure. Start at [`judge`]. Follows `docs/spec/policy.md`, terms and clocks. Everything is clamped to the calendar: an end
//! in the year 9999 is simply long.

use crate::diag::count;
use crate::diag::sorting::StableSort as _;
use crate::policy::tier::{Limit, Resolved, shorten_interval};
use crate::record::Record;
use crate::record::time::{Day, Instant, Term, Unit, When, not_after};

/// A term that is longer than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLong {
    pub limit: Limit,
    /// The latest end allowed: a day if the record states a day and a day can be allowed, else an instant.
    pub latest: When,
    /// How many seconds the end is too late; at least 1.
    pub seconds: i64,
}

impl TooLong {
    /// Returns how much too late the end is, in at most two units: `12 days`, `1 day 6 hours`, `1 second`.
    pub fn excess(&self) -> String {
        let mut left = usize::try_from(self.seconds).unwrap_or(usize::MAX);
        let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        let mut parts = Vec::new();
        for (size, unit) in units {
            let number = left / size;
            left %= size;
            if number > 0 {
                parts.push(count(number, unit));
            }
        }
        parts.truncate(2);
        parts.join(" ")
    }
}

/// Returns when a record's term begins: at `starts`, else when it landed or will land; `None` if neither is known.
pub fn begin(record: &Record, landed: Option<Instant>) -> Option<When> {
    let starts = record.starts.clone();
    starts.or_else(|| landed.map(When::instant))
}

/// Returns the limits that the present term exceeds, worst first.
///
/// The present term runs from the last renewal's `from`, else from the begin, and is checked against `max_term`.
pub fn judge_term(record: &Record, begin: &When, tier: &Resolved) -> Vec<TooLong> {
    let from = record.renewals.last().map_or(begin, |renewal| &renewal.from);
    judge(from, &record.expires, &tier.max_term)
}

/// Returns the limits that the time from begin to end exceeds, worst first; checked against `max_total`.
pub fn judge_total(record: &Record, begin: &When, tier: &Resolved) -> Vec<TooLong> {
    judge(begin, &record.expires, &tier.max_total)
}

/// Returns the limits that an end exceeds, the strictest first.
pub fn judge(begin: &When, expires: &When, limits: &[Limit]) -> Vec<TooLong> {
    let mut broken: Vec<TooLong> =
        limits.iter().filter_map(|limit| over(begin, expires, limit)).collect();
    broken.order_by_key(|limit| not_after(&limit.latest));
    broken
}

fn over(begin: &When, expires: &When, limit: &Limit) -> Option<TooLong> {
    let allowed = latest_end(begin, expires, limit.term);
    let seconds = not_after(expires).seconds_since(allowed);
    (seconds > 0).then(|| TooLong {
        limit: limit.clone(),
        latest: stated_like(begin, expires, allowed),
        seconds,
    })
}

/// Returns the latest `not_after` that a limit allows for an end of this form.
/// A day with a limit in days, weeks, months or years is computed in days; anything else to the second.
fn latest_end(begin: &When, expires: &When, limit: Term) -> Instant {
    match (expires, limit.unit) {
        (When::Day(_), Unit::Days | Unit::Weeks | Unit::Months | Unit::Years) => {
            limit.after_day(begin.day()).end()
        }
        _ => limit.after(begin.start()),
    }
}

/// Returns a latest end in the form of the record's own end, if that form can express it.
fn stated_like(begin: &When, expires: &When, allowed: Instant) -> When {
    let day = allowed.day().plus_days(-1);
    match expires {
        When::Day(_) if day >= begin.day() => When::Day(day),
        _ => When::instant(allowed),
    }
}

/// Returns the latest end that all limits allow, in the form of the given end; `None` without limits.
pub fn latest(begin: &When, form: &When, limits: &[Limit]) -> Option<When> {
    let allowed = limits.iter().map(|limit| latest_end(begin, form, limit.term));
    allowed.min().map(|allowed| stated_like(begin, form, allowed))
}

/// Returns the review intervals that apply: the shorter of record and tier; both if their units differ.
pub fn review_intervals(record: &Record, tier: &Resolved) -> Vec<Term> {
    let mut intervals = tier.review_every.clone();
    let own = record.review_every.filter(|term| !term.is_zero());
    if let Some(term) = own {
        shorten_interval(&mut intervals, term);
    }
    intervals
}

/// Returns the last day on which the next review is on time; `None` without an interval.
///
/// `last` is the day of the latest counted review, else the begin.
pub fn review_due(last: &When, intervals: &[Term]) -> Option<Day> {
    intervals.iter().map(|interval| last_day(last, *interval)).min()
}

/// Returns the last day on which a control is fresh; `None` if it need not be verified again.
///
/// `verified` is the counted day; without one, the clock runs from the begin.
pub fn fresh_through(
    verified: Option<Day>,
    begin: Option<&When>,
    verify_every: Option<Term>,
) -> Option<Day> {
    let every = verify_every.filter(|term| !term.is_zero())?;
    let verified = verified.map(When::Day);
    let last = verified.as_ref().or(begin)?;
    Some(last_day(last, every))
}

fn last_day(last: &When, interval: Term) -> Day {
    match last {
        When::Day(day) => interval.after_day(*day),
        When::Instant(instant, _) if interval.unit == Unit::Hours => interval.after(*instant).day(),
        When::Instant(instant, _) => interval.after_day(instant.day()),
    }
}

/// Returns the day that a stated day counts as: no later than the day, in UTC, of the landing that brought it.
pub fn counted(typed: Day, landed: Option<Instant>) -> Day {
    landed.map_or(typed, |landed| typed.min(landed.day()))
}

/// Returns the first instant at which something due on a day is overdue.
pub fn overdue_from(due: Day) -> Instant {
    not_after(&When::Day(due))
}
