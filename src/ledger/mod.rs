//! The records of one tree: ids, look-up, duplicates.
//!
//! Uses diag, yaml, record. Pure. Start at [`Files`], which knows names alone and reads one file at a time, and
//! [`Ledger`], which keeps them all. Whether the tree is a folder, a commit or a test is hidden behind
//! `tree::Tree`. Follows `docs/spec/record.md` and `docs/spec/rules.md` (`duplicate-id`, `not-a-file`).

pub mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::record::file::{self, RecordFile};
use crate::record::id::Id;
use crate::record::near;
use crate::yaml::node::Limits;

/// So many files of one id are named to each other.
pub const NAMED: usize = 20;

/// The names of the records below the record folders, without what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The record files, sorted by path.
    pub records: Vec<File>,
    /// What is named like a record and is no file, sorted by path; never read.
    pub odd: Vec<TreeItem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path, relative to the ledger's root, with `/`.
    pub path: String,
    /// The paths of other files that stand for the same id, letter case ignored; sorted, [`NAMED`] at most.
    pub twins: Vec<String>,
}

/// All records of one tree, each with its places; for few records or one-off looks.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The records, sorted by path.
    pub entries: Vec<LedgerEntry>,
    /// What is wrong with what is no file.
    pub findings: Vec<Finding>,
}

/// One record of a [`Ledger`].
#[derive(Clone, Debug)]
pub struct LedgerEntry {
    pub path: String,
    /// The file's name without folder and suffix.
    pub stem: String,
    /// The stem as an id, when it has the form of one.
    pub id: Option<Id>,
    pub source: RecordFile,
    /// The paths of other files that stand for the same id.
    pub duplicate_of: Vec<String>,
}

/// Why a text names no single record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No id begins or ends with it; the ids that are like it but for a letter or two.
    Unknown(Vec<String>),
    /// Several do: their ids, or the paths of the files that share one.
    Ambiguous(Vec<String>),
}

impl Files {
    /// Returns the names of the records below folders; dot-folders and other suffixes are passed by.
    ///
    /// # Errors
    /// [`TreeError`] when a folder can't be read, or holds more than a ledger may.
    pub fn list(tree: &dyn Tree, folders: &[String]) -> Result<Files, TreeError> {
        let mut paths = BTreeSet::new();
        let mut odd = BTreeMap::new();
        for folder in folders {
            for item in tree.list(folder)? {
                match item.kind {
                    _ if !is_record(folder, &item.path) => {}
                    EntryKind::File => {
                        paths.insert(item.path);
                    }
                    kind => {
                        odd.insert(item.path, kind);
                    }
                }
            }
        }
        let item = |(path, kind)| TreeItem { path, kind };
        Ok(Files { records: with_twins(paths), odd: odd.into_iter().map(item).collect() })
    }

    /// Returns the record that a text names: an id, or a prefix or suffix of one alone, in any letter case.
    ///
    /// # Errors
    /// [`NotFound`] when none or several are named.
    pub fn find(&self, text: &str) -> Result<&File, NotFound> {
        named(&self.records, |file| &file.path, text)
    }

    /// Returns what one record file states; that other files stand for its id is among the findings.
    ///
    /// # Errors
    /// [`TreeError`] when the file can't be read, or is gone.
    pub fn read(&self, tree: &dyn Tree, file: &File) -> Result<RecordFile, TreeError> {
        Ok(file.source(&file.bytes(tree)?))
    }

    /// Returns the findings about what is named like a record and is no file.
    pub fn findings(&self) -> Vec<Finding> {
        self.odd.iter().map(not_a_file).collect()
    }
}

impl File {
    /// Returns the bytes of the file; of one that is longer than a record may be, blanks that are refused for it.
    ///
    /// # Errors
    /// [`TreeError`] when the file can't be read, or is gone.
    pub fn bytes(&self, tree: &dyn Tree) -> Result<Vec<u8>, TreeError> {
        let gone = || TreeError::Unreadable {
            path: self.path.clone(),
            cause: "the file is gone".to_owned(),
        };
        tree.bytes_within(&self.path, Limits::RECORD.bytes)?.ok_or_else(gone)
    }

    /// Returns what the file states with these bytes; that other files stand for its id is among the findings.
    pub fn source(&self, bytes: &[u8]) -> RecordFile {
        let mut source = file::read(&self.path, bytes);
        if !self.twins.is_empty() {
            source.refuse(duplicate(&source, &self.twins));
        }
        source
    }

    /// Returns the file's name without folder and suffix.
    pub fn stem(&self) -> &str {
        file::stem(&self.path)
    }

    /// Returns the stem as an id, when it has the form of one.
    pub fn id(&self) -> Option<Id> {
        Id::new(self.stem())
    }
}

impl Ledger {
    /// Reads all records below folders and keeps them.
    ///
    /// # Errors
    /// [`TreeError`] when a folder or a file can't be read.
    pub fn read(tree: &dyn Tree, folders: &[String]) -> Result<Ledger, TreeError> {
        let files = Files::list(tree, folders)?;
        let entry = |file: &File| {
            Ok(LedgerEntry {
                stem: file.stem().to_owned(),
                id: file.id(),
                source: files.read(tree, file)?,
                duplicate_of: file.twins.clone(),
                path: file.path.clone(),
            })
        };
        Ok(Ledger {
            entries: files.records.iter().map(entry).collect::<Result<_, TreeError>>()?,
            findings: files.findings(),
        })
    }

    /// Returns the record that a text names, as [`Files::find`] does.
    ///
    /// # Errors
    /// [`NotFound`] when none or several are named.
    pub fn find(&self, text: &str) -> Result<&LedgerEntry, NotFound> {
        named(&self.entries, |entry| &entry.path, text)
    }
}

/// Says whether a path is named like a record of one of the record folders.
pub fn is_record_of(folders: &[String], path: &str) -> bool {
    let mut folders = folders.iter().map(|folder| folder.trim_end_matches('/'));
    folders.any(|folder| {
        let below = path.strip_prefix(folder);
        below.is_some_and(|rest| rest.starts_with('/')) && is_record(folder, path)
    })
}

/// Says whether a path below a record folder is named like a record, and in no dot-folder.
fn is_record(folder: &str, path: &str) -> bool {
    let below = path.strip_prefix(folder.trim_end_matches('/'));
    let mut parts = below.unwrap_or(path).trim_start_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    (name.ends_with(".yaml") || name.ends_with(".yml")) && !parts.any(|part| part.starts_with('.'))
}

/// Returns the files of sorted paths, each with the others that stand for its id.
fn with_twins(paths: BTreeSet<String>) -> Vec<File> {
    let mut by_id: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for path in &paths {
        let id = file::stem(path).to_uppercase();
        if Id::new(&id).is_some() {
            by_id.entry(id).or_default().push(path);
        }
    }
    let twins = |path: &String| {
        let same = by_id.get(&file::stem(path).to_uppercase());
        let others = same.into_iter().flatten().filter(|other| **other != path);
        others.take(NAMED).map(|other| (*other).clone()).collect()
    };
    let twins: Vec<Vec<String>> = paths.iter().map(twins).collect();
    let files = paths.into_iter().zip(twins);
    files.map(|(path, twins)| File { path, twins }).collect()
}

/// The most ids that are proposed in place of one that is not there.
const PROPOSED: usize = 3;

/// Returns the one thing whose file stem a text names: whole, by a beginning or end that no other has, or by its path.
///
/// # Errors
/// [`NotFound`] when none or several are named.
pub fn named<'t, T>(
    things: &'t [T],
    path: impl Fn(&T) -> &String,
    text: &str,
) -> Result<&'t T, NotFound> {
    let given = text.trim().trim_start_matches("./");
    if let Some(same) = things.iter().find(|it| path(it) == given) {
        return Ok(same);
    }
    let wanted = id_of(given).to_uppercase();
    if wanted.is_empty() {
        return Err(NotFound::Unknown(Vec::new()));
    }
    let stem = |thing: &T| file::stem(path(thing)).to_uppercase();
    let exact: Vec<&T> = things.iter().filter(|it| stem(it) == wanted).collect();
    let near = || {
        let is_near = |it: &&T| stem(it).starts_with(&wanted) || stem(it).ends_with(&wanted);
        things.iter().filter(is_near).collect()
    };
    let found: Vec<&T> = if exact.is_empty() { near() } else { exact };
    match found[..] {
        [] => Err(NotFound::Unknown(like(&wanted, things.iter().map(|it| file::stem(path(it)))))),
        [only] => Ok(only),
        _ => {
            let stems: BTreeSet<String> = found.iter().map(|it| stem(it)).collect();
            let names: BTreeSet<String> = match stems.len() {
                1 => found.iter().map(|it| path(it).clone()).collect(),
                _ => stems,
            };
            Err(NotFound::Ambiguous(names.into_iter().collect()))
        }
    }
}

/// Returns the id that a text states: of the path of a file its stem, as a shell completes it.
pub fn id_of(text: &str) -> &str {
    let text = text.trim();
    let is_path = text.contains(['/', '\\']) || text.ends_with(".yaml") || text.ends_with(".yml");
    if is_path { file::stem(text.rsplit('\\').next().unwrap_or(text)) } else { text }
}

/// Returns the ids that a text may mean, whole or by their last part.
fn like<'i>(wanted: &str, ids: impl Iterator<Item = &'i str>) -> Vec<String> {
    let ids: Vec<&str> = ids.collect();
    let whole = near::all(wanted, ids.iter().copied(), PROPOSED);
    let last = |id: &&str| id.rsplit('-').next().unwrap_or_default().to_owned();
    let ends: Vec<String> = ids.iter().map(last).collect();
    let ends = near::all(wanted, ends.iter().map(String::as_str), PROPOSED);
    let by_end = ids.iter().filter(|id| ends.contains(&last(id).as_str()));
    let mut like: Vec<String> = whole.into_iter().map(str::to_owned).collect();
    for id in by_end {
        if !like.iter().any(|known| known == id) && like.len() < PROPOSED {
            like.push((*id).to_owned());
        }
    }
    like
}

fn duplicate(source: &RecordFile, twins: &[String]) -> Finding {
    source.finding(
        Code::DuplicateId,
        Level::Error,
        "id",
        format!("{} and {} have the same id", source.path, twins.join(" and ")),
        "remove one of the files, or give it its own id",
    )
}

fn not_a_file(item: &TreeItem) -> Finding {
    let what = match item.kind {
        EntryKind::File => "a file",
        EntryKind::Folder => "a folder",
        EntryKind::Link => "a symbolic link",
        EntryKind::Submodule => "a submodule",
        EntryKind::Other => "a fifo, socket or device",
    };
    Finding {
        rule: Code::NotAFile,
        level: Level::Error,
        path: item.path.clone(),
        pos: None,
        field: None,
        id: Id::new(file::stem(&item.path)).map(|id| id.to_string()),
        message: format!("{what} is named like a record, and is ignored"),
        help: "put a regular file there, or give it another name".to_owned(),
    }
}
