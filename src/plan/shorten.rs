//! An earlier end: it only narrows what was approved, so it needs no entry and no reason.
//!
//! Uses record. Pure. Start at [`shorten`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{DecisionInput, DecisionRefusal};
use crate::plan::edit::FileEdit;
use crate::record::time::{When, not_after};

/// Returns the edits that move the end of a record earlier.
///
/// # Errors
/// [`DecisionRefusal`] if it is closed, or the new end would not be earlier, or is in the past.
pub fn shorten(taken: &DecisionInput<'_>, until: &When) -> Result<Vec<FileEdit>, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    let present = &record.expires;
    if not_after(until) >= not_after(present) {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {present} already, and {until} is not earlier"),
            format!("run `exledger renew {id} --until {until} --reason …` for a later end"),
        ));
    }
    if not_after(until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{until} is in the past: a record cannot end before now"),
            format!("give an end in the future, or run `exledger close {id}`"),
        ));
    }
    Ok(vec![FileEdit::set("expires", until.to_string())])
}
