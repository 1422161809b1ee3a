//! The text that a finding of a record accepts: the one comparison with the lines of a file.
//!
//! Pure: the caller reads the files, once each. Start at [`AcceptedItem::read`] and [`compare`]. Follows
//! `docs/spec/record.md`, `findings[]`. A text covers only while it stands exactly once in its file: of two equal ones
//! nobody can tell which was accepted.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use crate::history::objects::{Extent, Oid};
use crate::record::credential;

/// The most lines of an item.
pub const MOST_LINES: usize = 10;

/// The most characters of a run.
pub const MOST_CHARACTERS: usize = 400;

/// The fewest letters and digits by which a text can be told from others.
pub const FEWEST_LETTERS: usize = 8;

/// One item of `content`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptedItem {
    /// The lines themselves, without blanks and tabs at their ends.
    Run(Vec<Vec<u8>>),
    Reference(BlobLines),
}

/// Lines of a blob, from 1, so that their text stands nowhere in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobLines {
    pub first: usize,
    pub last: usize,
    pub blob: Oid,
}

/// Why a text is not an item of `content`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    #[error("has more than {MOST_LINES} lines")]
    TooManyLines,
    #[error("has more than {MOST_CHARACTERS} characters")]
    TooLong,
    #[error("refers to no lines of a blob: write FIRST-LAST@ and its full id")]
    Reference,
}

impl AcceptedItem {
    /// Reads an item.
    ///
    /// # Errors
    /// [`ItemError`] if it covers nothing because of its form.
    pub fn read(text: &str) -> Result<AcceptedItem, ItemError> {
        if let Some(reference) = reference(text.trim()) {
            let lines = reference.ok_or(ItemError::Reference)?;
            let n_lines = lines.last - lines.first + 1;
            if n_lines > MOST_LINES {
                Err(ItemError::TooManyLines)
            } else {
                Ok(AcceptedItem::Reference(lines))
            }
        } else {
            let text = text.strip_suffix('\n').unwrap_or(text);
            let lines: Vec<Vec<u8>> =
                text.split('\n').map(|line| stripped(line.as_bytes()).to_vec()).collect();
            if lines.len() > MOST_LINES {
                Err(ItemError::TooManyLines)
            } else if text.chars().count() > MOST_CHARACTERS {
                Err(ItemError::TooLong)
            } else {
                Ok(AcceptedItem::Run(lines))
            }
        }
    }
}

impl std::fmt::Display for BlobLines {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}@{}", self.first, self.last, self.blob)
    }
}

/// Reads `FIRST-LAST@BLOB`; `None` for a text of another form, `Some(None)` for a broken reference.
fn reference(text: &str) -> Option<Option<BlobLines>> {
    let (lines, blob) = text.split_once('@')?;
    let (first, last) = lines.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_number(first) || !is_number(last) || !is_hexadecimal(blob) {
        return None;
    }
    let numbers = first.parse().ok().zip(last.parse().ok());
    let numbers = numbers.filter(|(first, last)| 1 <= *first && first <= last);
    let read = numbers.zip(Oid::from_hex(blob));
    Some(read.map(|((first, last), blob)| BlobLines { first, last, blob }))
}

/// Tells whether a text has too few letters and digits to be told from others.
pub fn is_too_broad(lines: &[Vec<u8>]) -> bool {
    let texts = lines.iter().map(|line| String::from_utf8_lossy(line));
    let n_letters: usize =
        texts.map(|text| text.chars().filter(|it| it.is_alphanumeric()).count()).sum();
    n_letters < FEWEST_LETTERS
}

fn stripped(line: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = line.iter().position(|byte| !is_blank(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    line.get(start..end).unwrap_or_default()
}

/// The lines of a file, without blanks and tabs at their ends.
#[derive(Debug, Default)]
pub struct FileLines {
    lines: Vec<Vec<u8>>,
    /// Whether it has a line end by which tools count otherwise.
    pub has_other_ends: bool,
    places: OnceCell<HashMap<Vec<u8>, Vec<usize>>>,
}

impl FileLines {
    /// Splits a file: its lines end in LF or CRLF.
    pub fn new(bytes: &[u8]) -> FileLines {
        let mut raw: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        if raw.last().is_some_and(|last| last.is_empty()) {
            raw.pop();
        }
        let ends = raw.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let has_other_ends = ends.clone().any(has_other_end);
        let lines = ends.map(|line| stripped(line).to_vec()).collect();
        FileLines { lines, has_other_ends, places: OnceCell::new() }
    }

    /// Returns lines by their numbers, from 1; `None` if the file has not all of them.
    pub fn get(&self, first: usize, last: usize) -> Option<&[Vec<u8>]> {
        self.lines.get(first.checked_sub(1)?..last)
    }

    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Tells whether two files have the same lines, whatever ends them.
    pub fn has_lines_of(&self, other: &FileLines) -> bool {
        self.lines == other.lines && self.has_other_ends == other.has_other_ends
    }

    /// Returns the number of the first line of each place where a run stands; places may overlap.
    pub fn find(&self, run: &[Vec<u8>]) -> Vec<usize> {
        let places = self.places.get_or_init(|| {
            let mut places: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
            for (place, line) in self.lines.iter().enumerate() {
                places.entry(line.clone()).or_default().push(place);
            }
            places
        });
        let begins = run.first().and_then(|first| places.get(first)).into_iter().flatten();
        let stands = |place: &&usize| self.lines.get(**place..**place + run.len()) == Some(run);
        begins.filter(stands).map(|place| place + 1).collect()
    }
}

/// Tells whether a line has a character that ends lines for some tools.
fn has_other_end(line: &[u8]) -> bool {
    line.iter().any(|byte| matches!(byte, b'\r' | 0x0B | 0x0C | 0x1C..=0x1E))
        || line.windows(2).any(|pair| pair == [0xC2, 0x85])
        || line.windows(3).any(|three| three == [0xE2, 0x80, 0xA8] || three == [0xE2, 0x80, 0xA9])
}

/// The files of the repository that was scanned, each read once.
pub trait ScannedFiles {
    /// Returns the lines of a file, by its path from the root: of the work tree, else of the index; or of a commit.
    fn file(&self, path: &str, commit: Option<&str>) -> Result<Rc<FileLines>, String>;

    /// Returns the lines of a blob; `None` if this clone lacks it.
    fn blob(&self, blob: Oid) -> Option<Rc<FileLines>>;

    /// Returns the committed blob that has the lines of a file.
    fn committed(&self, path: &str, commit: Option<&str>) -> Result<Oid, String>;

    // Returns how much of the repository this clone has.
    fn extent(&self) -> Extent {
        Extent::Full
    }

    fn has_remote(&self) -> bool {
        true
    }

    // Returns the command that may bring what this clone lacks; `None` without a remote.
    fn fetch(&self) -> Option<Arc<str>> {
        match self.extent() {
            Extent::Full => self.has_remote().then(|| "git fetch --all".into()),
            Extent::Shallow { fetch } => fetch,
            Extent::Partial { fetch } => Some(fetch),
        }
    }

    // Returns the end of a sentence about what this clone lacks.
    fn missing_here(&self) -> String {
        match self.fetch() {
            Some(fetch) => format!("is not in this clone: run `{fetch}`"),
            None => "is not in this clone, which has no remote to fetch it from".to_owned(),
        }
    }
}

/// The files of a question that is answered without a repository.
pub struct NoFiles;

impl ScannedFiles for NoFiles {
    fn file(&self, path: &str, _: Option<&str>) -> Result<Rc<FileLines>, String> {
        Err(format!("{path} can't be read here: ask where the repository is checked out"))
    }

    fn blob(&self, _: Oid) -> Option<Rc<FileLines>> {
        None
    }

    fn committed(&self, path: &str, _: Option<&str>) -> Result<Oid, String> {
        Err(format!("{path} can't be read here: ask where the repository is checked out"))
    }
}

/// Where a finding is, as far as a text is compared with it.
#[derive(Clone, Copy, Debug)]
pub struct AskedPlace<'q> {
    pub path: &'q str,
    pub line: u64,
    /// The commit in which it was found, if it is not the present one.
    pub commit: Option<&'q str>,
    /// The text that the report quotes.
    pub snippet: Option<&'q str>,
}

/// Why a record's text does not cover a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMiss {
    /// One of its texts no longer stands in the file, and each other one elsewhere.
    Gone(String),
    /// One of its texts stands several times.
    Often(String),
    /// A blob of its texts is not here, and this clone has all that its repository has.
    Lost(String),
    /// A blob of its texts is not here, and may be in what this clone lacks.
    Undetermined(String),
    Other(String),
}

impl TextMiss {
    pub fn reason(&self) -> &str {
        match self {
            TextMiss::Gone(reason)
            | TextMiss::Often(reason)
            | TextMiss::Lost(reason)
            | TextMiss::Undetermined(reason)
            | TextMiss::Other(reason) => reason,
        }
    }
}

/// Compares the items of a key's `content` with the place of a finding; one of them is enough.
///
/// # Errors
/// Why none of them covers it.
pub fn compare(
    content: &[String],
    place: AskedPlace<'_>,
    files: &dyn ScannedFiles,
) -> Result<(), TextMiss> {
    let path = place.path;
    let file = files.file(path, place.commit).map_err(TextMiss::Other)?;
    let line = usize::try_from(place.line).unwrap_or(usize::MAX);
    let mut nearest = (0, TextMiss::Other("it accepts no text at all".to_owned()));
    for item in content {
        let (rank, miss) = match stands(item, &file, line, place, files) {
            Ok(Standing::Here) => return Ok(()),
            Ok(Standing::Elsewhere) => (1, format!("accepts another line of {path}")),
            // The finding may be what became of it, wherever the other texts stand.
            Ok(Standing::Gone) => (2, format!("the accepted text is gone from {path}")),
            Ok(Standing::Often(n)) => (3, format!("the accepted text stands {n} times in {path}")),
            Err(why) if is_absent(item, files) => (5, why),
            Err(why) => (4, why),
        };
        if rank > nearest.0 {
            let kind = match rank {
                2 => TextMiss::Gone,
                3 => TextMiss::Often,
                5 if files.extent() == Extent::Full => TextMiss::Lost,
                5 => TextMiss::Undetermined,
                _ => TextMiss::Other,
            };
            nearest = (rank, kind(miss));
        }
    }
    Err(nearest.1)
}

/// Returns the lines of a file on which accepted texts stand, each exactly once: the first and last ones of each.
pub fn places(
    content: &[String],
    path: &str,
    files: &dyn ScannedFiles,
) -> Result<Vec<(usize, usize)>, String> {
    let file = files.file(path, None)?;
    let place = |item: &String| {
        let run = text(item, files).ok().filter(|run| !is_too_broad(run))?;
        match file.find(&run).as_slice() {
            [first] => Some((*first, first + run.len() - 1)),
            _ => None,
        }
    };
    Ok(content.iter().filter_map(place).collect())
}

enum Standing {
    /// Once, and the finding is on one of its lines.
    Here,
    Elsewhere,
    Gone,
    Often(usize),
}

fn stands(
    item: &str,
    file: &FileLines,
    line: usize,
    place: AskedPlace<'_>,
    files: &dyn ScannedFiles,
) -> Result<Standing, String> {
    let run = text(item, files)?;
    if is_too_broad(&run) {
        return Err(format!(
            "its accepted text has fewer than {FEWEST_LETTERS} letters and digits, so it accepts nothing"
        ));
    }
    let found = file.find(&run);
    let first = match found.as_slice() {
        [] => return Ok(Standing::Gone),
        [first] => *first,
        several => return Ok(Standing::Often(several.len())),
    };
    let Some(own) = line.checked_sub(first).and_then(|nth| run.get(nth)) else {
        return Ok(Standing::Elsewhere);
    };
    let n_equal = times(own, &run);
    if n_equal > 1 {
        return Err(format!(
            "its accepted text has this line {n_equal} times, so nobody can tell which one it accepts"
        ));
    }
    if file.has_other_ends && !place.snippet.is_some_and(|snippet| quotes(snippet, own)) {
        let path = place.path;
        return Err(format!(
            "{path} has line ends other than LF and CRLF, so only a report that quotes the line tells it"
        ));
    }
    Ok(Standing::Here)
}

/// Counts how often a line stands among others.
pub fn times(line: &[u8], lines: &[Vec<u8>]) -> usize {
    lines.iter().filter(|other| *other == line).count()
}

/// Tells whether a report quotes a line.
pub fn quotes(snippet: &str, line: &[u8]) -> bool {
    let mut lines = snippet.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.any(|shown| stripped(shown.as_bytes()) == line)
}

/// Returns the lines of an item.
///
/// # Errors
/// Why it accepts nothing.
pub fn text(item: &str, files: &dyn ScannedFiles) -> Result<Vec<Vec<u8>>, String> {
    match AcceptedItem::read(item) {
        Ok(AcceptedItem::Run(lines)) => Ok(lines),
        Ok(AcceptedItem::Reference(BlobLines { first, last, blob })) => {
            let short: String = blob.to_string().chars().take(7).collect();
            let lines = files.blob(blob).ok_or_else(|| {
                format!("blob {short} of its accepted text {}", files.missing_here())
            })?;
            let lines = lines.get(first, last).map(<[_]>::to_vec);
            lines.ok_or_else(|| {
                format!("blob {short} has no line {last}, so its text accepts nothing")
            })
        }
        Err(error) => Err(format!("its accepted text {error}, so it accepts nothing")),
    }
}

fn is_absent(item: &str, files: &dyn ScannedFiles) -> bool {
    match AcceptedItem::read(item) {
        Ok(AcceptedItem::Reference(lines)) => files.blob(lines.blob).is_none(),
        Ok(AcceptedItem::Run(_)) | Err(_) => false,
    }
}

/// Returns the value of a field as people are shown it: of accepted texts, what looks like a secret is `…`.
pub fn shown_field<'v>(field: &str, value: &'v Value) -> Cow<'v, Value> {
    match value {
        Value::Array(items) if field == "content" => {
            let item = |item: &Value| item.as_str().map_or(item.clone(), |text| shown(text).into());
            Cow::Owned(items.iter().map(item).collect())
        }
        value => Cow::Borrowed(value),
    }
}

/// Returns an item as answers and receipts hold it: what looks like a secret in a run is `…`, and so is all of it where that may
/// have several lines.
pub fn shown(item: &str) -> String {
    if let Ok(AcceptedItem::Reference(_)) = AcceptedItem::read(item) {
        return item.to_owned();
    }
    let lines = credential::with_before(item.split('\n'));
    let lines: Vec<String> =
        lines.map(|(before, line)| credential::hidden_in_source(before, line)).collect();
    if lines.iter().any(|line| line == "…") { "…".to_owned() } else { lines.join("\n") }
}
