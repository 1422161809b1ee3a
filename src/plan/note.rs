//! Records a step of handling the subject of an exception; does not affect what is granted.
//!
//! Pure. Start at [`note`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::plan::evidence::{self, EvidenceInput};
use crate::record::vocabulary::Stage;

/// Returns the edits that record a step.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed, or evidence can't be stored.
pub fn note(
    taken: &DecisionInput<'_>,
    stage: Stage,
    note: &str,
    shown: &[EvidenceInput],
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let evidence = evidence::entries(taken.record, shown, evidence::Ids::AsGiven)?;
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("stage", stage.as_str())
        .text("by", taken.by)
        .text("note", note)
        .list("evidence", &evidence.entries);
    Ok(Planned {
        edits: vec![FileEdit::append("handling", entry.line())],
        files: evidence.files,
        remarks: Vec::new(),
        ..Planned::default()
    })
}
