//! Approvals that a bridge committed to a branch that is not merged yet.
//!
//! Start at [`Snapshot::waiting_reviews`]. Follows `docs/spec/status.md`, proposals and pending changes.

use std::collections::{BTreeSet, HashSet};

use crate::history::objects::{Obstacle, Oid};
use crate::history::tree::CommitTree;
use crate::history::watched_paths::APPROVALS;
use crate::ledger::tree::{EntryKind, Tree, TreeItem};
use crate::session::notice::Notice;
use crate::session::snapshot::Snapshot;

/// The name prefix of the branches from which the workflow of `init` opens pull requests.
const BRANCHES: &str = "exledger-reviews-";

impl Snapshot<'_> {
    /// Returns the branches of a bridge with approvals that count once they are merged, for the records
    /// whose ids are asked for.
    pub fn waiting_reviews(&self, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Notice> {
        let branches = self.proposals.iter().flat_map(|it| &it.sources.branches);
        let of_bridges = branches.filter(|(branch, _)| is_of_bridge(branch));
        let mut notices = Vec::new();
        for (branch, tip) in of_bridges {
            let copy = branch.clone();
            match waiting(self, *tip) {
                Ok(mut ids) => {
                    ids.retain(|id| is_wanted(id));
                    if !ids.is_empty() {
                        notices.push(Notice::WaitingReviews { branch: copy, ids });
                    }
                }
                Err(obstacle) => notices.push(Notice::UnreadableReviews { branch: copy, obstacle }),
            }
        }
        notices
    }
}

fn is_of_bridge(branch: &str) -> bool {
    let name = branch.rsplit('/').next().unwrap_or(branch);
    name.starts_with(BRANCHES)
}

/// Returns the ids of records for which a branch has approval files that the approved ref lacks.
fn waiting(snapshot: &Snapshot<'_>, tip: Oid) -> Result<BTreeSet<String>, Obstacle> {
    let mut ids = BTreeSet::new();
    if snapshot.history.landed.contains_key(&tip) {
        return Ok(ids);
    }
    let tree = |commit| CommitTree::of_commit(snapshot.repository, commit, &snapshot.prefix);
    let (branch, landed) = (tree(tip)?, tree(snapshot.chosen.tip)?);
    for folder in &snapshot.governance.policy.records {
        let folder = format!("{}/{APPROVALS}", folder.trim_end_matches('/'));
        let files = |tree: &CommitTree<'_>| -> Result<HashSet<String>, Obstacle> {
            let items = tree.list(&folder)?;
            let files = items.into_iter().filter(|item| item.kind == EntryKind::File);
            Ok(files.map(|TreeItem { path, .. }| path).collect())
        };
        let known = files(&landed)?;
        for path in files(&branch)?.difference(&known) {
            let inside = path.strip_prefix(&folder).unwrap_or(path);
            let id = inside.trim_start_matches('/').split('/').next();
            ids.extend(id.map(str::to_owned));
        }
    }
    Ok(ids)
}
