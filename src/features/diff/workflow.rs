//! The changes of a branch, or of uncommitted files, to the forge's workflows and actions.
//!
//! Start at [`Comparer::workflows`]. Follows `docs/spec/rules.md`, `workflow-changed`.

use crate::features::diff::authors::{Authorship, how};
use crate::features::diff::compared::ProposedState;
use crate::features::diff::comparison::Comparer;
use crate::history::branch::Branch;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::rules::change_cases::GovernanceChange;
use crate::session::error::Undetermined;
use crate::survey::{branch, workflows};

impl Comparer<'_> {
    pub(crate) fn workflows(
        &self,
        cast: &Authorship,
        (onto, branch): (Oid, &Branch),
        parents: &[Oid],
        proposed: ProposedState<'_>,
    ) -> Result<Vec<GovernanceChange>, Undetermined> {
        let committed = workflows::changes(self.repository, &self.prefix, branch)?;
        let paths = committed.iter().map(|change| change.path.clone());
        let landed = self.landed_files(onto, paths)?;
        let committed = branch::without_landed(committed, &landed).into_iter();
        let mut found: Vec<GovernanceChange> =
            committed.map(|change| cast.ruling(change)).collect();
        if proposed.commit.is_some() {
            return Ok(found);
        }
        let top = LedgerPrefix::default();
        let before = CommitTree::of_commit(self.repository, branch.tip.oid, &top)?;
        let places = workflows::FOLDERS.map(str::to_owned);
        for (path, is_there) in self.uncommitted(&top, parents, &places)? {
            let was = before.kind(&path)?;
            found.push(GovernanceChange {
                commit: None,
                author: cast.worker.as_ref().map(|worker| worker.email.clone()),
                path: self.prefix.inward(&path),
                branch: cast.branch.clone(),
                how: how([was.is_some(), is_there]),
                is_first: false,
                only_listed: None,
                inherited: Vec::new(),
                standing: Default::default(),
            });
        }
        Ok(found)
    }
}
