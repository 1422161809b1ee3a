//! Changes that a foxtrot merge removed from the first-parent line, and whether they were restored since.
//!
//! Uses history, approval, `status`'s effective. Pure. Start at [`open`]. Follows `docs/spec/approval.md`, M5.

use crate::history::foxtrot;
use crate::history::objects::Oid;
use crate::history::thrown_off::{Loss, ThrownOff};
use crate::history::version::Content;
use crate::status::obstacle::StatusObstacle;
use crate::status::past::TrailPast;
use crate::status::state::RecordFacts;

/// The remedy, as text.
pub const REPAIR: &str =
    "merge it again, or change the record's text and ask someone else to approve that";

/// Returns the removed changes of a record that have not been restored.
pub fn open<'a>(subject: RecordFacts<'a>) -> Vec<&'a ThrownOff> {
    let Some(trail) = subject.history.trails.get(subject.key) else {
        return Vec::new();
    };
    let past = TrailPast {
        trail,
        verdicts: subject.verdicts,
        tip: trail.versions.len().saturating_sub(1),
        known: None,
        landed: &[],
    };
    all_thrown_off(past).collect()
}

/// Returns why a record can't be evaluated: the first removed change that has not been restored.
pub(crate) fn obstacle(past: TrailPast) -> Option<StatusObstacle> {
    all_thrown_off(past).next().map(|it| StatusObstacle::ThrownOff {
        merge: it.merge,
        loss: it.loss,
        commit: it.commit,
    })
}

/// Describes a removed change.
pub fn describe(thrown_off: &ThrownOff) -> String {
    in_words(thrown_off.merge, thrown_off.loss, thrown_off.commit)
}

pub(crate) fn in_words(merge: Oid, loss: Loss, commit: Oid) -> String {
    format!(
        "merge {} removed the {} of commit {} from the first-parent history of the approved branch",
        merge.short(),
        loss.as_str(),
        commit.short()
    )
}

fn all_thrown_off<'a>(past: TrailPast<'a>) -> impl Iterator<Item = &'a ThrownOff> {
    let next = past.version(past.tip + 1).map(|next| next.landing);
    let thrown_off = past.trail.thrown_off.iter();
    thrown_off.filter(move |it| {
        let is_later = next.is_some_and(|next| next <= it.landing)
            || past.known.is_some_and(|known| known < it.at);
        !is_later && !is_repaired(past, it)
    })
}

/// Tells whether a version that landed with the merge or later restores the change, or a later version was approved.
fn is_repaired(past: TrailPast, thrown_off: &ThrownOff) -> bool {
    (0..=past.tip).any(|index| {
        let Some(version) = past.version(index) else {
            return false;
        };
        if version.landing < thrown_off.landing {
            return false;
        }
        let verdict = past.verdict(index);
        let is_own = verdict.is_some_and(|verdict| verdict.carries.is_none());
        let says_again = match (version.record.content(), &thrown_off.record) {
            (Content::Gone, _) => true,
            (Content::Record(record), Some(thrown_off)) => {
                record.closure.is_some() || !foxtrot::takes_away(thrown_off, record)
            }
            (Content::Record(record), None) => record.closure.is_some(),
            _ => false,
        };
        says_again || is_own && version.landing > thrown_off.landing && past.is_approved(index)
    })
}
