//! The files of a commit as a map, and how a map is written as a tree.

use std::collections::BTreeMap;

use crate::support::repo::{Edit, Repo};

/// Path to mode and blob.
#[derive(Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, (u32, git2::Oid)>);

impl Repo {
    /// Returns the files of a commit; none without one.
    pub(crate) fn files(&self, commit: Option<git2::Oid>) -> Files {
        let Some(commit) = commit else {
            return Files::default();
        };
        let odb = self.git.objects().odb().unwrap();
        let raw = odb.read(commit).unwrap();
        let first = raw.data().split(|byte| *byte == b'\n').next().unwrap();
        let tree = std::str::from_utf8(first).unwrap().strip_prefix("tree ").unwrap();
        self.files_of_tree(git2::Oid::from_str(tree).unwrap())
    }

    /// Returns the files of a tree.
    pub(crate) fn files_of_tree(&self, tree: git2::Oid) -> Files {
        let mut files = Files::default();
        let tree = self.git.objects().find_tree(tree).unwrap();
        tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() != Some(git2::ObjectType::Tree) {
                let path = format!("{folder}{}", entry.name().unwrap());
                let mode = u32::try_from(entry.filemode_raw()).unwrap();
                files.0.insert(path, (mode, entry.id()));
            }
            git2::TreeWalkResult::Ok
        })
        .unwrap();
        files
    }

    /// Returns the tree of git's own merge, with edits applied; a conflict must be resolved by an edit.
    pub(crate) fn merged(&self, ours: git2::Oid, theirs: git2::Oid, edits: &[Edit]) -> git2::Oid {
        let commit = |oid| self.git.objects().find_commit(oid).unwrap();
        let mut index =
            self.git.objects().merge_commits(&commit(ours), &commit(theirs), None).unwrap();
        for edit in edits {
            if let Edit::Write(path, ..) | Edit::Remove(path) = edit {
                index.conflict_remove(std::path::Path::new(path)).ok();
            }
        }
        let tree = index.write_tree_to(self.git.objects()).expect("the merge has conflicts");
        let mut files = self.files_of_tree(tree);
        files.apply(self.git.objects(), edits);
        files.store(self.git.objects())
    }
}

impl Files {
    /// Applies edits, in order.
    pub(crate) fn apply(&mut self, git: &git2::Repository, edits: &[Edit]) {
        for edit in edits {
            match edit {
                Edit::Write(path, mode, bytes) => {
                    let blob = if *mode == 0o160_000 {
                        git2::Oid::from_str(std::str::from_utf8(bytes).unwrap()).unwrap()
                    } else {
                        git.blob(bytes).unwrap()
                    };
                    self.0.insert(path.clone(), (*mode, blob));
                }
                Edit::Remove(path) => drop(self.cut(path)),
                Edit::Rename(from, to) => {
                    for (path, file) in self.cut(from) {
                        let rest = path.strip_prefix(from.as_str()).unwrap();
                        self.0.insert(format!("{to}{rest}"), file);
                    }
                }
            }
        }
    }

    /// Applies the difference between two other states.
    pub(crate) fn take(&mut self, before: &Files, after: &Files) {
        for path in before.0.keys().filter(|path| !after.0.contains_key(*path)) {
            self.0.remove(path);
        }
        for (path, file) in &after.0 {
            if before.0.get(path) != Some(file) {
                self.0.insert(path.clone(), *file);
            }
        }
    }

    /// Returns the text of a file.
    pub(crate) fn text(&self, git: &git2::Repository, path: &str) -> String {
        let (_, blob) = self.0.get(path).unwrap_or_else(|| panic!("no {path}"));
        let blob = git.find_blob(*blob).unwrap();
        String::from_utf8(blob.content().to_vec()).unwrap()
    }

    /// Writes the tree.
    pub(crate) fn store(&self, git: &git2::Repository) -> git2::Oid {
        let entries = self.0.iter().map(|(path, file)| (path.as_str(), *file));
        folder(git, &entries.collect::<Vec<_>>())
    }

    fn cut(&mut self, path: &str) -> BTreeMap<String, (u32, git2::Oid)> {
        let inside = format!("{path}/");
        let (cut, kept) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(file, _)| file == path || file.starts_with(&inside));
        self.0 = kept;
        cut
    }
}

/// A path below some folder, with mode and blob.
type Entry<'p> = (&'p str, (u32, git2::Oid));

fn folder(git: &git2::Repository, entries: &[Entry<'_>]) -> git2::Oid {
    let mut builder = git.treebuilder(None).unwrap();
    let mut folders: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for (path, file) in entries {
        match path.split_once('/') {
            Some((name, rest)) => folders.entry(name).or_default().push((rest, *file)),
            None => {
                let mode = i32::try_from(file.0).unwrap();
                builder.insert(path, file.1, mode).unwrap();
            }
        }
    }
    for (name, inside) in folders {
        builder.insert(name, folder(git, &inside), 0o040_000).unwrap();
    }
    builder.write().unwrap()
}
