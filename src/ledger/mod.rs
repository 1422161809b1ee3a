//! The records of one tree: ids, lookup, duplicates.
//!
//! Pure. Start at [`Files`], which knows only the names and reads one file at a time, and [`Ledger`], which keeps all
//! records. `tree::Tree` hides whether the tree is a folder, a commit or a test. Follows `docs/spec/record.md` and
//! `docs/spec/rules.md` (`duplicate-id`, `not-a-file`).

pub mod stray;
pub mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::diag::{Finding, Level};
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::record::file::{self, RecordFile};
use crate::record::id::Id;
use crate::record::near;
use crate::yaml::node::Limits;

/// The maximum number of other files with the same id that are listed.
pub const NAMED: usize = 20;

/// The names of the records below the record folders, without their content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The record files, sorted by path.
    pub records: Vec<File>,
    /// Entries that are named like a record but are not files, sorted by path; never read.
    pub odd: Vec<TreeItem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path, relative to the ledger's root, with `/`.
    pub path: String,
    /// The paths of other files for the same id, ignoring case; sorted, at most [`NAMED`].
    pub twins: Vec<String>,
}

/// All records of one tree with their source positions; for a few records or one-off use.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The records, sorted by path.
    pub entries: Vec<LedgerEntry>,
    /// The findings about entries that are not files.
    pub findings: Vec<Finding>,
}

/// One record of a [`Ledger`].
#[derive(Clone, Debug)]
pub struct LedgerEntry {
    pub path: String,
    /// The file name without folder and suffix.
    pub stem: String,
    /// The stem as an id, if it has the form of one.
    pub id: Option<Id>,
    pub source: RecordFile,
    /// The paths of other files for the same id.
    pub duplicate_of: Vec<String>,
}

/// Why a text does not identify exactly one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No id begins or ends with it; the similar ids.
    Unknown(Vec<String>),
    /// Several match: their ids, or the paths of the files that share one.
    Ambiguous(Vec<String>),
}

impl Files {
    /// Returns the names of the records below folders; dot-folders and other suffixes are skipped.
    ///
    /// # Errors
    /// [`TreeError`] if a folder can't be read, or has more entries than allowed.
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

    /// Returns the record that a text identifies: its id, or an unambiguous prefix or suffix, ignoring case.
    ///
    /// # Errors
    /// [`NotFound`] if it is not exactly one.
    pub fn find(&self, text: &str) -> Result<&File, NotFound> {
        named(&self.records, |file| &file.path, text)
    }

    /// Reads one record file; duplicates of its id are among the findings.
    ///
    /// # Errors
    /// [`TreeError`] if the file can't be read, or no longer exists.
    pub fn read(&self, tree: &dyn Tree, file: &File) -> Result<RecordFile, TreeError> {
        Ok(file.source(&file.bytes(tree)?))
    }

    /// Returns the findings about entries that are named like a record but are not files.
    pub fn findings(&self) -> Vec<Finding> {
        self.odd.iter().map(not_a_file).collect()
    }
}

impl File {
    /// Returns the bytes of the file; for one that is longer than a record may be, blanks that
    /// are rejected the same way.
    ///
    /// # Errors
    /// [`TreeError`] if the file can't be read, or no longer exists.
    pub fn bytes(&self, tree: &dyn Tree) -> Result<Vec<u8>, TreeError> {
        let gone = || TreeError::Unreadable {
            path: self.path.clone(),
            cause: "the file is gone".to_owned(),
        };
        tree.bytes_within(&self.path, Limits::RECORD.bytes)?.ok_or_else(gone)
    }

    /// Parses these bytes as the file; duplicates of its id are among the findings.
    pub fn source(&self, bytes: &[u8]) -> RecordFile {
        let mut source = file::read(&self.path, bytes);
        if let Some(duplicate) = self.duplicate(&source) {
            source.refuse(duplicate);
        }
        source
    }

    /// Returns the finding about other files with the same id; `None` without any.
    pub fn duplicate(&self, source: &RecordFile) -> Option<Finding> {
        (!self.twins.is_empty()).then(|| duplicate(source, &self.twins))
    }

    /// Returns the file name without folder and suffix.
    pub fn stem(&self) -> &str {
        file::stem(&self.path)
    }

    /// Returns the stem as an id, if it has the form of one.
    pub fn id(&self) -> Option<Id> {
        Id::new(self.stem())
    }
}

impl Ledger {
    /// Reads all records below folders and keeps them.
    ///
    /// # Errors
    /// [`TreeError`] if a folder or a file can't be read.
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

    /// Returns the record that a text identifies, as [`Files::find`] does.
    ///
    /// # Errors
    /// [`NotFound`] if it is not exactly one.
    pub fn find(&self, text: &str) -> Result<&LedgerEntry, NotFound> {
        named(&self.entries, |entry| &entry.path, text)
    }
}

/// Tells whether a path is named like a record in one of the record folders.
pub fn is_record_of(folders: &[String], path: &str) -> bool {
    let mut folders = folders.iter().map(|folder| folder.trim_end_matches('/'));
    folders.any(|folder| {
        let below = path.strip_prefix(folder);
        below.is_some_and(|rest| rest.starts_with('/')) && is_record(folder, path)
    })
}

/// Tells whether a path below a record folder is named like a record, and not in a dot-folder.
pub fn is_record(folder: &str, path: &str) -> bool {
    let below = path.strip_prefix(folder.trim_end_matches('/'));
    let mut parts = below.unwrap_or(path).trim_start_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    (name.ends_with(".yaml") || name.ends_with(".yml")) && !parts.any(|part| part.starts_with('.'))
}

/// Returns the files at sorted paths, each with the others for its id.
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

const PROPOSED: usize = 3;

/// Returns the one item that a text identifies by its file stem, an unambiguous prefix or suffix of it, or its path.
///
/// # Errors
/// [`NotFound`] if it is not exactly one.
pub fn named<'t, T>(
    things: &'t [T],
    path: impl Fn(&T) -> &String,
    text: &str,
) -> Result<&'t T, NotFound> {
    let given = text.trim().trim_start_matches("./");
    if let Some(same) = things.iter().find(|thing| path(thing) == given) {
        return Ok(same);
    }
    let wanted = id_of(given).to_uppercase();
    if wanted.is_empty() {
        return Err(NotFound::Unknown(Vec::new()));
    }
    let stem = |thing: &T| file::stem(path(thing)).to_uppercase();
    let exact: Vec<&T> = things.iter().filter(|thing| stem(thing) == wanted).collect();
    let partial = || things.iter().filter(|thing| is_part(&wanted, &stem(thing))).collect();
    let found: Vec<&T> = if exact.is_empty() { partial() } else { exact };
    match found[..] {
        [] => Err(NotFound::Unknown(like(&wanted, things.iter().map(|it| file::stem(path(it)))))),
        [only] => Ok(only),
        _ => {
            let stems: BTreeSet<String> = found.iter().map(|thing| stem(thing)).collect();
            let names: BTreeSet<String> = match stems.len() {
                1 => found.iter().map(|thing| path(thing).clone()).collect(),
                _ => stems,
            };
            Err(NotFound::Ambiguous(names.into_iter().collect()))
        }
    }
}

/// Tells whether a text may name a file: by its id, or by a prefix or suffix of it.
pub fn may_name(text: &str, path: &str) -> bool {
    let wanted = id_of(text.trim().trim_start_matches("./")).to_uppercase();
    is_part(&wanted, &file::stem(path).to_uppercase())
}

fn is_part(wanted: &str, stem: &str) -> bool {
    !wanted.is_empty() && (stem.starts_with(wanted) || stem.ends_with(wanted))
}

/// Returns the id in a text: if it is the path of a file, as completed by a shell, its stem.
pub fn id_of(text: &str) -> &str {
    let text = text.trim();
    let is_path = text.contains(['/', '\\']) || text.ends_with(".yaml") || text.ends_with(".yml");
    if is_path { file::stem(text.rsplit('\\').next().unwrap_or(text)) } else { text }
}

/// Returns the ids similar to a text, as a whole or by their last part.
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
    let mut paths: Vec<String> = twins.iter().chain([&source.path]).cloned().collect();
    paths.sort();
    let kept = paths.first().cloned().unwrap_or_default();
    source.finding(
        Code::DuplicateId,
        Level::Error,
        "id",
        format!("{} and {} have the same id", source.path, twins.join(" and ")),
        keep_one(&kept, &paths),
    )
}

/// Returns how one of several files with an id stays. The finding about each names the same one, so that following all of
/// them leaves it.
pub fn keep_one(kept: &str, paths: &[String]) -> Remedy {
    let others = paths.iter().filter(|path| *path != kept).map(|path| quoted(path).to_string());
    let others: Vec<String> = others.collect();
    Remedy::run([format!("rm -f -- {}", others.join(" "))]).after(format!(
        "compare them, and give a record that is another one its own id; to keep {kept} alone"
    ))
}

fn not_a_file(item: &TreeItem) -> Finding {
    let what = item.kind.describe();
    Finding {
        rule: Code::NotAFile,
        level: Level::Error,
        path: item.path.clone(),
        pos: None,
        field: None,
        id: Id::new(file::stem(&item.path)).map(|id| id.to_string()),
        message: format!("{what} is named like a record, and is ignored"),
        remedy: Remedy::run([format!(
            "mv -- {} {}",
            quoted(&item.path),
            quoted(&format!("{}.old", item.path))
        )])
        .after("put a regular file there, or give it another name"),
    }
}
