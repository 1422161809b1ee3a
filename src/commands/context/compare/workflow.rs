//! What a branch, or what is not committed yet, does to workflows and actions of the forge.
//!
//! Start at [`Desk::workflows`]. Follows `docs/spec/rules.md`, `workflow-changed`.

use crate::commands::context::approved::obstacle;
use crate::commands::context::compare::Proposed;
use crate::commands::context::compare::cast::{Cast, how};
use crate::commands::context::compare::desk::Desk;
use crate::commands::context::fault;
use exledger::history::branch::Branch;
use exledger::history::objects::Oid;
use exledger::history::paths::Prefix;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::Tree;
use exledger::rules::change_cases::GovernanceChange;
use exledger::survey::workflows;

impl Desk<'_> {
    /// Returns each change of a workflow or an action, those of the commits first.
    pub(super) fn workflows(
        &self,
        cast: &Cast,
        branch: Option<&Branch>,
        head: Oid,
        proposed: Proposed<'_>,
    ) -> anyhow::Result<Vec<GovernanceChange>> {
        let committed = branch.map(|it| workflows::changes(self.repository, &self.prefix, it));
        let committed = committed.transpose().map_err(obstacle)?;
        let committed = committed.into_iter().flatten();
        let mut found: Vec<GovernanceChange> =
            committed.map(|change| cast.ruling(change)).collect();
        if proposed.commit.is_some() {
            return Ok(found);
        }
        let top = Prefix::default();
        let before = CommitTree::of_commit(self.repository, head, &top).map_err(obstacle)?;
        let loose = self
            .repository
            .loose(Some(head), &top, &workflows::FOLDERS.map(str::to_owned));
        for file in loose.map_err(|error| fault::cannot_say(error.to_string(), ""))? {
            let was = before.kind(&file.path).map_err(|it| fault::tree(&it))?;
            found.push(GovernanceChange {
                commit: None,
                author: cast.worker.as_ref().map(|worker| worker.email.clone()),
                path: self.prefix.inward(&file.path),
                how: how([was.is_some(), file.file.is_some()]),
            });
        }
        Ok(found)
    }
}
