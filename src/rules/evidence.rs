//! The files that a record's evidence names, as found in a tree.
//!
//! Pure. Start at [`of`]. Only this module follows links, because evidence may lie where a tool keeps it; it must stay
//! inside the repository. Follows `docs/spec/record.md`, values.

use crate::record::vocabulary::words;
use sha2::{Digest, Sha256};

use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::record::file::RecordFile;
use crate::record::{Record, decision, places};

/// A file that evidence names, as found in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The path of the evidence in the record: `closure.evidence[0]`.
    pub field: String,
    /// The entry at its path.
    pub found: Found,
}

/// The entry at the path of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file with this SHA-256, in lower-case hexadecimal.
    File(String),
    /// No file or folder of that path.
    Nothing,
    /// A folder or other entry that is not a file.
    NoFile,
    /// The path leaves the repository, by its text or by a link.
    Outside,
}

words! {
    /// Whether a file is the one whose digest a record states.
    pub enum FileState {
        Unchanged,
        /// Its SHA-256 is another one.
        Changed,
        /// There is no such file in the repository.
        Missing,
    }
}

/// A piece of evidence that a record cites.
#[derive(Clone, Debug)]
pub struct CitedEvidence<'a> {
    /// Its path in the record: `closure.evidence[0]`.
    pub field: String,
    pub stated: &'a decision::Evidence,
    /// The state of its file; `None` for a URL or a commit, and if it could not be determined.
    pub state: Option<FileState>,
}

/// Returns the evidence of a record's controls, notes and closure, in the order of the format; without a tree, the
/// states of its files are undetermined.
pub fn cited<'a>(record: &'a Record, tree: Option<&dyn Tree>) -> Vec<CitedEvidence<'a>> {
    let controls = record.compensating_controls.iter().map(|control| control.evidence.as_slice());
    let notes = record.handling.iter().map(|note| note.evidence.as_slice());
    let closure = record.closure.iter().map(|closure| closure.evidence.as_slice());
    let lists =
        (controls.enumerate().map(|(n, list)| (format!("compensating_controls[{n}]"), list)))
            .chain(notes.enumerate().map(|(n, list)| (format!("handling[{n}]"), list)))
            .chain(closure.map(|list| ("closure".to_owned(), list)));
    let cited = lists.flat_map(|(holder, list)| {
        list.iter().enumerate().map(move |(n, stated)| CitedEvidence {
            field: format!("{holder}.evidence[{n}]"),
            stated,
            state: tree.and_then(|tree| file_state(stated, tree)),
        })
    });
    cited.collect()
}

fn file_state(stated: &decision::Evidence, tree: &dyn Tree) -> Option<FileState> {
    match look_up(stated.path.as_ref()?, tree).ok()? {
        Found::File(digest) => {
            let is_same = |stated: &String| stated.eq_ignore_ascii_case(&digest);
            let is_same = stated.sha256.as_ref().is_some_and(is_same);
            Some(if is_same { FileState::Unchanged } else { FileState::Changed })
        }
        Found::Nothing | Found::NoFile | Found::Outside => Some(FileState::Missing),
    }
}

/// The maximum number of links followed to one file, as in operating systems; more are taken as a cycle.
const MOST_LINKS: usize = 40;

/// Looks up the files that a record's evidence names, in the order of the format.
///
/// # Errors
/// [`TreeError`] if one can't be read.
pub fn of(source: &RecordFile, tree: &dyn Tree) -> Result<Vec<Evidence>, TreeError> {
    let look_up =
        |(field, path): (String, &str)| Ok(Evidence { field, found: look_up(path, tree)? });
    named(source).into_iter().map(look_up).collect()
}

/// Returns the paths of those files that are in the tree, behind all links.
///
/// # Errors
/// [`TreeError`] if the way to one can't be read.
pub fn files(source: &RecordFile, tree: &dyn Tree) -> Result<Vec<String>, TreeError> {
    let found = named(source).into_iter().map(|(_, path)| file_of(path, tree));
    found.filter_map(Result::transpose).collect()
}

// Returns the paths that evidence names, each with the field of the evidence.
fn named(source: &RecordFile) -> Vec<(String, &str)> {
    let mut fields = Vec::new();
    if let Some(root) = &source.root {
        places::evidence(root, &mut |place, item| {
            if item.get("path").is_some() {
                fields.push(place.path());
            }
        });
    }
    let named = fields.into_iter().map(|field| (source.text(&format!("{field}.path")), field));
    named.filter_map(|(path, field)| Some((field, path?))).collect()
}

/// Returns what stands at the path of evidence, links followed.
///
/// # Errors
/// [`TreeError`] if it can't be read.
pub fn look_up(path: &str, tree: &dyn Tree) -> Result<Found, TreeError> {
    match place_of(path, tree)? {
        FoundPlace::File(place) => hashed(&place, tree),
        FoundPlace::Nothing => Ok(Found::Nothing),
        FoundPlace::NoFile => Ok(Found::NoFile),
        FoundPlace::Outside => Ok(Found::Outside),
    }
}

/// Returns the path of the file that evidence names, behind all links; `None` if there is no such file in the tree.
///
/// # Errors
/// [`TreeError`] if the way to it can't be read.
pub fn file_of(path: &str, tree: &dyn Tree) -> Result<Option<String>, TreeError> {
    match place_of(path, tree)? {
        FoundPlace::File(place) => Ok(Some(place)),
        _ => Ok(None),
    }
}

enum FoundPlace {
    /// A file, by its own path.
    File(String),
    Nothing,
    NoFile,
    Outside,
}

fn place_of(path: &str, tree: &dyn Tree) -> Result<FoundPlace, TreeError> {
    if is_absolute(path) {
        return Ok(FoundPlace::Outside);
    }
    // A tree returns `File` only if no link is on the path.
    if !path.contains("..") && tree.kind(path)? == Some(EntryKind::File) {
        return Ok(FoundPlace::File(path.to_owned()));
    }
    let mut at = Way::default();
    let mut rest = steps(path);
    let mut n_links = 0;
    while let Some(step) = rest.pop() {
        at.take(&step);
        let place = at.place();
        if tree.kind(&place)? != Some(EntryKind::Link) {
            continue;
        }
        n_links += 1;
        let Some(target) = tree.target(&place)?.filter(|_| n_links <= MOST_LINKS) else {
            return Ok(FoundPlace::Nothing);
        };
        if is_absolute(&target) {
            return Ok(FoundPlace::Outside);
        }
        at.take("..");
        rest.extend(steps(&target));
    }
    let place = at.place();
    match tree.kind(&place)? {
        Some(EntryKind::File) => Ok(FoundPlace::File(place)),
        Some(_) => Ok(FoundPlace::NoFile),
        None if at.leads_up() => Ok(FoundPlace::Outside),
        None => Ok(FoundPlace::Nothing),
    }
}

fn hashed(path: &str, tree: &dyn Tree) -> Result<Found, TreeError> {
    let Some(bytes) = tree.stored(path)? else {
        return Ok(Found::Nothing);
    };
    let digest = Sha256::digest(&bytes);
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    Ok(Found::File(digits.collect()))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.get(1..2) == Some(":")
}

/// Returns the components of a path, the last one first.
fn steps(path: &str) -> Vec<String> {
    path.split('/').rev().map(str::to_owned).collect()
}

/// The normalized path from the ledger's folder; it may lead up to the top of the repository.
#[derive(Default)]
struct Way(Vec<String>);

impl Way {
    fn take(&mut self, step: &str) {
        match step {
            "" | "." => {}
            ".." if self.0.last().is_some_and(|last| last != "..") => {
                self.0.pop();
            }
            step => self.0.push(step.to_owned()),
        }
    }

    fn place(&self) -> String {
        self.0.join("/")
    }

    fn leads_up(&self) -> bool {
        self.0.first().is_some_and(|first| first == "..")
    }
}
