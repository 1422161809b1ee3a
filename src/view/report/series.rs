//! The figures of a report as charts, each next to a table with the same content.
//!
//! Uses status, survey. Pure. Start at [`counted`].

use crate::status::state::{RecordState, Status};
use crate::survey::figures::Period;
use crate::view::doc::ChartSeries;

/// Returns the number of records of each status.
pub(super) fn by_status(record_states: &[RecordState]) -> ChartSeries {
    let count = |status: Status| {
        let of_status = record_states.iter().filter(|it| it.status == status);
        of_status.count()
    };
    let counts: Vec<_> =
        Status::ALL.iter().map(|status| (status, count(*status))).filter(|(_, n)| *n > 0).collect();
    ChartSeries {
        title: "records by status",
        labels: counts.iter().map(|(it, _)| it.as_str().to_owned()).collect(),
        bars: vec![("records", counts.iter().map(|(_, n)| number(*n)).collect())],
    }
}

/// Returns the counts of each month.
pub(super) fn counted(periods: &[Period]) -> ChartSeries {
    let bar = |count: fn(&Period) -> usize| periods.iter().map(|it| number(count(it))).collect();
    ChartSeries {
        title: "opened, closed and repeated in each month",
        labels: periods.iter().map(label).collect(),
        bars: vec![
            ("opened", bar(|period| period.opened)),
            ("closed", bar(|period| period.closed)),
            ("repeated", bar(|period| period.repeated)),
        ],
    }
}

/// Returns the duration of the records closed in each month.
pub(super) fn lasted(periods: &[Period]) -> ChartSeries {
    let days = periods.iter().map(|period| period.mean_days_in_force);
    ChartSeries {
        title: "average days in force of closed records",
        labels: periods.iter().map(label).collect(),
        bars: vec![("days", days.collect())],
    }
}

/// Returns the month of a period.
fn label(period: &Period) -> String {
    let day = period.span.from.to_string();
    day.rsplit_once('-').map_or(day.clone(), |(month, _)| month.to_owned())
}

fn number(n: usize) -> Option<f64> {
    u32::try_from(n).ok().map(f64::from)
}
