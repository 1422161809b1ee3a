//! A commit as its raw bytes state it: no parent replaced, no address guessed, no signature verified.
//!
//! Uses record's times, objects, ident, trailer. Pure. Start at [`parse`]. Follows `docs/spec/approval.md`, E4 and 5
//! (1 to 6).

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use crate::history::ident::{Ident, IdentProblem};
use crate::history::objects::{Obstacle, Oid};
use crate::history::trailer::{self, Trailer};
use crate::record::time::Instant;

#[derive(Clone, Debug)]
pub struct Commit {
    pub oid: Oid,
    /// The folder that it is a snapshot of.
    pub tree: Oid,
    /// Its parents as the object states them, whatever grafts or shallow boundaries say.
    pub parents: Rc<[Oid]>,
    raw: Box<[u8]>,
    /// Read when they are first asked for: of most commits of a long history nobody asks.
    author: OnceCell<Box<Ident>>,
    committer: OnceCell<Box<Ident>>,
}

impl PartialEq for Commit {
    fn eq(&self, other: &Commit) -> bool {
        (self.oid, &self.raw) == (other.oid, &other.raw)
    }
}

impl Eq for Commit {}

/// A signature and the bytes that it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPayload {
    pub signature: Vec<u8>,
    pub payload: Vec<u8>,
}

/// Returns the commit that raw bytes state.
///
/// Odd authors, committers and times are flaws of the commit, not errors: the chain of parents goes on.
///
/// # Errors
/// [`Obstacle::Malformed`] where the tree or a parent can't be read, without which there is no history.
pub fn parse(oid: Oid, raw: Vec<u8>) -> Result<Commit, Obstacle> {
    let malformed = |cause: &str| Obstacle::Malformed { object: oid, cause: cause.to_owned() };
    let (mut tree, mut parents) = (None, Vec::new());
    for header in read_headers(&raw) {
        match header.key {
            b"tree" if tree.is_none() => {
                tree = Some(hex(header.value).ok_or_else(|| malformed("its tree is not an id"))?);
            }
            b"tree" => return Err(malformed("it has two trees")),
            b"parent" => {
                parents.push(hex(header.value).ok_or_else(|| malformed("a parent is not an id"))?);
            }
            _ => {}
        }
    }
    Ok(Commit {
        oid,
        tree: tree.ok_or_else(|| malformed("it has no tree"))?,
        parents: parents.into(),
        raw: raw.into(),
        author: OnceCell::new(),
        committer: OnceCell::new(),
    })
}

impl Commit {
    /// Returns who is named as having written it.
    pub fn author(&self) -> &Ident {
        self.author.get_or_init(|| Box::new(self.ident(b"author")))
    }

    /// Returns who is named as having made the commit.
    pub fn committer(&self) -> &Ident {
        let read = || Box::new(self.ident(b"committer"));
        self.committer.get_or_init(read)
    }

    /// Returns when the commit says that it was made.
    pub fn committed(&self) -> Option<Instant> {
        match self.committer.get() {
            Some(committer) => committer.time,
            None => self.ident(b"committer").time,
        }
    }

    /// Reads who is named in a header; of two, the first stands and is marked.
    fn ident(&self, key: &[u8]) -> Ident {
        let encoding = self.header(b"encoding");
        let mut named = read_headers(&self.raw).filter(|header| header.key == key);
        let Some(first) = named.next() else {
            return Ident::absent();
        };
        let mut ident = Ident::parse(&decode(first.value, encoding));
        ident.flaws.extend(named.map(|_| IdentProblem::Twice));
        ident
    }

    /// Returns the message as text, in the encoding that the commit names, with every line end a `\n`.
    pub fn message(&self) -> String {
        decode(self.body(), self.header(b"encoding")).replace("\r\n", "\n")
    }

    /// Returns the first line of the message.
    pub fn subject(&self) -> String {
        let message = self.message();
        message.lines().next().unwrap_or_default().to_owned()
    }

    /// Returns the trailers of the message, of which lines for which `aside` holds are no part.
    pub fn trailers(&self, aside: &dyn Fn(&str) -> bool) -> Vec<Trailer> {
        trailer::read(&self.message(), aside)
    }

    /// Returns what is odd about author, committer or message, which makes any judgement on the commit doubtful.
    pub fn flaw(&self) -> Option<(&'static str, IdentProblem)> {
        let first = |name: &'static str| {
            let ident = self.ident(name.as_bytes());
            ident.flaws.first().map(|flaw| (name, *flaw))
        };
        first("author")
            .or_else(|| first("committer"))
            .or_else(|| self.body().contains(&0).then_some(("message", IdentProblem::Nul)))
    }

    /// Returns the signature of the commit, and what it is over: the commit without its signature headers.
    pub fn signature(&self) -> Option<SignedPayload> {
        let mut signature = Vec::new();
        let mut payload = Vec::new();
        for header in read_headers(&self.raw) {
            match header.key {
                b"gpgsig" => signature.extend(unfolded(header.value)),
                b"gpgsig-sha256" => {}
                _ => payload.extend_from_slice(header.line),
            }
        }
        payload.push(b'\n');
        payload.extend_from_slice(self.body());
        (!signature.is_empty()).then_some(SignedPayload { signature, payload })
    }

    /// Returns the signed tags that were merged, each as the text of the whole tag.
    pub fn mergetags(&self) -> Vec<Vec<u8>> {
        read_headers(&self.raw)
            .filter(|header| header.key == b"mergetag")
            .map(|header| unfolded(header.value))
            .collect()
    }

    fn header(&self, key: &[u8]) -> Option<&[u8]> {
        let mut headers = read_headers(&self.raw);
        let found = headers.find(|header| header.key == key)?;
        Some(found.value)
    }

    fn body(&self) -> &[u8] {
        body(&self.raw)
    }
}

/// One header: its key, its value with the folds still in it, and all its bytes.
struct Header<'a> {
    key: &'a [u8],
    value: &'a [u8],
    line: &'a [u8],
}

/// Returns the headers, up to the first empty line.
fn read_headers(raw: &[u8]) -> impl Iterator<Item = Header<'_>> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        if rest.is_empty() || rest.starts_with(b"\n") {
            return None;
        }
        let mut end = line_end(rest);
        while rest.get(end) == Some(&b' ') {
            end += line_end(rest.get(end..).unwrap_or_default());
        }
        let (line, after) = rest.split_at_checked(end)?;
        rest = after;
        let whole = line.strip_suffix(b"\n").unwrap_or(line);
        let blank = whole.iter().position(|byte| *byte == b' ').unwrap_or(whole.len());
        let (key, value) = whole.split_at_checked(blank)?;
        Some(Header { key, value: value.get(1..).unwrap_or_default(), line })
    })
}

/// Returns the length of the first line, its line end included.
fn line_end(bytes: &[u8]) -> usize {
    let newline = bytes.iter().position(|byte| *byte == b'\n');
    newline.map_or(bytes.len(), |at| at + 1)
}

fn body(raw: &[u8]) -> &[u8] {
    let length: usize = read_headers(raw).map(|header| header.line.len()).sum();
    raw.get(length + 1..).unwrap_or_default()
}

/// Removes the blank with which each further line of a header begins, and ends the text with a line end.
fn unfolded(value: &[u8]) -> Vec<u8> {
    let mut lines = value.split(|byte| *byte == b'\n');
    let mut text = lines.next().unwrap_or_default().to_vec();
    text.push(b'\n');
    for line in lines {
        text.extend_from_slice(line.strip_prefix(b" ").unwrap_or(line));
        text.push(b'\n');
    }
    text
}

fn hex(value: &[u8]) -> Option<Oid> {
    Oid::from_hex(std::str::from_utf8(value).ok()?)
}

/// Returns bytes as text. Of encodings other than UTF-8 the Latin ones are known; else what is no UTF-8 is replaced.
fn decode<'a>(bytes: &'a [u8], encoding: Option<&[u8]>) -> Cow<'a, str> {
    let name: String = encoding
        .unwrap_or_default()
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    match name.as_str() {
        "iso88591" | "latin1" | "l1" | "windows1252" | "cp1252" | "iso885915" | "latin9" => {
            bytes.iter().map(|byte| char::from(*byte)).collect()
        }
        _ => String::from_utf8_lossy(bytes),
    }
}
