//! A look taken at an exception while it lasts.
//!
//! Uses record, plan's entries. Pure. Start at [`review`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{Refusal, Taken};
use crate::plan::edit::Edit;
use crate::plan::entry::Entry;
use crate::record::word::{ReviewOutcome, Word};

/// Returns the edits that record a review.
///
/// # Errors
/// [`Refusal`] where the record is closed.
pub fn review(
    taken: &Taken<'_>,
    outcome: ReviewOutcome,
    note: Option<&str>,
) -> Result<Vec<Edit>, Refusal> {
    taken.open()?;
    let entry = Entry::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .text("outcome", outcome.word())
        .text_or_none("note", note);
    Ok(vec![Edit::append("reviews", entry.line())])
}
