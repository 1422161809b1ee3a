//! Records that a compensating control was verified.
//!
//! Pure. Start at [`review_control`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::evidence::{self, EvidenceInput};
use crate::record::vocabulary::ControlStatus;

/// Returns the edits that record the verification of a control; a planned one becomes active.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed or has no such control, or the control is withdrawn or was
/// verified at a later date.
pub fn review_control(
    taken: &DecisionInput<'_>,
    control: &str,
    shown: &[EvidenceInput],
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    let mut known = record.compensating_controls.iter().enumerate();
    let Some((index, found)) = known.find(|(_, own)| own.id.eq_ignore_ascii_case(control.trim()))
    else {
        let ids: Vec<&str> =
            record.compensating_controls.iter().map(|control| control.id.as_str()).collect();
        let help = if ids.is_empty() {
            "it has none; add it under `compensating_controls:`".to_owned()
        } else {
            format!("use one of {}", ids.join(", "))
        };
        return Err(DecisionRefusal::new(format!("{id} has no control {control}"), help));
    };
    if found.status == ControlStatus::Withdrawn {
        return Err(DecisionRefusal::new(
            format!("control {} of {id} is withdrawn", found.id),
            "a withdrawn control cannot be verified; add another control, and have it approved",
        ));
    }
    if let Some(verified) = found.verified.filter(|verified| *verified > taken.day) {
        return Err(DecisionRefusal::new(
            format!(
                "control {} of {id} was verified on {verified}, later than {}",
                found.id, taken.day
            ),
            "leave it, or set the date with --on",
        ));
    }
    let is_active = found.status == ControlStatus::Active;
    if is_active && found.verified == Some(taken.day) && shown.is_empty() {
        return Err(DecisionRefusal::new(
            format!("control {} of {id} was verified on {} already", found.id, taken.day),
            "verify it again on a later date, or add evidence with --evidence",
        ));
    }
    let place = format!("compensating_controls[{index}]");
    let mut planned = Planned::default();
    if found.status == ControlStatus::Planned {
        let active = ControlStatus::Active.as_str();
        planned.edits.push(FileEdit::set(format!("{place}.status"), active));
    }
    let day = taken.day.to_string();
    planned.edits.push(FileEdit::set(format!("{place}.verified"), day));
    let evidence = evidence::entries(record, shown, evidence::Ids::AsGiven)?;
    for entry in &evidence.entries {
        let list = format!("{place}.evidence");
        planned.edits.push(FileEdit::append(list, entry.line()));
    }
    planned.files = evidence.files;
    planned.remarks = taken.counts_once_vouched("a verification").into_iter().collect();
    Ok(planned)
}
