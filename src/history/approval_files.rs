//! The files below `.approvals` that landings changed, and those that commits off the line added and the line lacks.
//!
//! Pure. Start at `ApprovalFileChanges`. Follows `docs/spec/approval.md`, S7.

use crate::diag::sorting::StableSort as _;
use std::collections::HashMap;
use std::rc::Rc;

use crate::history::content::After;
use crate::history::content::ContentCache;
use crate::history::folders::FileChange;
use crate::history::merged_commits::LandingBranches;
use crate::history::objects::Oid;
use crate::history::trails::LandedFiles;
use crate::history::walked::ApprovalFileChange;
use crate::history::watched_paths::Interest;
use crate::yaml::node::Limits;

#[derive(Default)]
pub(super) struct ApprovalFileChanges {
    landed: Vec<ApprovalFileChange>,
    off_line: Vec<ApprovalFileChange>,
    held: HashMap<Rc<str>, Option<Oid>>,
}

impl ApprovalFileChanges {
    pub(super) fn land<'c>(
        &mut self,
        contents: &ContentCache<'_>,
        landed: LandedFiles<'_>,
        files: impl Iterator<Item = &'c FileChange>,
    ) {
        for change in files {
            self.held.insert(Rc::clone(&change.path), change.new);
            self.landed.push(changed(contents, landed, change));
        }
    }

    /// Adds what the commits that a merge brings had added, and the merge lacks (M5).
    pub(super) fn bring(
        &mut self,
        contents: &ContentCache<'_>,
        landed: LandedFiles<'_>,
        branches: &LandingBranches,
        interest: &Interest,
    ) {
        for (commit, change) in &branches.approvals {
            let is_held = self.held.get(&change.path) == Some(&change.new);
            if !is_held && interest.watches(&change.path) {
                let added = changed(contents, LandedFiles { commit, ..landed }, change);
                self.off_line.push(ApprovalFileChange { is_off_line: true, ..added });
            }
        }
    }

    pub(super) fn into_changes(self) -> Vec<ApprovalFileChange> {
        let mut all = self.landed;
        all.extend(self.off_line);
        all.order_by_key(|change| change.landing);
        all
    }
}

fn changed(
    contents: &ContentCache<'_>,
    landed: LandedFiles<'_>,
    change: &FileChange,
) -> ApprovalFileChange {
    let read = change.new.map(|blob| contents.bytes_within(blob, Limits::RECORD.bytes));
    ApprovalFileChange {
        landing: landed.landing,
        path: change.path.to_string(),
        commit: Rc::clone(landed.commit),
        before: change.old,
        new: change.new,
        after: match read {
            None => After::Gone,
            // A file that is too long is as invalid as an empty one.
            Some(Ok(bytes)) => After::Bytes(bytes.unwrap_or_default().into()),
            Some(Err(obstacle)) => After::Missing(obstacle),
        },
        is_off_line: false,
    }
}
