//! What git would commit of a checkout: the one place that says what of it is read.
//!
//! Start at [`Checkout`], which is read once, and at [`JudgedTree`]. Follows `docs/spec/cli.md`, lint and diff.

use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted_path;
use crate::diag::sorting::StableSort as _;
use crate::record::vocabulary::words;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::history::folder;
use crate::history::objects::{Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::store::files::WorkTree;
use crate::store::git::tracked::{ASSUME_UNCHANGED, SKIP_WORKTREE, TrackedFile};
use crate::store::git::{GitError, Repository, ours};

words! {
    /// What an operation of git that is not finished is called.
    pub enum Operation {
        Merge,
        Rebase,
        CherryPick,
        Revert,
    }
}

/// What git's index says of a checkout. Paths are ledger paths.
#[derive(Clone, Debug, Default)]
pub struct Checkout {
    /// The files of which git reads the index, whatever lies in the work tree.
    indexed: BTreeMap<String, IndexedFile>,
    /// The links that lie in the work tree as files, since `core.symlinks` is off: git commits each as a link to its text.
    written_links: BTreeSet<String>,
    submodules: BTreeSet<String>,
    /// The files with several sides of a merge.
    pub unmerged: BTreeSet<String>,
    /// Whether files are left out.
    pub is_sparse: bool,
    /// Whether git refuses to change files that are left out, or would be, unless it is told to.
    pub is_guarded: bool,
    /// Those tracked files that were asked for.
    pub tracked: BTreeSet<String>,
    /// What git is in the middle of.
    pub in_progress: Option<Operation>,
}

const SPARSE: &str = "core.sparsecheckout";

/// A file or link as git's index has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexedFile {
    /// Its content, or where the link leads.
    blob: Oid,
    is_link: bool,
}

/// The files that git would commit: the work tree's, but the index's where git doesn't look at the work tree.
#[derive(Clone)]
pub struct JudgedTree<'r> {
    work_tree: WorkTree,
    repository: Option<&'r Repository>,
    prefix: LedgerPrefix,
    /// The files that are read from the index; `None` for one that it does not have.
    indexed: BTreeMap<String, Option<IndexedFile>>,
    written_links: BTreeSet<String>,
    submodules: BTreeSet<String>,
}

impl<'r> JudgedTree<'r> {
    /// Returns the tree of a checkout; without a repository, that of a folder.
    pub fn new(
        work_tree: &WorkTree,
        repository: Option<(&'r Repository, &Checkout)>,
    ) -> JudgedTree<'r> {
        let indexed = repository.into_iter().flat_map(|(_, checkout)| &checkout.indexed);
        JudgedTree {
            work_tree: work_tree.clone(),
            repository: repository.map(|(repository, _)| repository),
            prefix: repository
                .map(|(repository, _)| repository.ledger_prefix(work_tree.root()))
                .unwrap_or_default(),
            indexed: indexed.map(|(path, file)| (path.clone(), Some(*file))).collect(),
            written_links: repository
                .map(|(_, checkout)| checkout.written_links.clone())
                .unwrap_or_default(),
            submodules: repository
                .map(|(_, checkout)| checkout.submodules.clone())
                .unwrap_or_default(),
        }
    }

    /// Returns the files as `git commit` would commit them: as here, but for those that the index has otherwise.
    pub fn with_staged(&self, staged: &Staged) -> JudgedTree<'r> {
        let mut tree = self.clone();
        tree.indexed.extend(staged.otherwise.iter().map(|(path, file)| (path.clone(), *file)));
        tree
    }

    /// Tells whether a file is read from the index.
    pub fn is_indexed(&self, path: &str) -> bool {
        self.indexed(path).is_some()
    }

    /// Returns what the index has of a file; `None` if the work tree counts, `Some(None)` if there is no such file.
    fn indexed(&self, path: &str) -> Option<Option<IndexedFile>> {
        if self.indexed.is_empty() {
            return None;
        }
        self.indexed.get(&self.prefix.plain(path)).copied()
    }

    fn is_written_link(&self, path: &str) -> bool {
        !self.written_links.is_empty() && self.written_links.contains(&self.prefix.plain(path))
    }

    fn kind_here(&self, path: &str, kind: EntryKind) -> EntryKind {
        match kind {
            EntryKind::File if self.is_written_link(path) => EntryKind::Link,
            // One that is not checked out is an empty folder.
            EntryKind::Folder if self.submodules.contains(&self.prefix.plain(path)) => {
                EntryKind::Submodule
            }
            // Git goes on tracking what it tracked there, whatever has the name `.git`.
            EntryKind::Folder | EntryKind::Submodule if self.work_tree.is_of_another(path) => {
                if self.is_tracked_below(path) {
                    EntryKind::Folder
                } else {
                    EntryKind::Submodule
                }
            }
            kind => kind,
        }
    }

    fn is_tracked_below(&self, path: &str) -> bool {
        let outward = self.prefix.outward(path).filter(|segments| !segments.is_empty());
        let repository = self.repository.zip(outward);
        repository.is_some_and(|(repository, path)| repository.tracks_below(&path.join("/")))
    }

    fn found_here(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let kind = self.work_tree.kind(folder)?.map(|kind| self.kind_here(folder, kind));
        let is_folder = kind == Some(EntryKind::Folder);
        let mut items = if is_folder { self.work_tree.below(folder)? } else { Vec::new() };
        let mut n = 0;
        while let Some(item) = items.get_mut(n) {
            let was = item.kind;
            item.kind = self.kind_here(&item.path, was);
            if was == EntryKind::Submodule && item.kind == EntryKind::Folder {
                let inside = self.work_tree.below(&item.path)?;
                items.extend(inside);
            }
            n += 1;
        }
        items.order_by(|one, other| one.path.cmp(&other.path));
        Ok(items)
    }

    fn read(&self, file: Option<IndexedFile>) -> Result<Option<Vec<u8>>, TreeError> {
        let Some((file, repository)) = file.zip(self.repository) else { return Ok(None) };
        let (_, bytes) = repository.read(file.blob)?;
        Ok(Some(bytes))
    }

    fn below(&self, folder: &str) -> impl Iterator<Item = (&String, IndexedFile)> {
        let inside = match self.prefix.plain(folder).as_str() {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let from = self.indexed.range(inside.clone()..);
        let below = from.take_while(move |(path, _)| path.starts_with(&inside));
        below.filter_map(|(path, file)| Some((path, (*file)?)))
    }
}

impl Tree for JudgedTree<'_> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let mut items = self.found_here(folder)?;
        if self.indexed.is_empty() {
            return Ok(items);
        }
        items.retain(|item| !self.is_indexed(&item.path));
        let there = self.below(folder).filter(|(path, _)| !path.starts_with("../"));
        items.extend(there.map(|(path, file)| TreeItem { path: path.clone(), kind: file.kind() }));
        items.order_by(|one, other| one.path.cmp(&other.path));
        Ok(items)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        let kind = match self.indexed(path) {
            Some(file) => file.map(IndexedFile::kind),
            None => self.work_tree.kind(path)?.map(|kind| self.kind_here(path, kind)),
        };
        let is_folder = kind.is_none() && self.below(path).next().is_some();
        Ok(if is_folder { Some(EntryKind::Folder) } else { kind })
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.indexed(path) {
            Some(file) => self.read(file.filter(|file| !file.is_link)),
            None if self.is_written_link(path) => Ok(None),
            None => self.work_tree.bytes(path),
        }
    }

    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let is_here = self.indexed(path).is_none() && !self.is_written_link(path);
        if is_here { self.work_tree.stored(path) } else { self.bytes(path) }
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        match (self.indexed(path), self.repository) {
            (Some(file), Some(repository)) => {
                let file = file.filter(|file| !file.is_link);
                Ok(file.map(|file| repository.size(file.blob)).transpose()?)
            }
            _ if self.is_written_link(path) => Ok(None),
            _ => self.work_tree.size(path),
        }
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        match self.indexed(path) {
            Some(file) => {
                let target = self.read(file.filter(|file| file.is_link))?;
                Ok(target.and_then(|target| String::from_utf8(target).ok()))
            }
            None if self.is_written_link(path) => {
                let target = self.work_tree.bytes(path)?;
                Ok(target.and_then(|target| String::from_utf8(target).ok()))
            }
            None => self.work_tree.target(path),
        }
    }
}

/// The blobs of a file in conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConflictBlobs {
    /// What both changed; `None` if both added the file.
    pub base: Option<Oid>,
    /// The checked-out branch's.
    pub ours: Oid,
    /// The merged branch's.
    pub theirs: Oid,
}

/// What is staged, and how it differs from the work tree. Paths are ledger paths.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// The files that the index has otherwise than the work tree, or not at all.
    pub otherwise: BTreeMap<String, Option<IndexedFile>>,
    /// All files that a commit would change, or that the index has otherwise.
    pub differing: Vec<String>,
    /// Those that are both.
    pub changed: Vec<String>,
}

impl IndexedFile {
    /// Returns what an entry holds; `None` for a submodule, and for a file that is only going to be added.
    fn of(entry: &git2::IndexEntry) -> Option<IndexedFile> {
        const INTENT_TO_ADD: u16 = 1 << 13;
        let is_link = is_link(entry);
        if !is_link && entry.mode & KIND != 0o100_000 {
            return None;
        }
        let blob = ours(entry.id).filter(|_| entry.flags_extended & INTENT_TO_ADD == 0)?;
        Some(IndexedFile { blob, is_link })
    }

    fn kind(self) -> EntryKind {
        if self.is_link { EntryKind::Link } else { EntryKind::File }
    }
}

impl Repository {
    /// Tells whether the index has a file, by its path from the root.
    pub fn has_indexed(&self, path: &str) -> bool {
        let entry = self.git.index().ok().and_then(|index| index.get_path(Path::new(path), 0));
        entry.as_ref().and_then(IndexedFile::of).is_some_and(|file| !file.is_link)
    }

    /// Returns the bytes of a file in the index, by its path from the root; `None` if the index has no such file.
    ///
    /// # Errors
    /// If the index or the blob can't be read.
    pub fn indexed_bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let unreadable = |cause: String| TreeError::Unreadable { path: path.to_owned(), cause };
        let index = self.git.index().map_err(|error| unreadable(error.to_string()))?;
        let entry = index.get_path(Path::new(path), 0);
        let file = entry.as_ref().and_then(IndexedFile::of).filter(|file| !file.is_link);
        let read = file.map(|file| self.read(file.blob)).transpose()?;
        Ok(read.map(|(_, bytes)| bytes))
    }

    /// Refuses a checkout where git takes a file for one of the index whose name has other letter case, although the file
    /// system tells the two apart: libgit2 finds no difference then, and nothing lies at the name that git commits.
    ///
    /// # Errors
    /// [`GitError`] with the setting, or if the index can't be read.
    pub fn refuse_folded_names(&self) -> Result<(), GitError> {
        const KEY: &str = "core.ignorecase";
        let tells_apart = !self.own_dir.join("hEAD").exists();
        let Some(top) = self.work_dir.as_ref().filter(|_| tells_apart && self.is_on(KEY)) else {
            return Ok(());
        };
        let index = self.index()?;
        let absent = index.iter().filter(|entry| {
            !is_read_from_index(entry)
                && fs::symlink_metadata(top.join(native(&entry.path))).is_err()
        });
        let folded = absent.map(|entry| folder::text(&entry.path));
        let Some((path, found)) =
            folded.filter_map(|path| Some((folded_name(top, &path)?, path))).next()
        else {
            return Ok(());
        };
        Err(GitError {
            cause: format!(
                "{KEY} is on, so git takes {path} for {found}, although this file system tells them apart"
            ),
            remedy: Remedy::run([format!("git config {KEY} false")]),
        })
    }

    /// Reads what the index says of the checkout; `is_kept` chooses the tracked files that are listed.
    ///
    /// # Errors
    /// [`GitError`] if the index can't be read.
    pub fn checkout(
        &self,
        prefix: &LedgerPrefix,
        is_kept: &dyn Fn(&str) -> bool,
    ) -> Result<Checkout, GitError> {
        let mut checkout = Checkout { in_progress: self.in_progress(), ..Checkout::default() };
        let has_links = self.config()?.get_bool("core.symlinks").unwrap_or(true);
        for entry in self.index()?.iter() {
            checkout.is_sparse |= entry.flags_extended & SKIP_WORKTREE != 0;
            let shown = folder::text(&entry.path);
            let is_kept = is_kept(&shown);
            let indexed = if is_read_from_index(&entry) { IndexedFile::of(&entry) } else { None };
            let is_written_link = !has_links && is_link(&entry);
            if entry.mode & KIND == 0o160_000 {
                checkout.submodules.insert(prefix.inward(&shown));
            }
            if !is_kept && !is_written_link && indexed.is_none() && !is_unmerged(&entry) {
                continue;
            }
            let path = prefix.inward(&shown);
            if is_written_link {
                checkout.written_links.insert(path.clone());
            }
            if is_unmerged(&entry) {
                checkout.unmerged.insert(path.clone());
            } else if let Some(file) = indexed {
                checkout.indexed.insert(path.clone(), file);
            }
            if is_kept {
                checkout.tracked.insert(path);
            }
        }
        checkout.is_guarded = checkout.is_sparse || self.is_on(SPARSE);
        Ok(checkout)
    }

    /// Returns the options that `git add` needs here, and the commands before it that let git look at some files.
    pub fn before_adding(
        &self,
        prefix: &LedgerPrefix,
        git: &str,
        is_added: &dyn Fn(&str) -> bool,
    ) -> (&'static str, Vec<String>) {
        let Ok(index) = self.index() else { return ("", Vec::new()) };
        let is_left_out = |entry: &git2::IndexEntry| entry.flags_extended & SKIP_WORKTREE != 0;
        let is_sparse = self.is_on(SPARSE);
        let mut commands = Vec::new();
        for entry in index.iter().filter(is_read_from_index) {
            let path = prefix.inward(&folder::text(&entry.path));
            if !is_added(&path) {
                continue;
            }
            let is_assumed = entry.flags & ASSUME_UNCHANGED != 0;
            let marks = [
                ("skip-worktree", is_left_out(&entry) && !is_sparse),
                ("assume-unchanged", is_assumed),
            ];
            let marks = marks.into_iter().filter(|(_, is_set)| *is_set);
            commands.extend(marks.map(|(mark, _)| {
                format!("{git} update-index --no-{mark} -- {}", quoted_path(&path))
            }));
        }
        (if is_sparse { " --sparse" } else { "" }, commands)
    }

    fn tracks_below(&self, folder: &str) -> bool {
        let found =
            self.index().map(|index| index.find_prefix(Path::new(&format!("{folder}/"))).is_ok());
        found.unwrap_or(true)
    }

    /// Returns a file of which git reads the index, if this checkout lacks it.
    ///
    /// # Errors
    /// [`GitError`] if the index can't be read.
    pub fn left_out(&self, path: &str) -> Result<Option<TrackedFile>, GitError> {
        let entry = self.index()?.get_path(Path::new(path), 0);
        let place = self.work_dir.as_ref().map(|top| top.join(path));
        let is_here = place.is_some_and(|place| fs::symlink_metadata(place).is_ok());
        let entry = entry.filter(|entry| !is_here && is_read_from_index(entry));
        Ok(entry.and_then(TrackedFile::of_entry))
    }

    /// Returns the links of the whole index, by their paths from the root, each with where it leads.
    ///
    /// # Errors
    /// [`GitError`] if the index or a link can't be read.
    pub fn links(&self) -> Result<Vec<(String, String)>, GitError> {
        let mut links = Vec::new();
        for entry in self.index()?.iter().filter(is_link) {
            let Some(blob) = ours(entry.id) else { continue };
            let path = folder::text(&entry.path);
            let read = self.read(blob);
            let (_, target) = read.map_err(|obstacle| GitError::of_object(&path, &obstacle))?;
            links.push((path, folder::text(&target)));
        }
        Ok(links)
    }

    /// Returns the entries of the files that a sparse checkout leaves out and that lie in the work tree after all, as ones
    /// that it does not leave out.
    pub(super) fn lying_outside(&self, index: &git2::Index) -> Vec<git2::IndexEntry> {
        let is_sparse = self.is_on(SPARSE) && !self.is_on("sparse.expectfilesoutsideofpatterns");
        let Some(top) = self.work_dir.as_ref().filter(|_| is_sparse) else { return Vec::new() };
        let left_out = index.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0);
        let lying =
            left_out.filter(|file| fs::symlink_metadata(top.join(native(&file.path))).is_ok());
        let shown = |mut entry: git2::IndexEntry| {
            entry.flags_extended &= !SKIP_WORKTREE;
            entry
        };
        lying.map(shown).collect()
    }

    fn is_on(&self, key: &str) -> bool {
        self.config().and_then(|config| config.get_bool(key)).unwrap_or(false)
    }

    pub fn in_progress(&self) -> Option<Operation> {
        use git2::RepositoryState as State;
        match self.git.state() {
            State::Merge => Some(Operation::Merge),
            State::Revert | State::RevertSequence => Some(Operation::Revert),
            State::CherryPick | State::CherryPickSequence => Some(Operation::CherryPick),
            State::Rebase
            | State::RebaseInteractive
            | State::RebaseMerge
            | State::ApplyMailboxOrRebase => Some(Operation::Rebase),
            State::Clean | State::Bisect | State::ApplyMailbox => None,
        }
    }

    /// Returns the parents that a commit of the work tree would have beside HEAD: the lines of a merge in progress.
    pub fn merged_heads(&self) -> Vec<Oid> {
        let text = fs::read_to_string(self.own_dir.join("MERGE_HEAD")).unwrap_or_default();
        let heads = text.lines().filter_map(|line| git2::Oid::from_str(line.trim()).ok());
        heads.filter_map(ours).collect()
    }

    /// Returns the sides of a record that a merge in progress could not join; `None` if it joined them, or one removed it.
    ///
    /// # Errors
    /// [`GitError`] if the index can't be read.
    pub fn sides(
        &self,
        prefix: &LedgerPrefix,
        path: &str,
    ) -> Result<Option<ConflictBlobs>, GitError> {
        let Some(segments) = prefix.outward(path) else { return Ok(None) };
        let (index, path) = (self.index()?, segments.join("/"));
        let side = |stage| index.get_path(Path::new(&path), stage).and_then(|entry| ours(entry.id));
        let both = side(2).zip(side(3));
        Ok(both.map(|(ours, theirs)| ConflictBlobs { base: side(1), ours, theirs }))
    }

    /// Compares what is staged at some places with the work tree; `None` if nothing is staged there.
    ///
    /// # Errors
    /// [`GitError`] if git refuses.
    pub fn staged(
        &self,
        head: Option<Oid>,
        prefix: &LedgerPrefix,
        places: &[String],
    ) -> Result<Option<Staged>, GitError> {
        let mut options = differing_files(prefix, places);
        options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(true);
        options.recurse_ignored_dirs(true);
        if let Some(head) = head {
            self.tree_ends(head, prefix, places)?;
        }
        let tree = head.map(|head| self.tree_of(head)).transpose()?;
        let index = self.index()?;
        let is_kept = |path: &Vec<u8>| {
            let entry = index.get_path(&native(path), 0);
            let is_side = (1..4).any(|stage| index.get_path(&native(path), stage).is_some());
            !is_side && !entry.is_some_and(|entry| is_overlooked(&entry))
        };
        let staged = self.diff_to_index(tree.as_ref(), &index, &mut options)?;
        let staged: BTreeSet<Vec<u8>> =
            staged.deltas().filter_map(delta_path).filter(is_kept).collect();
        if staged.is_empty() {
            return Ok(None);
        }
        self.attributes_end(&index)?;
        let unstaged = self.git.diff_index_to_workdir(Some(&index), Some(&mut options))?;
        let shown = |path: &Vec<u8>| prefix.inward(&folder::text(path));
        let differing: Vec<Vec<u8>> =
            unstaged.deltas().filter_map(delta_path).filter(is_kept).collect();
        let indexed =
            |path: &Vec<u8>| index.get_path(&native(path), 0).as_ref().and_then(IndexedFile::of);
        // What became a submodule, or lies in one, is not a difference between index and work tree for git.
        let gone = staged.iter().filter(|path| indexed(path).is_none());
        let otherwise: BTreeMap<_, _> =
            differing.iter().chain(gone).map(|path| (shown(path), indexed(path))).collect();
        // A commit would hold what lies here.
        if otherwise.is_empty() {
            return Ok(None);
        }
        Ok(Some(Staged {
            otherwise,
            changed: differing.iter().filter(|path| staged.contains(*path)).map(shown).collect(),
            differing: differing.iter().chain(&staged).map(shown).collect(),
        }))
    }

    // Compares a tree with an index. Of what it adds, libgit2 leaves out the files that are said to be unchanged.
    pub(super) fn diff_to_index(
        &self,
        tree: Option<&git2::Tree<'_>>,
        index: &git2::Index,
        options: &mut git2::DiffOptions,
    ) -> Result<git2::Diff<'_>, git2::Error> {
        let is_assumed = |entry: &git2::IndexEntry| entry.flags & ASSUME_UNCHANGED != 0;
        let path = index.path().filter(|_| index.iter().any(|entry| is_assumed(&entry)));
        let Some(path) = path else {
            return self.git.diff_tree_to_index(tree, Some(index), Some(options));
        };
        // One that belongs to no repository: libgit2 would ask it for the blobs, which a partial clone may lack.
        let mut shown = git2::Index::open(path)?;
        for mut entry in index.iter().filter(is_assumed) {
            entry.flags &= !ASSUME_UNCHANGED;
            shown.add(&entry)?;
        }
        self.git.diff_tree_to_index(tree, Some(&shown), Some(options))
    }

    /// Returns the files of the whole repository that one commit, or none, lacks and another has, as ledger paths.
    ///
    /// # Errors
    /// [`GitError`] if git refuses.
    pub fn added(
        &self,
        base: Option<Oid>,
        head: Oid,
        prefix: &LedgerPrefix,
    ) -> Result<Vec<String>, GitError> {
        self.with_status(base, head, prefix, &[git2::Delta::Added])
    }

    /// Returns the same with those that differ, as paths from the repository's root.
    ///
    /// # Errors
    /// [`GitError`] if git refuses.
    pub fn written(&self, base: Option<Oid>, head: Oid) -> Result<Vec<String>, GitError> {
        let statuses = [git2::Delta::Added, git2::Delta::Modified];
        self.with_status(base, head, &LedgerPrefix::default(), &statuses)
    }

    fn with_status(
        &self,
        base: Option<Oid>,
        head: Oid,
        prefix: &LedgerPrefix,
        statuses: &[git2::Delta],
    ) -> Result<Vec<String>, GitError> {
        let everything = LedgerPrefix::default();
        for commit in base.into_iter().chain([head]) {
            self.tree_ends(commit, &everything, &[String::new()])?;
        }
        let mut options = differing_files(&everything, &[]);
        let (old, new) = (base.map(|base| self.tree_of(base)).transpose()?, self.tree_of(head)?);
        let diff = self.git.diff_tree_to_tree(old.as_ref(), Some(&new), Some(&mut options))?;
        let wanted = diff.deltas().filter(|delta| statuses.contains(&delta.status()));
        let paths = wanted.filter_map(delta_path);
        Ok(paths.map(|path| prefix.inward(&folder::text(&path))).collect())
    }

    /// Tells whether git ignores an untracked file of the ledger.
    pub fn is_ignored(&self, prefix: &LedgerPrefix, path: &str) -> bool {
        let from_top = prefix.outward(path).unwrap_or_default().join("/");
        self.git.is_path_ignored(Path::new(&from_top)).unwrap_or(false)
    }
}

// Returns the path of a file below a folder that has the name of another but for letter case.
fn folded_name(top: &Path, path: &str) -> Option<String> {
    let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let items = fs::read_dir(top).ok()?.flatten();
    let names = items.filter_map(|item| item.file_name().into_string().ok());
    let mut like = names.filter(|item| item.to_lowercase() == name.to_lowercase());
    match rest {
        None => like.next(),
        Some(rest) => like.find_map(|name| {
            let found = folded_name(&top.join(&name), rest)?;
            Some(format!("{name}/{found}"))
        }),
    }
}

/// Tells whether a commit has nothing of an entry that is not already there, or git doesn't look at its file.
fn is_overlooked(entry: &git2::IndexEntry) -> bool {
    const INTENT_TO_ADD: u16 = 1 << 13;
    is_read_from_index(entry) || entry.flags_extended & INTENT_TO_ADD != 0
}

pub(super) fn is_read_from_index(entry: &git2::IndexEntry) -> bool {
    entry.flags_extended & SKIP_WORKTREE != 0 || entry.flags & ASSUME_UNCHANGED != 0
}

const KIND: u32 = 0o170_000;

fn is_link(entry: &git2::IndexEntry) -> bool {
    entry.mode & KIND == 0o120_000
}

fn is_unmerged(entry: &git2::IndexEntry) -> bool {
    const STAGE: u16 = 0b11 << 12;
    entry.flags & STAGE != 0
}

pub(super) fn differing_files(prefix: &LedgerPrefix, folders: &[String]) -> git2::DiffOptions {
    let mut options = git2::DiffOptions::new();
    options
        .include_typechange(true)
        .disable_pathspec_match(true)
        .ignore_submodules(true)
        .update_index(false);
    for folder in folders {
        if let Some(segments) = prefix.outward(folder) {
            options.pathspec(segments.join("/"));
        }
    }
    options
}

pub(super) fn delta_path(delta: git2::DiffDelta<'_>) -> Option<Vec<u8>> {
    let file = delta.new_file().path_bytes().or(delta.old_file().path_bytes());
    file.map(<[u8]>::to_vec)
}

#[cfg(unix)]
pub(super) fn native(path: &[u8]) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(path)).to_owned()
}

#[cfg(not(unix))]
pub(super) fn native(path: &[u8]) -> std::path::PathBuf {
    String::from_utf8_lossy(path).into_owned().into()
}
