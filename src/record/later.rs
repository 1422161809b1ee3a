//! Adds a term to a moment, keeping the form in which it is stated.
//!
//! Pure. Start at [`after`]. Follows `docs/spec/cli.md`, decisions (renew).

use chrono::{DateTime, SecondsFormat};

use crate::record::time::{Instant, Term, Unit, When};

/// Returns the moment a term later: a day for a day, an instant with the same offset for an instant.
///
/// `None` if that form can't express it: a day plus hours that are not whole days.
pub fn after(moment: &When, term: Term) -> Option<When> {
    match moment {
        When::Day(day) if term.unit == Unit::Hours => {
            let days = i64::from(term.number);
            (days % 24 == 0).then(|| When::Day(day.plus_days(days / 24)))
        }
        When::Day(day) => Some(When::Day(term.after_day(*day))),
        When::Instant(instant, written) => {
            let later = term.after(*instant);
            let text = like(written, later).unwrap_or_else(|| later.to_string());
            Some(When::Instant(later, text))
        }
    }
}

fn like(written: &str, instant: Instant) -> Option<String> {
    let offset = *DateTime::parse_from_rfc3339(written).ok()?.offset();
    let utc = DateTime::from_timestamp(instant.unix(), 0)?;
    let is_utc = written.ends_with(['Z', 'z']);
    let text = utc.with_timezone(&offset);
    Some(text.to_rfc3339_opts(SecondsFormat::Secs, is_utc))
}
