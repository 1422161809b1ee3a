//! A record in the light of a question.
//!
//! Uses status, `gate`. Pure. Start at [`Candidate`]. Follows `docs/spec/cli.md`, check.

use crate::record::Record;
use crate::status::state::RecordState;

/// A record in the light of a question.
pub(crate) struct Candidate<'a> {
    pub(super) standing: &'a RecordState,
    pub(super) id: String,
    pub(super) why_not: Option<String>,
    pub(super) fits: Fits,
}

/// How a record stands to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fits {
    /// It covers it and is in force.
    Allows,
    /// Whether it allows can't be told.
    CannotSay,
    /// It covers it and waits for approval.
    Waits,
    /// It covers it and is not in force.
    NotInForce,
    /// It is about the same thing and does not cover it.
    Partly,
    /// It can't be read, so it is named where nothing allows.
    Unreadable,
}

pub(crate) fn name(standing: &RecordState) -> String {
    content(standing).map_or_else(|| standing.key.clone(), |record| record.id.to_string())
}

/// Returns what a record grants, or would.
pub(crate) fn content(standing: &RecordState) -> Option<&Record> {
    standing.effective.as_deref().or(standing.stated.as_deref())
}
