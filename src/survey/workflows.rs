//! Which workflows and actions of a forge the commits of a branch change.
//!
//! Pure. Start at [`changes`]. Follows `docs/spec/rules.md`, `workflow-changed`.

pub mod ci;
pub mod review_job;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::history::branch::Branch;
use crate::history::chain;
use crate::history::folder::Mode;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::survey::branch::{ChangedBlobs, Ruling};

/// Where GitHub, GitLab and compatible forges look for what they run, from the root of the repository.
pub const FOLDERS: [&str; 4] =
    [".github/workflows", ".github/actions", ".gitlab", ".gitlab-ci.yml"];

type WorkflowFiles = BTreeMap<String, (Mode, Oid)>;

/// Returns the commits that change a workflow or an action, parents first, then by path.
///
/// # Errors
/// [`Obstacle`] if a commit or folder can't be read.
pub fn changes(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    branch: &Branch,
) -> Result<Vec<Ruling>, Obstacle> {
    let mut found = Vec::new();
    for commit in &branch.commits {
        let mut parents = Vec::new();
        for parent in commit.parents.iter() {
            parents.push(chain::read(objects, *parent)?.tree);
        }
        for folder in FOLDERS {
            let changed = find_changed(objects, folder, commit.tree, &parents);
            for (path, blobs) in changed? {
                found.push(Ruling { commit: Rc::clone(commit), path: prefix.inward(&path), blobs });
            }
        }
    }
    Ok(found)
}

// Returns the files below a folder that differ from those of every parent, as the first parent has each, and as it is now.
fn find_changed(
    objects: &dyn Objects,
    folder: &str,
    own: Oid,
    parents: &[Oid],
) -> Result<Vec<(String, ChangedBlobs)>, TreeError> {
    let tree = |root| CommitTree::new(objects, root, &LedgerPrefix::default());
    let whole = tree(own).entry(folder)?;
    for parent in parents {
        if tree(*parent).entry(folder)? == whole {
            return Ok(Vec::new());
        }
    }
    let own = files(&tree(own), folder)?;
    let mut others = Vec::new();
    for parent in parents {
        others.push(files(&tree(*parent), folder)?);
    }
    let paths: BTreeSet<&String> =
        own.keys().chain(others.iter().flat_map(WorkflowFiles::keys)).collect();
    let is_changed = |path: &&String| others.iter().all(|other| other.get(*path) != own.get(*path));
    let changed = paths.into_iter().filter(is_changed).map(|path| {
        let blob = |files: &WorkflowFiles| files.get(path).map(|(_, blob)| *blob);
        (path.clone(), [others.first().and_then(blob), blob(&own)])
    });
    Ok(changed.collect())
}

/// Returns all files below a folder; if the path is not a folder, the object at the path itself.
fn files(tree: &CommitTree<'_>, folder: &str) -> Result<WorkflowFiles, TreeError> {
    let mut paths = vec![folder.to_owned()];
    paths.extend(tree.list(folder)?.into_iter().map(|item| item.path));
    let mut files = WorkflowFiles::new();
    for path in paths {
        if tree.kind(&path)? != Some(EntryKind::Folder)
            && let Some(entry) = tree.entry(&path)?
        {
            files.insert(path, entry);
        }
    }
    Ok(files)
}
