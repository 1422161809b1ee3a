//! The versions of a record or governance file: one for each landing that changed it.
//!
//! Pure. Start at [`Trail`]. Follows `docs/spec/approval.md`, 1.3 and 1.4.

use crate::diag::Finding;
use crate::history::commit::Commit;
use crate::history::digest::Digest;
use crate::history::objects::{Extent, Obstacle, Oid};
use crate::history::off_line::{Rerouted, TakenAway};
use crate::history::outline::Outline;
use crate::record::Record;
use crate::record::decision::Firing;
use crate::record::file::{self, RecordFile, UnreadEnd};
use crate::record::time::{Instant, not_after};
use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrailKey {
    /// The id of a record, in upper case.
    Id(String),
    /// The path of a file with an unreadable id, or of a governance file.
    Path(String),
    /// The path of something else in place of a record: a link, or a file with a mode that git no longer writes.
    Other(String),
}

impl TrailKey {
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
    pub key: TrailKey,
    pub versions: Vec<Version>,
    /// The record that an unreadable file turned out to be; such a trail of a path has ended.
    pub became: Option<TrailKey>,
}

impl Trail {
    pub fn new(key: TrailKey) -> Trail {
        Trail { key, versions: Vec::new(), became: None }
    }

    /// Drops what was parsed of its versions, which can be read again.
    pub fn forget(&mut self) {
        self.versions.iter_mut().for_each(|version| version.record.forget());
    }

    pub fn was_never_readable(&self) -> bool {
        self.versions.iter().all(|version| {
            let is_faulty =
                || matches!(version.record.content(), Content::Unreadable(..) | Content::Gone);
            !version.record.is_unread() && is_faulty()
        })
    }

    /// Returns the place of the version with which a record was closed, as of one of its closed versions.
    pub fn closing(&self, index: usize) -> Option<usize> {
        let record =
            |at: &usize| self.versions.get(*at).and_then(|version| version.record.record());
        let is_closed = |at: &usize| record(at).is_some_and(|record| record.closure.is_some());
        // What can't be read in between reopens nothing.
        let goes_on = |at: &usize| record(at).is_none() || is_closed(at);
        (0..=index).rev().take_while(goes_on).filter(is_closed).last()
    }

    /// Returns the place of the version that one at a place follows: what commits off the line took away only if it counts.
    pub fn find_followed(&self, place: usize, counts: Option<usize>) -> Option<usize> {
        let mut before = self.versions.iter().enumerate().take(place).rev();
        let followed =
            before.find(|(at, version)| version.taken_away().is_none() || Some(*at) == counts);
        followed.map(|(at, _)| at)
    }

    /// Returns the version at the tip.
    pub fn last(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// Returns the versions, latest first, without the one that the last only closes, if that can be read: both say the same.
    pub fn telling(&self) -> impl Iterator<Item = &Version> {
        let mut versions = self.versions.iter().rev().peekable();
        let last = versions.next();
        let is_told = last.zip(versions.peek()).is_some_and(|(last, before)| {
            last.record.closes(&before.record) && last.record.record().is_some()
        });
        last.into_iter().chain(versions.skip(usize::from(is_told)))
    }
}

/// One landed version of a record.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number in the trail, from 1.
    pub n: usize,
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    pub commit: Rc<Commit>,
    pub change: VersionChange,
    /// The previous files of the record, sorted by path; empty if there were none.
    pub before: Vec<FileAt>,
    /// The files of the record, sorted by path: exactly one, unless it is conflicted or removed.
    pub files: Vec<FileAt>,
    /// The trails whose files it took over, by path or by bytes: the authors of those files are
    /// authors of this one (A5).
    pub origins: Box<[TrailKey]>,
    pub record: VersionBody,
    /// The digest of the bytes; only for a single file whose bytes are present.
    pub digest: Option<Digest>,
    /// Commits of merged branches that touched the record (A2), in the order of their ids.
    pub touched: Vec<Rc<Commit>>,
    /// Commits of merged branches that landed exactly these bytes on their own first-parent line (E1), in
    /// the order of their ids.
    pub nested: Vec<Rc<Commit>>,
    /// Signed tags of a commit in the merged branch that contains exactly these bytes (E2).
    pub tags: Vec<MergedTag>,
    /// Whether the merge itself made content (A3).
    pub made_in_merge: MadeInMerge,
    /// What is missing to determine the authors of this version (A6).
    pub truncated: Option<Obstacle>,
    /// Why it stands on the trail although no landing made it (M5).
    pub rerouted: Option<Box<Rerouted>>,
}

impl Version {
    /// Returns a first version that has no files before it, and of whose authors only the commit's is known.
    pub fn new(
        (landing, commit): (usize, &Rc<Commit>),
        change: VersionChange,
        files: Vec<FileAt>,
        record: VersionBody,
    ) -> Version {
        Version {
            n: 1,
            landing,
            commit: Rc::clone(commit),
            change,
            before: Vec::new(),
            files,
            origins: Box::default(),
            record,
            digest: None,
            touched: Vec::new(),
            nested: Vec::new(),
            tags: Vec::new(),
            made_in_merge: MadeInMerge::No,
            truncated: None,
            rerouted: None,
        }
    }

    /// Returns what a commit off the line took away, if the version is that.
    pub fn taken_away(&self) -> Option<&TakenAway> {
        match self.rerouted.as_deref()? {
            Rerouted::TakenAway(taken) => Some(taken),
            Rerouted::BroughtBack => None,
        }
    }

    /// Tells whether it is the file that stays after the record lost the one that was its only file before (V3).
    pub fn is_left_over(&self) -> bool {
        self.change == VersionChange::Readded && !self.before.is_empty()
    }

    /// Tells whether it is what the line holds in spite of a change that it lost.
    pub fn is_brought_back(&self) -> bool {
        self.rerouted.as_deref() == Some(&Rerouted::BroughtBack)
    }
}

#[derive(Clone, Debug)]
pub struct MergedTag {
    /// The merge whose header contains it.
    pub carrier: Rc<Commit>,
    /// The commit that it names.
    pub commit: Oid,
    /// Its text, signature included.
    pub raw: Rc<[u8]>,
}

/// How a landing changed a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionChange {
    /// The record is new, and never existed before.
    Introduced,
    /// Other bytes at the same path.
    Amended,
    /// The same bytes at another path.
    Moved,
    /// Other bytes at another path.
    AmendedMoved,
    Removed,
    /// The record is there again after an earlier removal.
    Readded,
    /// It is in the oldest commit of this clone; when and how it was merged is unknown (M7).
    Inherited,
}

impl VersionChange {
    /// Tells whether it begins a new series of versions.
    pub fn begins(self) -> bool {
        matches!(
            self,
            VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileAt {
    /// The path from the ledger's root.
    pub path: Rc<str>,
    /// The id of its bytes.
    pub blob: Oid,
}

/// Returns the file at a path as a list, empty without one.
pub fn file_at(path: &Rc<str>, blob: Option<Oid>) -> Vec<FileAt> {
    let file = blob.map(|blob| FileAt { path: Rc::clone(path), blob });
    file.into_iter().collect()
}

/// The content of a version's files, read when it is needed: most of what ever landed is long closed.
#[derive(Clone, Debug)]
pub struct VersionBody(Rc<Reading>);

#[derive(Debug)]
struct Reading {
    content: OnceCell<Content>,
    file: Option<FileAt>,
    outline: Option<Outline>,
}

impl VersionBody {
    pub fn known(content: Content) -> VersionBody {
        let content = OnceCell::from(content);
        VersionBody(Rc::new(Reading { content, file: None, outline: None }))
    }

    /// Returns the body of a record's file, which [`VersionBody::read`] reads.
    pub fn unread(file: FileAt, outline: Option<Outline>) -> VersionBody {
        VersionBody(Rc::new(Reading { content: OnceCell::new(), file: Some(file), outline }))
    }

    /// Tells, without parsing either, whether this text, if it can be read, is another one with nothing but its closure put
    /// in.
    pub fn closes(&self, earlier: &VersionBody) -> bool {
        let outlines = self.0.outline.zip(earlier.0.outline);
        outlines.is_some_and(|(later, earlier)| later.closes(earlier))
    }

    /// Tells, without parsing it, whether it may be an emergency.
    pub(super) fn may_be_emergency(&self) -> bool {
        self.0.outline.is_none_or(|outline| outline.may_be_emergency)
    }

    /// Returns why the bytes are missing, as far as it was seen.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        match self.0.content.get() {
            Some(Content::Missing(obstacle)) => Some(obstacle),
            _ => None,
        }
    }

    /// Tells whether it has not been read yet. It is then one file whose first lines state the id of its name.
    pub(super) fn is_unread(&self) -> bool {
        self.0.content.get().is_none()
    }

    /// Parses the file, unless that was done before; `bytes` gets its bytes.
    pub fn read(&self, bytes: impl FnOnce(Oid) -> Result<Vec<u8>, Obstacle>) {
        let Some(file) = &self.0.file else { return };
        self.know(|| match bytes(file.blob) {
            Ok(bytes) => Content::from_file(&mut file::read(&file.path, &bytes)),
            Err(obstacle) => Content::Missing(obstacle),
        });
    }

    /// Drops what was parsed of its file, which can be read again; clones keep it.
    pub(super) fn forget(&mut self) {
        if let Some(file) = &self.0.file {
            *self = VersionBody::unread(file.clone(), self.0.outline);
        }
    }

    pub(super) fn know(&self, content: impl FnOnce() -> Content) {
        self.0.content.get_or_init(content);
    }

    /// Returns the content; that of a file that was not read counts as missing.
    pub fn content(&self) -> &Content {
        self.0.content.get_or_init(|| match &self.0.file {
            Some(file) => {
                Content::Missing(Obstacle::Missing { object: file.blob, extent: Extent::Full })
            }
            None => Content::Gone,
        })
    }

    /// Returns the record, if there is a readable one.
    pub fn record(&self) -> Option<&Rc<Record>> {
        self.content().record()
    }
}

/// The content of a version's files.
#[derive(Clone, Debug)]
pub enum Content {
    /// A record without shape findings.
    Record(Rc<Record>),
    /// A file that grants nothing, and why; what its record ends counts if only the name is wrong, and else interrupts what was
    /// approved.
    Unreadable(Rc<[Finding]>, Option<Rc<Record>>, UnreadEnd),
    /// Two or more files with the same id, by path.
    Conflicted(OneId),
    /// No file: the record is removed.
    Gone,
    Missing(Obstacle),
    /// A governance file, whose bytes are not parsed here.
    File,
}

const MOST_OF_ONE_ID: usize = 50;

#[derive(Clone, Debug, PartialEq)]
pub struct OneId {
    /// The paths of the first of them, sorted.
    pub first: Vec<String>,
    pub n: usize,
    /// The record of one that is closed, else of the one with the most fired entries: what it ends counts.
    pub ending: Option<Rc<Record>>,
    /// What those of them that can't be read may end.
    pub unread: UnreadEnd,
    /// The earliest end that one of them states.
    pub end: Option<Instant>,
}

impl Content {
    pub fn from_file(source: &mut RecordFile) -> Content {
        match source.record.take() {
            Some(record) => Content::Record(Rc::new(record)),
            None => {
                let misnamed = source.misnamed.take().map(Rc::new);
                let unread = match misnamed {
                    Some(_) => UnreadEnd::default(),
                    None => UnreadEnd::of(source),
                };
                Content::Unreadable(source.findings.clone().into(), misnamed, unread)
            }
        }
    }

    /// Returns the content of several files with the same id, which grant nothing.
    pub fn conflicted(
        files: &[FileAt],
        (ending, unread): (Option<Rc<Record>>, UnreadEnd),
        end: Option<Instant>,
    ) -> Content {
        let first = files.iter().take(MOST_OF_ONE_ID);
        Content::Conflicted(OneId {
            first: first.map(|file| file.path.to_string()).collect(),
            n: files.len(),
            ending,
            unread,
            end,
        })
    }

    /// Returns the record whose closure and fired entries count: that of a misnamed or doubled file, too.
    pub fn ending(&self) -> Option<&Rc<Record>> {
        match self {
            Content::Record(record) => Some(record),
            Content::Unreadable(_, ending, _) | Content::Conflicted(OneId { ending, .. }) => {
                ending.as_ref()
            }
            Content::Gone | Content::Missing(_) | Content::File => None,
        }
    }

    /// Returns what a file of it that can't be read may end.
    pub fn unread_end(&self) -> UnreadEnd {
        match self {
            Content::Unreadable(_, _, unread) | Content::Conflicted(OneId { unread, .. }) => {
                *unread
            }
            _ => UnreadEnd::default(),
        }
    }

    /// Tells whether it ends a record of which some firings are known, also in a misnamed, doubled or broken file.
    pub fn ends(&self, known: &[Firing]) -> bool {
        let is_over = |record: &Rc<Record>| {
            record.closure.is_some() || record.fired.iter().any(|firing| !known.contains(firing))
        };
        self.ending().is_some_and(is_over) || self.unread_end().is_beyond(known.len())
    }

    /// Returns the end that it states, also in a misnamed or doubled file.
    pub fn end(&self) -> Option<Instant> {
        match self {
            Content::Conflicted(files) => files.end,
            content => content.ending().map(|record| not_after(&record.expires)),
        }
    }

    /// Returns the record, if there is a readable one.
    pub fn record(&self) -> Option<&Rc<Record>> {
        match self {
            Content::Record(record) => Some(record),
            _ => None,
        }
    }
}

/// Whether a merge has content of a record that none of its parents had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeInMerge {
    /// No: it is not a merge, or it has the bytes of one of its parents.
    No,
    /// The bytes are those of git's own merge of the parents; no author is added.
    AutoMerged,
    /// The author of the merge made the content, or restored content that no commit of the branch made.
    Made,
    Unknown(Obstacle),
}
