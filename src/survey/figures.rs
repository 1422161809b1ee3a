//! The ledger in figures: the health of its backlog, and what happened in each month.
//!
//! Pure. Start at [`backlog`] and [`periods`]. Follows `docs/spec/cli.md`, report, and M36, M56 and M76 of the mission.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::{Day, Instant, Term};
use crate::status::state::{InForce, RecordState};
use crate::survey::due::{self, Bucket, DueRecord, Horizon, Timing, Urgency};
use crate::survey::life::Life;
use crate::survey::refiling::{self, Peer};

/// The days that a report covers, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReportPeriod {
    pub from: Day,
    pub to: Day,
}

/// The health of the ledger at one instant, as an answer shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backlog {
    /// How many records wait for approval.
    pub awaiting: usize,
    /// How long the oldest of them has waited, in whole days.
    pub oldest_waiting_days: Option<i64>,
    /// How long it took on average from request to decision, in days.
    pub mean_days_to_decision: Option<f64>,
    /// How many records in force end soon.
    pub expiring_soon: usize,
    /// How many records still grant although something about them is overdue.
    pub overdue_in_force: usize,
    /// How many days the records in force have been so, on average.
    pub mean_age_days: Option<f64>,
    /// The median time from request to decision, in days.
    pub median_days_to_decision: Option<f64>,
}

/// What happened in a month, or in the part of it that the report covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    #[serde(flatten)]
    pub span: ReportPeriod,
    pub opened: usize,
    /// How many closures landed, rejections left out.
    pub closed: usize,
    /// How many of the opened records repeat one that was closed within the recurrence window.
    pub repeated: usize,
    /// How many days the closed records had been in force, on average.
    pub mean_days_in_force: Option<f64>,
    /// The share of the opened records that override a rule by hand instead of correcting what it flags: from 0 to 1.
    pub overrides: Option<f64>,
}

impl ReportPeriod {
    /// Tells whether an instant is within.
    pub fn holds(self, at: Instant) -> bool {
        self.from.start() <= at && at < self.to.end()
    }

    /// Returns its calendar months, the first and the last cut to the period.
    pub fn months(self) -> Vec<ReportPeriod> {
        let mut months = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let next = month(from, 1);
            let to = next.plus_days(-1).min(self.to);
            months.push(ReportPeriod { from, to });
            if next <= from {
                break;
            }
            from = next;
        }
        months
    }

    /// Returns the period that ends with a day and begins with the first landing, at most eleven months before.
    pub fn until(to: Day, first: Option<Day>) -> ReportPeriod {
        let earliest = month(to, -11);
        let first = first.unwrap_or(to).min(to);
        ReportPeriod { from: month(first, 0).max(earliest), to }
    }
}

/// Returns the first day of the month that lies this many months from that of a day.
fn month(day: Day, months: i64) -> Day {
    let text = day.to_string();
    let (year, rest) = text.split_once('-').unwrap_or((&text, "01"));
    let (of_year, _) = rest.split_once('-').unwrap_or((rest, ""));
    let number = |text: &str| text.parse::<i64>().unwrap_or(1);
    let index =
        number(year).saturating_mul(12).saturating_add(number(of_year) - 1).saturating_add(months);
    let (year, of_year) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    Day::new(&format!("{year:04}-{of_year:02}-01")).unwrap_or(day)
}

/// Returns the backlog at an instant, with the decisions of a period.
pub fn backlog(
    record_states: &[RecordState],
    lives: &[Life<'_>],
    span: ReportPeriod,
    horizon: &Horizon,
    instant: Instant,
) -> Backlog {
    let due: Vec<(&RecordState, Option<DueRecord>)> = record_states
        .iter()
        .map(|record_state| (record_state, due::due_record(record_state, horizon, instant)))
        .collect();
    let awaiting: Vec<Timing> =
        record_states.iter().filter_map(|state| due::waiting(state, horizon, instant)).collect();
    // A branch dated in the future says nothing about how long it has waited.
    let since = awaiting.iter().filter_map(|record| record.since(instant));
    let waited = since.map(|since| instant.days_since(since));
    let in_force = || due.iter().filter(|(state, _)| state.in_force == InForce::Yes);
    let soon = |due: &DueRecord| {
        let ends = |bucket: &Bucket| matches!(bucket, Bucket::Urgent | Bucket::Soon);
        ends(&due.bucket) || due.also.iter().any(ends)
    };
    let mut decisions: Vec<f64> = lives
        .iter()
        .filter_map(|life| Some((life.requested, life.decided.filter(|at| span.holds(*at))?)))
        .map(|(requested, decided)| days(requested, decided))
        .collect();
    decisions.order_by(f64::total_cmp);
    Backlog {
        awaiting: awaiting.len(),
        oldest_waiting_days: waited.max(),
        mean_days_to_decision: mean(&decisions),
        median_days_to_decision: median(&decisions),
        expiring_soon: in_force().filter(|(_, due)| due.as_ref().is_some_and(soon)).count(),
        overdue_in_force: in_force()
            .filter(|(_, due)| due.as_ref().is_some_and(|due| due.urgency == Urgency::Overdue))
            .count(),
        mean_age_days: mean(&in_force().map(|(it, _)| whole(it.in_place.days)).collect::<Vec<_>>()),
    }
}

/// Returns what happened in each month of a period.
///
/// `peers` are all landed records.
pub fn periods(
    lives: &[Life<'_>],
    peers: &[Peer],
    span: ReportPeriod,
    governance: &Governance,
) -> Vec<Period> {
    let repeated = find_repeated(peers, governance);
    let months = span.months().into_iter();
    months.map(|span| period(lives, &repeated, span)).collect()
}

fn period(lives: &[Life<'_>], repeated: &BTreeSet<&str>, span: ReportPeriod) -> Period {
    let opened: Vec<&Life> = lives.iter().filter(|life| span.holds(life.opened)).collect();
    let closed: Vec<&Life> = lives
        .iter()
        .filter(|life| !life.is_rejected() && life.closed.is_some_and(|(at, _)| span.holds(at)))
        .collect();
    let overrides = opened.iter().filter(|life| is_override(&life.record));
    let in_force: Vec<f64> =
        closed.iter().map(|life| whole(life.record_state.in_place.days)).collect();
    Period {
        span,
        opened: opened.len(),
        closed: closed.len(),
        repeated: opened.iter().filter(|life| repeated.contains(life.record.id.as_str())).count(),
        mean_days_in_force: mean(&in_force),
        overrides: share(overrides.count(), opened.len()),
    }
}

/// Tells whether a record overrides a rule, other than by dismissing a false alarm.
fn is_override(record: &Record) -> bool {
    !record.root_cause.is_dismissal()
}

fn find_repeated<'p>(peers: &'p [Peer], governance: &Governance) -> BTreeSet<&'p str> {
    let window: Term = governance.policy.recurrence.window;
    let again = refiling::refiled(peers, window, governance).into_iter();
    again.filter_map(|index| Some(peers.get(index)?.id.as_str())).collect()
}

fn days(from: Instant, to: Instant) -> f64 {
    whole(to.seconds_since(from).max(0)) / 86_400.0
}

fn whole(number: i64) -> f64 {
    number as f64
}

fn mean(numbers: &[f64]) -> Option<f64> {
    let n = i64::try_from(numbers.len()).ok().filter(|n| *n > 0)?;
    Some(rounded(numbers.iter().sum::<f64>() / whole(n), 10.0))
}

fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = sorted.get(half)?;
    let lower = match sorted.len() % 2 {
        0 => sorted.get(half - 1)?,
        _ => upper,
    };
    Some(rounded((lower + upper) / 2.0, 10.0))
}

fn share(part: usize, of: usize) -> Option<f64> {
    let (part, of) = (i64::try_from(part).ok()?, i64::try_from(of).ok()?);
    if of > 0 { Some(rounded(whole(part) / whole(of), 100.0)) } else { None }
}

fn rounded(number: f64, to: f64) -> f64 {
    (number * to).round() / to
}
