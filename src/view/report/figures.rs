//! The figures of a report, as part of its answer.
//!
//! Uses record, survey. Pure. Start at `BacklogView`. Follows `docs/spec/cli.md`, report.

use serde::Serialize;

use crate::record::time::Day;
use crate::survey::figures::{Backlog, Period};

#[derive(Serialize)]
pub(super) struct BacklogView {
    awaiting: usize,
    oldest_waiting_days: Option<i64>,
    mean_days_to_decision: Option<f64>,
    expiring_soon: usize,
    overdue_in_force: usize,
    mean_age_days: Option<f64>,
    median_days_to_decision: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct PeriodView {
    from: Day,
    to: Day,
    opened: usize,
    closed: usize,
    repeated: usize,
    mean_days_in_force: Option<f64>,
    overrides: Option<f64>,
}

impl BacklogView {
    pub(super) fn of(backlog: &Backlog) -> BacklogView {
        BacklogView {
            awaiting: backlog.awaiting,
            oldest_waiting_days: backlog.oldest_waiting_days,
            mean_days_to_decision: backlog.mean_days_to_decision,
            expiring_soon: backlog.expiring_soon,
            overdue_in_force: backlog.overdue_in_force,
            mean_age_days: backlog.mean_age_days,
            median_days_to_decision: backlog.median_days_to_decision,
        }
    }
}

impl PeriodView {
    pub(super) fn of(period: &Period) -> PeriodView {
        PeriodView {
            from: period.span.from,
            to: period.span.to,
            opened: period.opened,
            closed: period.closed,
            repeated: period.repeated,
            mean_days_in_force: period.mean_days_in_force,
            overrides: period.overrides,
        }
    }
}
