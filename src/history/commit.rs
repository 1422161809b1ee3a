//! A commit read from its raw bytes: without replaced parents, guessed addresses or verified signatures.
//!
//! Pure. Start at [`parse`]. Follows `docs/spec/approval.md`, E4. `store::git` says where libgit2 reads otherwise.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use memchr::{memchr, memmem};

use crate::history::ident::{Ident, IdentProblem};
use crate::history::objects::{Obstacle, Oid};
use crate::history::trailer::{self, Trailer};
use crate::record::time::Instant;

#[derive(Clone, Debug)]
pub struct Commit {
    pub oid: Oid,
    pub tree: Oid,
    /// Its parents as the object states them, ignoring grafts and shallow boundaries.
    pub parents: Rc<[Oid]>,
    raw: Box<[u8]>,
    /// Parsed on first use, since most commits of a long history are never asked for it.
    author: OnceCell<Box<Ident>>,
    committer: OnceCell<Box<Ident>>,
    checked: OnceCell<CheckedIdents>,
}

#[derive(Clone, Copy, Debug)]
struct CheckedIdents {
    committed: Option<Instant>,
    problem: Option<(&'static str, IdentProblem)>,
}

impl PartialEq for Commit {
    fn eq(&self, other: &Commit) -> bool {
        (self.oid, &self.raw) == (other.oid, &other.raw)
    }
}

impl Eq for Commit {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPayload {
    pub signature: Vec<u8>,
    pub payload: Vec<u8>,
}

/// Parses the raw bytes of a commit.
///
/// Malformed authors, committers and times are problems of the commit rather than errors, so that the walk can continue.
/// Its parents are an error unless they are the lines that git reads as such: what one reader takes for a parent, and
/// another doesn't, would give them two histories.
///
/// # Errors
/// [`Obstacle::Malformed`] if the tree can't be read, [`Obstacle::UnreadParent`] if a header looks like a parent and
/// git ignores or refuses it.
pub fn parse(oid: Oid, raw: Vec<u8>) -> Result<Commit, Obstacle> {
    let malformed = |cause: &str| Obstacle::malformed(oid, cause);
    let mut headers = read_headers(&raw).peekable();
    let first = headers.next_if(|header| header.key == b"tree");
    let tree = first.ok_or_else(|| malformed("it does not begin with its tree"))?;
    let tree = hex(tree.value).ok_or_else(|| malformed("its tree is not an id"))?;
    let mut parents = Vec::new();
    while let Some(parent) = headers.peek().and_then(|header| parent(header.line)) {
        parents.push(parent);
        headers.next();
    }
    for header in headers {
        if header.key == b"tree" {
            return Err(malformed("it has two trees"));
        }
        if is_named_parent(header.line) {
            return Err(Obstacle::UnreadParent { commit: oid });
        }
    }
    Ok(Commit {
        oid,
        tree,
        parents: parents.into(),
        raw: raw.into(),
        author: OnceCell::new(),
        committer: OnceCell::new(),
        checked: OnceCell::new(),
    })
}

fn parent(line: &[u8]) -> Option<Oid> {
    let digits = line.strip_prefix(b"parent ")?.strip_suffix(b"\n")?;
    hex(digits).filter(|_| !digits.iter().any(u8::is_ascii_uppercase))
}

/// Tells whether a header has the name `parent`, in any case and whatever follows it.
fn is_named_parent(line: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut words = line.split(|byte| !is_of_name(byte)).filter(|word| !word.is_empty());
    words.next().is_some_and(|name| name.eq_ignore_ascii_case(b"parent"))
}

impl Commit {
    pub fn author(&self) -> &Ident {
        self.author.get_or_init(|| Box::new(self.ident(b"author")))
    }

    pub fn committer(&self) -> &Ident {
        let read = || Box::new(self.ident(b"committer"));
        self.committer.get_or_init(read)
    }

    pub fn committed(&self) -> Option<Instant> {
        self.checked().committed
    }

    /// Reads the ident in a header; if there are two such headers, the first is used and marked.
    fn ident(&self, key: &[u8]) -> Ident {
        let encoding = self.encoding();
        let mut named = read_headers(&self.raw).filter(|header| header.key == key);
        let Some(first) = named.next() else {
            return Ident::absent();
        };
        let mut ident = Ident::parse(&decode(first.value, encoding));
        ident.problems.extend(named.map(|_| IdentProblem::Twice));
        ident
    }

    /// Returns the message as text, decoded as the commit says, with every line ending converted to `\n`.
    pub fn message(&self) -> String {
        decode(self.body(), self.encoding()).replace("\r\n", "\n")
    }

    /// Returns the first line of the message.
    pub fn subject(&self) -> String {
        let message = self.message();
        message.lines().next().unwrap_or_default().to_owned()
    }

    /// Returns the trailers of the message, ignoring lines for which `aside` returns true.
    pub fn trailers(&self, aside: &dyn Fn(&str) -> bool) -> Vec<Trailer> {
        trailer::read(&self.message(), aside)
    }

    /// Returns what is malformed about the author, committer or message, which leaves
    /// conclusions about the commit uncertain.
    pub fn problem(&self) -> Option<(&'static str, IdentProblem)> {
        self.checked().problem
    }

    fn checked(&self) -> &CheckedIdents {
        self.checked.get_or_init(|| {
            let [author, committer] = [&b"author"[..], b"committer"].map(|key| self.ident(key));
            let first = |name: &'static str, ident: &Ident| {
                ident.problems.first().map(|problem| (name, *problem))
            };
            let problem = first("author", &author)
                .or_else(|| first("committer", &committer))
                .or_else(|| self.body().contains(&0).then_some(("message", IdentProblem::Nul)));
            CheckedIdents { committed: committer.time, problem }
        })
    }

    /// Returns the signature of the commit with the signed bytes: the commit without its signature headers.
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

    /// Returns the merged signed tags, each as the full text of the tag.
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

    fn encoding(&self) -> Option<&[u8]> {
        // Most commits state none, and have a signature to read past.
        memmem::find(&self.raw, b"encoding ").and_then(|_| self.header(b"encoding"))
    }

    fn body(&self) -> &[u8] {
        body(&self.raw)
    }
}

struct Header<'a> {
    key: &'a [u8],
    value: &'a [u8],
    line: &'a [u8],
}

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
        let blank = memchr(b' ', whole).unwrap_or(whole.len());
        let (key, value) = whole.split_at_checked(blank)?;
        Some(Header { key, value: value.get(1..).unwrap_or_default(), line })
    })
}

fn line_end(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

fn body(raw: &[u8]) -> &[u8] {
    if let Some(body) = raw.strip_prefix(b"\n") {
        return body;
    }
    // No line of a header is empty, not even one of a signature.
    memmem::find(raw, b"\n\n").and_then(|end| raw.get(end + 2..)).unwrap_or_default()
}

/// Removes the leading blank of each continuation line of a header, and ends the text with a newline.
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

/// Decodes bytes as text. Latin encodings are supported besides UTF-8; invalid UTF-8 is replaced.
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
