//! Approvals that a bridge committed and nobody has merged yet.
//!
//! Start at [`Ctx::of_waiting`]. Follows `docs/spec/status.md`, proposals and pending changes.

use std::collections::{BTreeSet, HashSet};

use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use exledger::history::objects::{Obstacle, Oid};
use exledger::history::tree::{self, CommitTree};
use exledger::history::watched_paths::APPROVALS;
use exledger::ledger::tree::{Item, Kind, Tree};

/// How the branches are called that the workflow of `init` opens pull requests from.
const BRANCHES: &str = "exledger-reviews-";

impl Ctx {
    /// Says on stderr which branches of a bridge hold approvals, of the records that are asked about by their ids, that
    /// count once they are merged.
    pub(crate) fn of_waiting(&self, approved: &Approved<'_>, asked: &dyn Fn(&str) -> bool) {
        let branches = approved
            .proposals
            .iter()
            .flat_map(|it| &it.sources.branches);
        for (branch, tip) in branches.filter(|(branch, _)| is_of_bridge(branch)) {
            match waiting(approved, *tip) {
                Ok(mut ids) => {
                    ids.retain(|id| asked(id));
                    if !ids.is_empty() {
                        let ids: Vec<String> = ids.into_iter().collect();
                        self.hint(&format!(
                            "hint: reviews of {} wait on branch {branch}: they count once its pull request is merged",
                            ids.join(", ")
                        ));
                    }
                }
                Err(obstacle) => self.hint(&format!(
                    "hint: cannot say which reviews wait on branch {branch}: {obstacle}: {}",
                    obstacle.repair()
                )),
            }
        }
    }
}

fn is_of_bridge(branch: &str) -> bool {
    let name = branch.rsplit('/').next().unwrap_or(branch);
    name.starts_with(BRANCHES)
}

/// Returns the ids of the records about which a branch has approval files that the approved ref lacks.
fn waiting(approved: &Approved<'_>, tip: Oid) -> Result<BTreeSet<String>, Obstacle> {
    let mut ids = BTreeSet::new();
    if approved.history.landed.contains_key(&tip) {
        return Ok(ids);
    }
    let tree = |commit| CommitTree::of_commit(approved.repository, commit, &approved.prefix);
    let (branch, landed) = (tree(tip)?, tree(approved.chosen.tip)?);
    for folder in &approved.governance.policy.records {
        let folder = format!("{}/{APPROVALS}", folder.trim_end_matches('/'));
        let files = |tree: &CommitTree<'_>| -> Result<HashSet<String>, Obstacle> {
            let items = tree.list(&folder).map_err(|error| tree::obstacle(&error))?;
            let files = items.into_iter().filter(|item| item.kind == Kind::File);
            Ok(files.map(|Item { path, .. }| path).collect())
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
