//! What a branch changes: the records that differ, their authors, and the governance files that its commits change.
//!
//! Pure. Start at [`deltas`] and [`collect_commits`]. Follows `docs/spec/cli.md` (lint and diff) and
//! `docs/spec/approval.md`, A2, A5, D3, G3.

use crate::approval::sources::message::{self, CommitMessage};
use crate::history::branch::{Branch, BranchCommit, BranchContext};
use crate::history::commit::Commit;
use crate::history::merge_content::ComparedPath;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::trails::Bytes;
use crate::history::tree::CommitTree;
use crate::history::version::{FileAt, TrailKey};
use crate::history::watched_paths::{Interest, ReadPurpose};
use crate::ledger;
use crate::ledger::tree::{Tree, TreeError};
use crate::policy;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::file::RecordFile;
use crate::record::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The files of a ledger on one side of a comparison.
#[derive(Clone, Copy)]
pub struct LedgerSide<'t> {
    pub tree: &'t dyn Tree,
    /// The paths of its record files.
    pub files: &'t ledger::Files,
}

/// A record whose files differ between the two sides.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The file name without folder and suffix, in upper case; identifies the record.
    pub key: String,
    /// The files before the change, sorted by path: usually one or none, several if they share an id.
    pub before: Vec<RecordFile>,
    /// The files after the change.
    pub after: Vec<RecordFile>,
}

#[derive(Clone, Copy, Debug)]
pub enum Candidates<'c> {
    All,
    /// Only these paths.
    Among(&'c BTreeSet<String>),
}

/// Returns the records whose files differ between two sides, sorted by key.
///
/// # Errors
/// [`TreeError`] if a file can't be read.
pub fn deltas(
    before: LedgerSide<'_>,
    after: LedgerSide<'_>,
    candidates: Candidates<'_>,
) -> Result<Vec<Delta>, TreeError> {
    let (old, new) = (before.files, after.files);
    let is_candidate = |path: &str| match candidates {
        Candidates::All => true,
        Candidates::Among(paths) => paths.contains(path),
    };
    let key = |file: &ledger::File| file.stem().to_ascii_uppercase();
    let files = old.records.iter().chain(&new.records);
    let keys: BTreeSet<String> = files.filter(|file| is_candidate(&file.path)).map(key).collect();
    let mut found: BTreeMap<String, [Vec<&ledger::File>; 2]> = BTreeMap::new();
    for (at, files) in [&old.records, &new.records].into_iter().enumerate() {
        for file in files {
            let key = key(file);
            if keys.contains(&key)
                && let Some(list) = found.entry(key).or_default().get_mut(at)
            {
                list.push(file);
            }
        }
    }
    let mut deltas = Vec::new();
    for (key, [olds, news]) in found {
        let raw = |side: LedgerSide<'_>, files: &[&ledger::File]| {
            let bytes = files.iter().map(|file| file.bytes(side.tree));
            bytes.collect::<Result<Vec<_>, TreeError>>()
        };
        let paths = |files: &[&ledger::File]| -> Vec<String> {
            files.iter().map(|file| file.path.clone()).collect()
        };
        if paths(&olds) == paths(&news) && raw(before, &olds)? == raw(after, &news)? {
            continue;
        }
        let sources = |side: LedgerSide<'_>, listed: &ledger::Files, files: &[&ledger::File]| {
            let sources = files.iter().map(|file| listed.read(side.tree, file));
            sources.collect::<Result<Vec<RecordFile>, TreeError>>()
        };
        deltas.push(Delta {
            before: sources(before, old, &olds)?,
            after: sources(after, new, &news)?,
            key,
        });
    }
    Ok(deltas)
}

impl Delta {
    /// Returns the id as written, or the key of a file without an id.
    pub fn name(&self) -> String {
        let sources = self.after.iter().chain(&self.before);
        let mut ids = sources.filter_map(RecordFile::id);
        ids.next().map_or_else(|| self.key.clone(), |id| id.to_string())
    }

    /// Returns the record after the change, if it can be read.
    pub fn record_after(&self) -> Option<&Record> {
        self.after.first().and_then(|source| source.record.as_ref())
    }

    /// Returns the paths of its files on either side.
    pub fn paths(&self) -> BTreeSet<&str> {
        let sources = self.before.iter().chain(&self.after);
        sources.map(|source| source.path.as_str()).collect()
    }
}

/// Who changed a record on a branch, and when it was added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BranchAuthors {
    /// The authors and co-authors, each once.
    pub by: Vec<Person>,
    /// The committer time of the commit that adds the record, unverified; `None` if no commit of the branch adds it.
    pub added: Option<Instant>,
}

impl BranchAuthors {
    /// Adds the author and the co-authors of a commit.
    pub fn take(&mut self, commit: &Commit, governance: &Governance) {
        for person in authors(commit, governance) {
            add(&mut self.by, person);
        }
    }
}

/// A commit of a branch that changes a governance file.
#[derive(Clone, Debug)]
pub struct Ruling {
    pub commit: Rc<Commit>,
    pub path: String,
    pub blobs: ChangedBlobs,
}

/// A file before, and after; `None` if it does not exist.
pub type ChangedBlobs = [Option<Oid>; 2];

/// Returns the authors of a record's change: those of each commit in which it differs from every parent (A2).
pub fn made(commits: &[BranchCommit], delta: &Delta, governance: &Governance) -> BranchAuthors {
    let key = TrailKey::Id(delta.key.clone());
    let paths = delta.paths();
    let is_own = |branch_commit: &BranchCommit, subject: &ComparedPath| {
        let at_path = |bytes: &Bytes| {
            let mut files = bytes.old.iter().chain(&bytes.new);
            files.any(|file| paths.contains(&*file.path))
        };
        match subject {
            ComparedPath::Record(other) if *other == key => true,
            ComparedPath::Record(_) => branch_commit.first.get(subject).is_some_and(at_path),
            ComparedPath::Governance(_) => false,
        }
    };
    let mut made = BranchAuthors::default();
    for branch_commit in commits {
        let mut own = branch_commit.touched.iter().filter(|subject| is_own(branch_commit, subject));
        let Some(subject) = own.next() else {
            continue;
        };
        let bytes = branch_commit.first.get(subject);
        if bytes.is_some_and(|bytes| bytes.old.is_empty() && !bytes.new.is_empty()) {
            made.added = branch_commit.commit.committed();
        }
        made.take(&branch_commit.commit, governance);
    }
    made
}

/// Returns the commits that change a governance file or a redesign, parents first, then by path.
pub fn rulings(commits: &[BranchCommit]) -> Vec<Ruling> {
    let mut found = Vec::new();
    for branch_commit in commits {
        for (subject, bytes) in &branch_commit.first {
            if let ComparedPath::Governance(path) = subject
                && branch_commit.touched.contains(subject)
            {
                let blob = |files: &[FileAt]| files.first().map(|file| file.blob);
                let blobs = [&bytes.old, &bytes.new].map(|files| blob(files));
                let commit = Rc::clone(&branch_commit.commit);
                found.push(Ruling { commit, path: path.clone(), blobs });
            }
        }
    }
    found
}

/// Leaves out what only repeats the text of the approved branch, as the commits of a branch do that was squashed there: up to
/// the first commit that gives the file another one.
pub fn without_landed(
    mut rulings: Vec<Ruling>,
    landed: &BTreeMap<String, Option<Oid>>,
) -> Vec<Ruling> {
    let mut changed = BTreeSet::new();
    rulings.retain(|Ruling { path, blobs: [_, after], .. }| {
        let is_landed = landed.get(path) == Some(after) && !changed.contains(path);
        if !is_landed {
            changed.insert(path.clone());
        }
        !is_landed
    });
    rulings
}

/// Returns the commits of a branch, and each governance that one of them introduces.
///
/// A file counts as a governance file if any policy on or before the branch names it; `known` are the files named
/// before it, and `landed` those whose text on the approved branch introduces nothing. Files in the folders of `redesigns` are found with them, and so are the policies of all folders. `read` returns the governance of a tree.
///
/// # Errors
/// [`Obstacle`] if a needed object is missing.
pub fn collect_commits(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    branch: &Branch,
    [folders, redesigns]: [&[String]; 2],
    known: impl IntoIterator<Item = String>,
    landed: &BTreeMap<String, Option<Oid>>,
    read: &dyn Fn(&dyn Tree) -> Result<Governance, TreeError>,
) -> Result<(Vec<BranchCommit>, Vec<Rc<Governance>>), Obstacle> {
    let mut paths: BTreeSet<String> = known.into_iter().map(|path| prefix.plain(&path)).collect();
    paths.insert(policy::FILE.to_owned());
    let mut redesigns: BTreeSet<String> = redesigns.iter().cloned().collect();
    loop {
        let interest = Interest::new(prefix, folders)
            .with(prefix, &paths, ReadPurpose::Governance)
            .with(prefix, &redesigns, ReadPurpose::Redesigns)
            .with_all_policies();
        let branch_commits = branch.commits(&mut BranchContext::new(objects, prefix, &interest))?;
        let mut states = Vec::new();
        let ruled = without_landed(rulings(&branch_commits), landed).into_iter();
        let mut commits: Vec<_> =
            ruled.filter(|change| paths.contains(&change.path)).map(|it| it.commit).collect();
        commits.dedup_by_key(|commit| commit.oid);
        for commit in commits {
            let tree = CommitTree::new(objects, commit.tree, prefix);
            let state = read(&tree)?;
            states.push(Rc::new(state));
        }
        let named: BTreeSet<String> =
            states.iter().flat_map(|state| state.paths()).map(|path| prefix.plain(&path)).collect();
        let planned: BTreeSet<String> =
            states.iter().map(|state| state.policy.redesigns.clone()).collect();
        if named.is_subset(&paths) && planned.is_subset(&redesigns) {
            return Ok((branch_commits, states));
        }
        paths.extend(named);
        redesigns.extend(planned);
    }
}

/// Adds a person unless already listed; a listed person gets the new spelling as a further name.
pub fn add(people: &mut Vec<Person>, person: Person) {
    match people.iter_mut().find(|known| known.key == person.key) {
        Some(known) => *known = known.also_known_as(&person.typed_name, &person.typed_email),
        None => people.push(person),
    }
}

fn author(commit: &Commit, governance: &Governance) -> Option<Person> {
    let author = commit.author();
    let author = people::identify(governance, &author.name, &author.email);
    if people::is_nobody(&author) { None } else { Some(author) }
}

/// Returns the authors and the co-authors of commits, each once.
pub fn made_by(commits: &[Rc<Commit>], governance: &Governance) -> Vec<Person> {
    let mut made = BranchAuthors::default();
    commits.iter().for_each(|commit| made.take(commit, governance));
    made.by
}

/// Returns the author and the co-authors of a commit.
pub fn authors(commit: &Commit, governance: &Governance) -> Vec<Person> {
    let mut people: Vec<Person> = author(commit, governance).into_iter().collect();
    let text = commit.message();
    for value in CommitMessage::read(&text).co_authors() {
        let (name, address) = message::person(value);
        let person =
            people::identify(governance, name.unwrap_or_default(), address.unwrap_or_default());
        if person.is_resolved() && !people::is_nobody(&person) {
            people.push(person);
        }
    }
    people
}
