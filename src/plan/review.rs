//! A look taken at an exception while it lasts.
//!
//! Uses record, plan's entries. Pure. Start at [`review`]. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{Planned, Refusal, Taken};
use crate::plan::edit::Edit;
use crate::plan::entry::Entry;
use crate::policy::tier::{self, Facts, Resolved};
use crate::policy::tiers::Degraded;
use crate::record::word::{ReviewOutcome, Word};

/// Returns the edits that record a review.
///
/// # Errors
/// [`Refusal`] where the record is closed.
pub fn review(
    taken: &Taken<'_>,
    outcome: ReviewOutcome,
    note: Option<&str>,
) -> Result<Planned, Refusal> {
    taken.open()?;
    let entry = Entry::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .text("outcome", outcome.word())
        .text_or_none("note", note);
    let tier = tier::resolve(&taken.governance.policy, &Facts::of(taken.record));
    let strict = tier.filter(|tier| tier.degraded == Degraded::Deny);
    let remark = |tier: Resolved| {
        format!(
            "tier {} counts a review once somebody who did not write the approved version made or merged it",
            tier.tier
        )
    };
    Ok(Planned {
        edits: vec![Edit::append("reviews", entry.line())],
        remarks: strict.map(remark).into_iter().collect(),
        ..Planned::default()
    })
}
