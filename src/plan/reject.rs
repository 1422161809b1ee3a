//! The rejection of a request, stored in the request's own file as a closure.
//!
//! Uses plan's entries. Pure. Start at [`reject`]. Follows `docs/spec/cli.md`, commands.

use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::record::vocabulary::{ClosureOutcome, Vocabulary};

/// Returns the edits that reject a request.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed already.
pub fn reject(taken: &DecisionInput<'_>, reason: &str) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let entry = EntryPairs::new()
        .text("outcome", ClosureOutcome::Rejected.as_str())
        .text("date", taken.day)
        .text("by", taken.by)
        .text("reason", reason);
    let edit =
        FileEdit::Insert { path: "closure".to_owned(), lines: entry.lines(), line: entry.line() };
    Ok(Planned::from(vec![edit]))
}
