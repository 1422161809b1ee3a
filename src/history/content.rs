//! Reads the record in a file: its id and its content. Every file is parsed once, and only when needed.
//!
//! Pure. Start at [`ContentCache`]. Follows `docs/spec/approval.md`, V2 and V3.

use std::rc::Rc;

use crate::history::digest::Digest;
use crate::history::objects::{ObjectKind, Objects, Obstacle, Oid, OidMap};
use crate::history::outline::Outline;
use crate::history::version::{Content, FileAt, VersionBody};
use crate::record::file::{RecordFile, UnreadEnd};
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::record::{Record, file};
use crate::yaml::node::Limits;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileId {
    /// The record with this id, in upper case: ids are compared ignoring case.
    Id(Rc<str>),
    /// No id can be read.
    Unreadable,
    Missing(Obstacle),
}

/// The content of files, by the id of their bytes.
pub struct ContentCache<'o> {
    objects: &'o dyn Objects,
    known: OidMap<KnownContent>,
}

struct KnownContent {
    file_id: FileId,
    /// The content under the last file name; under another name the findings may differ.
    read: Option<(String, VersionBody, Option<Digest>)>,
}

impl KnownContent {
    fn too_large(path: &str) -> KnownContent {
        let body = VersionBody::known(Content::from_file(&mut too_large(path)));
        KnownContent { file_id: FileId::Unreadable, read: Some((path.to_owned(), body, None)) }
    }

    fn from_bytes(path: &str, blob: Oid, bytes: &[u8]) -> KnownContent {
        let digest = Digest::of(bytes);
        let (file_id, body) = match at_first_sight(path, bytes) {
            Some(file_id) => {
                let file = FileAt { path: path.into(), blob };
                (file_id, VersionBody::unread(file, Outline::of_text(bytes, digest)))
            }
            None => {
                let mut source = file::read(path, bytes);
                (file_id(&source), VersionBody::known(Content::from_file(&mut source)))
            }
        };
        KnownContent { file_id, read: Some((path.to_owned(), body, Some(digest))) }
    }
}

impl<'o> ContentCache<'o> {
    pub fn new(objects: &'o dyn Objects) -> ContentCache<'o> {
        ContentCache { objects, known: OidMap::default() }
    }

    /// Adds the bytes of a file that are not an object of the repository.
    pub fn learn(&mut self, path: &str, blob: Oid, bytes: &[u8]) {
        let known = if bytes.len() > Limits::RECORD.bytes {
            KnownContent::too_large(path)
        } else {
            KnownContent::from_bytes(path, blob, bytes)
        };
        if let Some((_, body, _)) = &known.read {
            body.read(|_| Ok(bytes.to_vec()));
        }
        self.known.insert(blob, known);
    }

    /// Returns the record that a file belongs to, without parsing all of it if its first lines agree with its name.
    pub fn file_id(&mut self, path: &str, blob: Oid) -> FileId {
        if let Some(known) = self.known.get(&blob) {
            return known.file_id.clone();
        }
        let file_id = match self.bytes_within(blob, Limits::RECORD.bytes) {
            Ok(Some(bytes)) => {
                at_first_sight(path, &bytes).unwrap_or_else(|| file_id(&file::read(path, &bytes)))
            }
            Ok(None) => FileId::Unreadable,
            Err(obstacle) => FileId::Missing(obstacle),
        };
        let known = KnownContent { file_id: file_id.clone(), read: None };
        self.known.insert(blob, known);
        file_id
    }

    /// Returns the content of a file, and the digest of its bytes if they are present.
    pub fn read(&mut self, path: &str, blob: Oid) -> (VersionBody, Option<Digest>) {
        let known = self.known.get(&blob).and_then(|known| known.read.as_ref());
        let is_record = |body: &VersionBody| {
            self.parse(body);
            body.record().is_some()
        };
        if let Some((at, body, digest)) = known
            && (at == path || is_same_stem(at, path) && is_record(body))
        {
            return (body.clone(), *digest);
        }
        let known = match self.bytes_within(blob, Limits::RECORD.bytes) {
            Ok(Some(bytes)) => KnownContent::from_bytes(path, blob, &bytes),
            Ok(None) => KnownContent::too_large(path),
            Err(obstacle) => KnownContent {
                file_id: FileId::Missing(obstacle.clone()),
                read: Some((path.to_owned(), VersionBody::known(Content::Missing(obstacle)), None)),
            },
        };
        let read = known.read.clone();
        self.known.insert(blob, known);
        read.map_or((VersionBody::known(Content::Gone), None), |(_, body, digest)| (body, digest))
    }

    /// Returns the content of the files of one id, and the digest of their bytes if there is one file.
    pub fn read_all(&mut self, files: &[FileAt]) -> (VersionBody, Option<Digest>) {
        match files {
            [] => (VersionBody::known(Content::Gone), None),
            [only] => self.read(&only.path, only.blob),
            several => (VersionBody::known(self.conflicted(several)), None),
        }
    }

    fn conflicted(&mut self, several: &[FileAt]) -> Content {
        let mut ending: Option<Rc<Record>> = None;
        let mut end: Option<Instant> = None;
        let mut unread = UnreadEnd::default();
        for file in several {
            let (body, _) = self.read(&file.path, file.blob);
            self.parse(&body);
            if let Content::Missing(_) = body.content() {
                return body.content().clone();
            }
            end = end.into_iter().chain(body.content().end()).min();
            unread = unread.or(body.content().unread_end());
            let rank = |record: &Rc<Record>| (record.closure.is_some(), record.fired.len());
            ending =
                ending.into_iter().chain(body.content().ending().map(Rc::clone)).max_by_key(rank);
        }
        Content::conflicted(several, (ending, unread), end)
    }

    /// Parses the file of a version, unless that was done before.
    pub fn parse(&self, body: &VersionBody) {
        body.read(|blob| self.bytes(blob));
    }

    /// Reads a file again to get the source positions in it; `None` if its bytes are missing.
    pub fn places(&self, path: &str, blob: Oid) -> Option<RecordFile> {
        let bytes = self.bytes_within(blob, Limits::RECORD.bytes).ok()?;
        Some(match bytes {
            Some(bytes) => file::read(path, &bytes),
            None => too_large(path),
        })
    }

    /// Returns the bytes of a file if it has at most `most` bytes; `None` for a longer one, which is not read.
    pub fn bytes_within(&self, blob: Oid, most: usize) -> Result<Option<Vec<u8>>, Obstacle> {
        bytes_within(self.objects, blob, most)
    }

    pub fn bytes(&self, blob: Oid) -> Result<Vec<u8>, Obstacle> {
        bytes(self.objects, blob)
    }
}

pub fn bytes(objects: &dyn Objects, blob: Oid) -> Result<Vec<u8>, Obstacle> {
    match objects.read(blob)? {
        (ObjectKind::Blob, bytes) => Ok(bytes),
        _ => Err(Obstacle::malformed(blob, "it is not a file")),
    }
}

/// Returns the result for a file that is longer than a record may be: blanks of that length are rejected the same way.
fn too_large(path: &str) -> RecordFile {
    file::read(path, &vec![b' '; Limits::RECORD.bytes + 1])
}

/// Returns the bytes of a file if it has at most `most` bytes; `None` for a longer one, which is not read.
pub fn bytes_within(
    objects: &dyn Objects,
    blob: Oid,
    most: usize,
) -> Result<Option<Vec<u8>>, Obstacle> {
    let size = usize::try_from(objects.size(blob)?).unwrap_or(usize::MAX);
    if size > most {
        return Ok(None);
    }
    bytes(objects, blob).map(Some)
}

fn is_same_stem(a: &str, b: &str) -> bool {
    file::stem(a) == file::stem(b)
}

/// Returns the record that the first line after comments names, if the file has that name: a later line may stand inside braces.
/// This is correct for every file that can be parsed; for other files it is as reliable as their name.
fn at_first_sight(path: &str, bytes: &[u8]) -> Option<FileId> {
    let id = Id::new(file::stem(path))?;
    let mut lines = bytes.split(|byte| *byte == b'\n').take(16);
    let says_nothing = |line: &[u8]| {
        let line = line.trim_ascii_end();
        // A comment also ends at a lone CR.
        let is_one = !line.contains(&b'\r');
        is_one && (line.is_empty() || line.starts_with(b"#") || line == b"---")
    };
    let stated = lines.find(|line| !says_nothing(line))?.strip_prefix(b"id: ")?;
    (stated.trim_ascii() == id.as_str().as_bytes()).then(|| FileId::Id(id.as_str().into()))
}

fn file_id(source: &RecordFile) -> FileId {
    stated_id(source).map_or(FileId::Unreadable, |id| FileId::Id(id.as_str().into()))
}

/// Returns the id that a file states, in upper case, also if it can't be read as a record.
pub fn stated_id(source: &RecordFile) -> Option<Id> {
    let stated = source.root.as_ref().and_then(|root| root.at("id")?.text());
    stated.and_then(|text| Id::new(&text.to_ascii_uppercase()))
}

/// The content of an approval file after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    Gone,
    Bytes(Rc<[u8]>),
    Missing(Obstacle),
}
