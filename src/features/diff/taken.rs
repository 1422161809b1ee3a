//! What a commit of a branch takes away and a later one gives back: a merge commit would bring the first, and it counts.
//!
//! Start at [`Comparer::taken`]. Follows `docs/spec/approval.md`, M5.

use crate::features::diff::compared::{Entry, ProposedState};
use crate::features::diff::comparison::Comparer;
use crate::history::branch::BranchCommit;
use crate::history::content::ContentCache;
use crate::history::merge_content::ComparedPath;
use crate::history::objects::Oid;
use crate::history::off_line::Loss;
use crate::history::rule_change;
use crate::history::taken::RecordChange;
use crate::history::trails::Bytes;
use crate::history::tree::{CommitTree, TreeWithFile};
use crate::history::version::TrailKey;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::policy::governs;
use crate::record::Record;
use crate::record::file;
use crate::rules::change_cases::TakenOnBranch;
use crate::session::error::Undetermined;
use std::rc::Rc;

impl Comparer<'_> {
    /// Returns what the commits of a branch take from records and rules, and the branch as a whole leaves as they are on its
    /// base. Where the branch changes them, so that they need an approval, that ends it.
    pub(super) fn taken(
        &self,
        base: Oid,
        commits: &[BranchCommit],
        entries: &[Entry],
        proposed: ProposedState<'_>,
    ) -> Result<Vec<TakenOnBranch>, Undetermined> {
        // What a merge in progress gives back is known once it is committed, and nothing can be squashed before.
        if proposed.commit.is_none() && !self.repository.merged_heads().is_empty() {
            return Ok(Vec::new());
        }
        let mut contents = ContentCache::new(self.repository);
        let before = self.tree(base)?;
        let mut found = Vec::new();
        for branch_commit in commits {
            for subject in &branch_commit.touched {
                let Some(bytes) = branch_commit.first.get(subject) else { continue };
                let (loss, id) = match subject {
                    ComparedPath::Record(TrailKey::Id(id)) => {
                        let mut changed = entries.iter().filter(|entry| entry.delta.key == *id);
                        if changed.any(|entry| entry.needs.needed.count > 0) {
                            continue;
                        }
                        (lost(&mut contents, bytes, proposed)?, Some(id.clone()))
                    }
                    ComparedPath::Governance(path) => {
                        let is_as_before = before.bytes(path)? == proposed.tree.bytes(path)?;
                        let is_taken = is_as_before
                            && self.is_stricter(branch_commit, path, proposed.governance)?;
                        (is_taken.then_some(Loss::Rule), None)
                    }
                    ComparedPath::Record(_) => continue,
                };
                let file = bytes.new.first().or(bytes.old.first());
                found.extend(loss.map(|loss| TakenOnBranch {
                    commit: branch_commit.commit.oid.short(),
                    path: file.map_or_else(String::new, |file| file.path.to_string()),
                    id,
                    loss,
                }));
            }
        }
        Ok(found)
    }

    /// Tells whether a commit made the rules of a file stricter, and those of the branch are not as strict.
    fn is_stricter(
        &self,
        branch_commit: &BranchCommit,
        path: &str,
        proposed: &Governance,
    ) -> Result<bool, Undetermined> {
        let Some(first) = branch_commit.commit.parents.first() else { return Ok(false) };
        let before = self.tree(*first)?;
        let tree = CommitTree::new(self.repository, branch_commit.commit.tree, &self.prefix);
        let bytes = tree.bytes(path)?;
        let after = TreeWithFile::new(&before, &self.prefix, path, bytes.as_deref());
        let [before, after] = [Governance::read(&before)?, Governance::read(&after)?];
        Ok(rule_change::tightens([&before, &after]) && !governs::only_adds(&after, proposed))
    }
}

fn lost(
    contents: &mut ContentCache<'_>,
    bytes: &Bytes,
    proposed: ProposedState<'_>,
) -> Result<Option<Loss>, Undetermined> {
    let mut granted = None;
    for file in bytes.old.iter().chain(&bytes.new) {
        if let Some(text) = proposed.tree.bytes(&file.path)? {
            granted = Some(file::read(&file.path, &text).record.map(Rc::new));
        }
    }
    // Whatever is removed in the end, or elsewhere, gives nothing back here.
    let Some(granted) = granted else { return Ok(None) };
    let granted: Option<&Rc<Record>> = granted.as_ref();
    Ok(RecordChange::read(contents, bytes).loss(granted))
}
