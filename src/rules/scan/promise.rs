//! A promise in the reason of a suppression: until when it is meant to stay, or what is to happen first.
//!
//! Pure. Start at [`Promise`]; `formats::suppressions::promises` reads it.

use serde::Serialize;

use crate::record::time::{Day, Instant};

/// What a reason promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// The words that say it, on one line.
    pub text: String,
    /// The last day of the period that it names; `None` if it names none.
    #[serde(serialize_with = "shown")]
    pub date: Option<Day>,
    /// The ticket that it names: a URL, `#123` or `KEY-123`.
    pub ticket: Option<String>,
}

impl Promise {
    /// Tells whether the period that it names is over.
    pub fn is_past(&self, instant: Instant) -> bool {
        self.date.is_some_and(|day| day.end() <= instant)
    }
}

fn shown<S: serde::Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => to.collect_str(day),
        None => to.serialize_none(),
    }
}
