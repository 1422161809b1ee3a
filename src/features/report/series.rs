//! The figures of the months as a chart, next to a table with the same content.
//!
//! Pure. Start at [`counted`].

use crate::survey::figures::Period;
use crate::view::doc::ChartSeries;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) fn counted(periods: &[Period]) -> ChartSeries {
    let bar =
        |count: fn(&Period) -> usize| periods.iter().map(|period| number(count(period))).collect();
    let labels = periods.iter().enumerate().map(|(n, period)| {
        let (year, month) = year_and_month(&period.span.from.to_string());
        // The year is said once, and where it changes.
        if n == 0 || month == "Jan" { format!("{month}\n{year}") } else { month }
    });
    ChartSeries {
        title: "opened and closed in each month",
        labels: labels.collect(),
        bars: vec![
            ("opened", bar(|period| period.opened)),
            ("closed", bar(|period| period.closed)),
        ],
    }
}

pub(super) fn year_and_month(day: &str) -> (String, String) {
    let mut parts = day.split('-');
    let year = parts.next().unwrap_or_default().to_owned();
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    let name = month.and_then(|month| MONTHS.get(month.checked_sub(1)?));
    (year, name.copied().unwrap_or_default().to_owned())
}

fn number(n: usize) -> Option<f64> {
    u32::try_from(n).ok().map(f64::from)
}
