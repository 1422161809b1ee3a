//! A periodic review of an exception.
//!
//! Pure. Start at [`review`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::record::vocabulary::ReviewOutcome;

/// Returns the edits that record a review.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed.
pub fn review(
    taken: &DecisionInput<'_>,
    outcome: ReviewOutcome,
    note: Option<&str>,
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .text("outcome", outcome.as_str())
        .text_or_none("note", note);
    let id = &taken.record.id;
    let mut remarks: Vec<String> = taken.counts_once_vouched("a review").into_iter().collect();
    match outcome {
        ReviewOutcome::Close => remarks.push(format!("to end it, close it: `exledger close {id}`")),
        ReviewOutcome::Reduce => remarks.push(format!(
            "to narrow it, remove from `scope` what is no longer needed, or end it earlier: `exledger renew {id}`"
        )),
        ReviewOutcome::StillNeeded => {}
    }
    Ok(Planned {
        edits: vec![FileEdit::append("reviews", entry.line())],
        remarks,
        ..Planned::default()
    })
}
