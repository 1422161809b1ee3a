//! The versions of a record, or of a governance file: one for each landing that changed it.
//!
//! Uses record, history's objects and commit. Pure. Start at [`Trail`]. Follows `docs/spec/approval.md`, 1.3 and 1.4.

use crate::diag::Finding;
use crate::history::commit::Commit;
use crate::history::objects::{Extent, Obstacle, Oid};
use crate::history::thrown_off::ThrownOff;
use crate::record::Record;
use crate::record::file;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

/// What a trail is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrailKey {
    /// The id of a record, in upper case.
    Id(String),
    /// The path of a file whose id can't be read, or of a governance file.
    Path(String),
    /// The path of what is no record, in the place of one: a link, or a file of a mode that git no longer writes.
    Other(String),
}

impl TrailKey {
    /// Returns the id or the path.
    pub fn as_str(&self) -> &str {
        match self {
            TrailKey::Id(text) | TrailKey::Path(text) | TrailKey::Other(text) => text,
        }
    }
}

impl fmt::Display for TrailKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// All versions of one record, oldest first; never empty.
#[derive(Clone, Debug)]
pub struct Trail {
    /// What it is known by.
    pub key: TrailKey,
    /// The versions, in landing order.
    pub versions: Vec<Version>,
    /// The record that a file turned out to be, when it could be read again; such a trail of a path is over.
    pub became: Option<TrailKey>,
    /// What merges threw off the first-parent line of the approved branch (M5).
    pub thrown_off: Vec<ThrownOff>,
}

impl Trail {
    /// Returns the version at the tip.
    pub fn last(&self) -> Option<&Version> {
        self.versions.last()
    }
}

/// One landed content of a record.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number in the trail, from 1.
    pub n: usize,
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    pub commit: Rc<Commit>,
    pub change: VersionChange,
    /// The files that held the record before, sorted by path; empty where there was none.
    pub before: Vec<FileAt>,
    /// The files that hold the record, sorted by path: one, but for conflicted and removed ones.
    pub files: Vec<FileAt>,
    /// The trails whose files it took over, by place or by bytes: who made those files made this one, too (A5).
    pub origins: Box<[TrailKey]>,
    pub record: VersionBody,
    /// The digest of the bytes; `None` but for a single file whose bytes are here.
    pub digest: Option<Digest>,
    /// Commits of merged branches that touched the record (A2), in the order of their ids.
    pub touched: Vec<Rc<Commit>>,
    /// Commits of merged branches that landed these very bytes on their own first-parent line (E1), in the order of
    /// their ids.
    pub nested: Vec<Rc<Commit>>,
    /// Signed tags that name a commit of the merged branch that holds these very bytes (E2).
    pub tags: Vec<MergedTag>,
    /// Whether the merge itself made content (A3).
    pub made_in_merge: MadeInMerge,
    /// What is missing to name the authors of this version (A6).
    pub truncated: Option<Obstacle>,
}

/// A tag that was merged.
#[derive(Clone, Debug)]
pub struct MergedTag {
    /// The merge whose header holds it.
    pub carrier: Rc<Commit>,
    /// The commit that it names.
    pub commit: Oid,
    /// Its text, signature included.
    pub raw: Rc<[u8]>,
}

/// How a landing changed a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionChange {
    /// It was not there before, and never had been.
    Introduced,
    /// Other bytes at the same path.
    Amended,
    /// The same bytes at another path.
    Moved,
    /// Other bytes at another path.
    AmendedMoved,
    Removed,
    /// It was not there before, and had been removed earlier.
    Readded,
    /// It stands in the oldest commit that this clone holds; when and how it was merged is not known (M7).
    Inherited,
}

impl VersionChange {
    /// Tells whether a series of versions begins with it.
    pub fn begins(self) -> bool {
        matches!(
            self,
            VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
        )
    }
}

/// One file of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileAt {
    /// The path from the ledger's root.
    pub path: Rc<str>,
    /// The id of its bytes.
    pub blob: Oid,
}

/// Returns the file at a path as a list, empty where there is none.
pub fn file_at(path: &Rc<str>, blob: Option<Oid>) -> Vec<FileAt> {
    let file = blob.map(|blob| FileAt { path: Rc::clone(path), blob });
    file.into_iter().collect()
}

/// The SHA-256 of a file's bytes, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// What the files of a version say, read when it is first asked for: most of what ever landed is closed long since.
#[derive(Clone, Debug)]
pub struct VersionBody(Rc<Reading>);

#[derive(Debug)]
struct Reading {
    content: OnceCell<Content>,
    unread: RefCell<Unread>,
}

/// A file that was not read yet.
#[derive(Debug)]
enum Unread {
    /// It was read, or there is none.
    Nothing,
    /// Its path and its bytes.
    Here(Rc<str>, Vec<u8>),
    /// Its path, and the id of its bytes, which are fetched again where they are wanted.
    Aside(Rc<str>, Oid),
}

impl VersionBody {
    /// Returns the body that says what is known already.
    pub fn known(content: Content) -> VersionBody {
        VersionBody(Rc::new(Reading {
            content: OnceCell::from(content),
            unread: RefCell::new(Unread::Nothing),
        }))
    }

    /// Returns the body of a record's file.
    pub fn unread(path: &str, bytes: Vec<u8>) -> VersionBody {
        VersionBody::later(Unread::Here(path.into(), bytes))
    }

    /// Returns the body of a record's file whose bytes are forgotten until [`VersionBody::fetch`].
    pub fn aside(path: &str, blob: Oid) -> VersionBody {
        VersionBody::later(Unread::Aside(path.into(), blob))
    }

    fn later(unread: Unread) -> VersionBody {
        VersionBody(Rc::new(Reading { content: OnceCell::new(), unread: RefCell::new(unread) }))
    }

    /// Tells whether the bytes are forgotten.
    pub fn is_aside(&self) -> bool {
        matches!(*self.0.unread.borrow(), Unread::Aside(..))
    }

    /// Takes bytes again that are forgotten.
    pub fn fetch(&self, bytes: impl FnOnce(Oid) -> Result<Vec<u8>, Obstacle>) {
        let fetched = match &*self.0.unread.borrow() {
            Unread::Aside(path, blob) => (Rc::clone(path), bytes(*blob)),
            _ => return,
        };
        match fetched {
            (path, Ok(bytes)) => {
                self.0.unread.replace(Unread::Here(path, bytes));
            }
            (_, Err(obstacle)) => {
                self.0.content.get_or_init(|| Content::Missing(obstacle));
            }
        }
    }

    /// Returns what the files say; bytes that are forgotten are missing.
    pub fn content(&self) -> &Content {
        let read = || match self.0.unread.replace(Unread::Nothing) {
            Unread::Here(path, bytes) => Content::from_file(file::read(&path, &bytes)),
            Unread::Aside(_, blob) => {
                Content::Missing(Obstacle::Missing { object: blob, extent: Extent::Full })
            }
            Unread::Nothing => Content::Gone,
        };
        self.0.content.get_or_init(read)
    }

    /// Returns the record, where there is one that can be read.
    pub fn record(&self) -> Option<&Rc<Record>> {
        self.content().record()
    }

    /// Reads the file, and returns the places in it, without its record; `None` where it was read before.
    pub fn places(&self) -> Option<file::RecordFile> {
        let mut source = match &*self.0.unread.borrow() {
            Unread::Here(path, bytes) => file::read(path, bytes),
            _ => return None,
        };
        self.0.unread.replace(Unread::Nothing);
        let record = source.record.take();
        let content = match record {
            Some(record) => Content::Record(Rc::new(record)),
            None => Content::Unreadable(source.findings.clone().into()),
        };
        self.0.content.get_or_init(|| content);
        Some(source)
    }
}

/// What the files of a version say.
#[derive(Clone, Debug)]
pub enum Content {
    /// A record without shape findings.
    Record(Rc<Record>),
    /// A file that grants nothing, and why.
    Unreadable(Rc<[Finding]>),
    /// Two files or more with one id, by path.
    Conflicted(OneId),
    /// Nothing: the record is removed.
    Gone,
    /// Bytes that are not here.
    Missing(Obstacle),
    /// A governance file, whose bytes are not read here.
    File,
}

/// The most files of one id that are named.
const MOST_OF_ONE_ID: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneId {
    /// The paths of the first of them, sorted.
    pub first: Vec<String>,
    pub n: usize,
}

impl Content {
    /// Returns what was read of a record's file.
    pub fn from_file(source: file::RecordFile) -> Content {
        match source.record {
            Some(record) => Content::Record(Rc::new(record)),
            None => Content::Unreadable(source.findings.into()),
        }
    }

    /// Returns what several files of one id say: nothing.
    pub fn conflicted(files: &[FileAt]) -> Content {
        let first = files.iter().take(MOST_OF_ONE_ID);
        Content::Conflicted(OneId {
            first: first.map(|file| file.path.to_string()).collect(),
            n: files.len(),
        })
    }

    /// Returns the record, where there is one that can be read.
    pub fn record(&self) -> Option<&Rc<Record>> {
        match self {
            Content::Record(record) => Some(record),
            _ => None,
        }
    }
}

/// Whether a merge holds content of a record that none of its parents had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeInMerge {
    /// It does not: no merge, or the bytes of one of its parents.
    No,
    /// The bytes are what git's own merge of the parents gives; nobody is added to the authors.
    AutoMerged,
    /// Whoever made the merge made the content, or brought back what no commit of the branch made.
    Made,
    /// Objects that are needed to tell are not here.
    Unknown(Obstacle),
}
