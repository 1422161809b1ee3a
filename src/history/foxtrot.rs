//! Foxtrot merges: the former tip of the approved branch became another parent, and earlier landings a side line.
//!
//! Uses record, history's chain, change, commit, content, merge content, version. Pure. Start
//! at [`Foxtrot`]. Follows `docs/spec/approval.md`, M5.

use crate::history::change;
use crate::history::content::ContentCache;
use crate::history::former_line::Foxtrot;
use crate::history::mainline::Mainline;
use crate::history::merge_content::{ComparedPath, Merges};
use crate::history::objects::Obstacle;
use crate::history::thrown_off::{Loss, ThrownOff};
use crate::history::trails::Bytes;
use crate::history::version::{FileAt, Trail, TrailKey};
use crate::record::Record;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Foxtrot {
    /// Records on the trails what the former line removed from their records and the merge restores.
    ///
    /// # Errors
    /// [`Obstacle`] if a commit or folder of the former line can't be read.
    pub fn mark(
        &self,
        merges: &mut Merges<'_>,
        contents: &mut ContentCache<'_>,
        mainline: &Mainline,
        trails: &mut BTreeMap<TrailKey, Trail>,
    ) -> Result<(), Obstacle> {
        let Some(landing) = mainline.landings.get(self.landing) else {
            return Ok(());
        };
        let merge = merges.commit(landing.oid)?;
        // If the clone ends before the fork, the first commit's change is unknown.
        let mut before = self.fork.filter(|fork| merges.is_reached(*fork));
        for commit in &self.former {
            let Some(earlier) = before.replace(commit.oid) else {
                continue;
            };
            let changed = merges.compare(contents, earlier, commit)?;
            for (subject, bytes) in &*changed {
                let ComparedPath::Record(key @ TrailKey::Id(_)) = subject else {
                    continue;
                };
                let left = merges.compare(contents, commit.oid, &merge)?;
                let (Some(trail), Some(left)) = (trails.get_mut(key), left.get(subject)) else {
                    continue;
                };
                if let Some((loss, record)) = loss(contents, bytes, &left.new) {
                    trail.thrown_off.push(ThrownOff {
                        merge: landing.oid,
                        landing: self.landing,
                        at: landing.effective,
                        bar: commit
                            .committed()
                            .map_or(landing.effective, |at| at.max(landing.effective)),
                        commit: commit.oid,
                        loss,
                        record,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Returns what a change removed that the merge's files still contain, and the record after that change.
fn loss(
    contents: &mut ContentCache<'_>,
    changed: &Bytes,
    merged: &[FileAt],
) -> Option<(Loss, Option<Rc<Record>>)> {
    let merged = record(contents, merged)?;
    if changed.new.is_empty() {
        return Some((Loss::Removal, None));
    }
    let before = record(contents, &changed.old)?;
    let after = record(contents, &changed.new)?;
    if !takes_away(&after, &before) || !takes_away(&after, &merged) {
        return None;
    }
    let loss = if after.closure.is_some() && merged.closure.is_none() {
        Loss::Closure
    } else if after.fired.iter().any(|it| !merged.fired.contains(it)) {
        Loss::Fired
    } else {
        Loss::Narrowing
    };
    Some((loss, Some(after)))
}

/// Returns the record in files, if they are a single readable one.
fn record(contents: &mut ContentCache<'_>, files: &[FileAt]) -> Option<Rc<Record>> {
    let [only] = files else { return None };
    let (body, _) = contents.read(&only.path, only.blob);
    body.record().map(Rc::clone)
}

/// Tells whether a version grants less than the earlier one.
pub fn takes_away(later: &Record, earlier: &Record) -> bool {
    let meeting = change::meet(later, earlier);
    !meeting.unequal.is_empty() || meeting.record != *earlier
}
