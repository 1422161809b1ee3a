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
use crate::history::version::{FileAt, TrailKey};
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::policy::governs;
use crate::record::file;
use crate::rules::change_cases::TakenOnBranch;
use crate::session::error::Undetermined;
use std::cell::OnceCell;
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
        let listed = OnceCell::new();
        let list = || Files::list(proposed.tree, &proposed.governance.policy.records).ok();
        let own = |id: &str| -> Vec<String> {
            let records = listed.get_or_init(list).iter().flat_map(|files: &Files| &files.records);
            let own = records.filter(|file| file.stem().eq_ignore_ascii_case(id));
            own.map(|file| file.path.clone()).collect()
        };
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
                        (
                            lost(&mut contents, (id, &own(id), bytes), (&before, proposed))?,
                            Some(id.clone()),
                        )
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
                    base: base.short(),
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
    (id, own, bytes): (&str, &[String], &Bytes),
    (before, proposed): (&CommitTree<'_>, ProposedState<'_>),
) -> Result<Option<Loss>, Undetermined> {
    // What a commit took by a second file is given back by the record's own, wherever it stands.
    let changed = bytes.old.iter().chain(&bytes.new).map(|file| file.path.to_string());
    let changed: Vec<String> = changed.collect();
    let is_beside = !own.is_empty() && !own.iter().any(|path| changed.contains(path));
    let (mut granted, mut stands) = (None, Vec::new());
    for path in own.iter().chain(&changed) {
        if let Some(text) = proposed.tree.bytes(path)? {
            let record = file::read(path, &text).record;
            // Whoever gives the file another id takes nothing back.
            if record.as_ref().is_some_and(|record| !record.id.as_str().eq_ignore_ascii_case(id)) {
                continue;
            }
            granted = Some(record.map(Rc::new));
            let blob = before.entry(path)?.map(|(_, blob)| blob);
            stands.extend(blob.map(|blob| FileAt { path: path.as_str().into(), blob }));
        }
    }
    // Whatever is removed in the end, or elsewhere, gives nothing back here; nor does what must first be mended to be read.
    let Some(Some(granted)) = granted else { return Ok(None) };
    let old = if is_beside && bytes.old.is_empty() { stands } else { bytes.old.clone() };
    let bytes = Bytes { old, new: bytes.new.clone() };
    let loss = RecordChange::read(contents, &bytes).loss_on_line(Some(&granted));
    // A second file that goes again removes nothing, and one about something else narrows nothing.
    Ok(loss.filter(|loss| !is_beside || matches!(loss, Loss::Closure | Loss::Fired)))
}
