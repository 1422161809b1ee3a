//! What every policy engine lacks: packages, paths, standing criteria, and what a record expressly doesn't waive.
//!
//! Pure. Start at [`engine_losses`]. Follows `docs/spec/interop.md`, X4: the kinds of loss.

use crate::features::export::targets::input::{ExportedFinding, FindingLoss};
use crate::record::{Record, not_waived};

/// Returns the losses of a finding on a target that compares nothing but its id and its resources.
pub(crate) fn engine_losses(finding: ExportedFinding<'_>) -> Vec<FindingLoss> {
    let mut losses = finding.criteria_losses();
    let key = finding.key;
    if key.purl.is_some() {
        losses.push(FindingLoss::scope("it can't be limited to a package"));
    }
    if key.paths.is_some() {
        losses.push(FindingLoss::scope("it can't be limited to paths"));
    }
    if key.resources.is_none() {
        losses.push(FindingLoss::scope("it names no resources, so it would cover all of them"));
    }
    losses.extend(withheld(finding));
    losses
}

pub(crate) fn title(record: &Record) -> String {
    one_line(&record.title)
}

pub(crate) fn one_line(text: &str) -> String {
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    text.trim().chars().map(plain).collect()
}

/// Returns a text of at most this many characters, the last of which is `…` if it was longer.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Returns a loss for each entry of `not_waived` that a resource of the finding reaches, or that is below it.
fn withheld(finding: ExportedFinding<'_>) -> impl Iterator<Item = FindingLoss> {
    let scope = finding.record.record.scope.as_ref();
    let entries = scope.and_then(|scope| scope.not_waived.as_deref()).unwrap_or_default();
    let resources = finding.key.resources.as_deref().unwrap_or_default();
    let is_reached = move |entry: &&String| {
        resources.iter().any(|resource| not_waived::may_forbid_below(entry, resource))
    };
    entries.iter().filter(is_reached).map(|entry| {
        FindingLoss::scope(format!("it can't leave out `{entry}`, which isn't waived"))
    })
}
