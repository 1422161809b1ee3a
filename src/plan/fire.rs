//! Records that a trigger fired: the record is due at once, whatever its date.
//!
//! Pure. Start at [`fire`]. Follows `docs/spec/cli.md`, decisions.

use crate::diag::remedy::Remedy;
use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::record::vocabulary::Then;

/// Returns the edits that record a firing, and its consequences.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed, has no such trigger, or it fired already.
pub fn fire(
    taken: &DecisionInput<'_>,
    trigger: &str,
    note: Option<&str>,
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    let mut known = record.triggers.iter();
    let Some(found) = known.find(|own| own.id.eq_ignore_ascii_case(trigger.trim())) else {
        let ids: Vec<&str> = record.triggers.iter().map(|trigger| trigger.id.as_str()).collect();
        return Err(match ids.is_empty() {
            true => DecisionRefusal::new(
                format!("{id} has no triggers"),
                Remedy::run([format!("exledger close {id}")]).after("if it is over"),
            ),
            false => DecisionRefusal::new(
                format!("{id} has no trigger {trigger}"),
                format!("use one of {}", ids.join(", ")),
            ),
        });
    };
    if let Some(fired) = record.fired.iter().find(|fired| fired.trigger == found.id) {
        return Err(DecisionRefusal::new(
            format!("trigger {} of {id} fired on {} already", found.id, fired.date),
            Remedy::run([match found.then {
                Then::Review => format!("exledger review {id}"),
                Then::Close | Then::Revoke => format!("exledger close {id}"),
            }]),
        ));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("trigger", &found.id)
        .text("by", taken.by)
        .text_or_none("note", note);
    let remark = match found.then {
        Then::Review => format!("it now waits for a review: `exledger review {id}`"),
        Then::Close | Then::Revoke => format!(
            "once this is merged, approved or not, it grants nothing; then run `exledger close {id}`"
        ),
    };
    Ok(Planned {
        edits: vec![FileEdit::append("fired", entry.line())],
        files: Vec::new(),
        remarks: vec![remark],
        ..Planned::default()
    })
}
