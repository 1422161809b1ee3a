//! A record's text without the entry that closes it, so that most closed records need no look at what they were before.
//!
//! Pure. Start at [`Outline::of_text`]. The commonest last change of a record puts an entry `closure:` into its text and
//! touches nothing else: then both texts say the same but for it, and one is enough to parse.

use memchr::{memchr, memmem};

use crate::history::digest::Digest;

/// What is compared of a record's text without parsing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    rest: Digest,
    has_closure: bool,
    pub(super) may_be_emergency: bool,
}

impl Outline {
    /// Returns the outline of a text whose digest is known; `None` if its entry `closure:` can't be told by its lines.
    pub fn of_text(bytes: &[u8], whole: Digest) -> Option<Outline> {
        // A key may be written with escapes.
        let text = std::str::from_utf8(bytes).ok().filter(|_| memchr(b'\\', bytes).is_none())?;
        let may_be_emergency = memmem::find(bytes, b"emergency").is_some();
        let Some((before, entry)) = split(text) else {
            let is_open = memmem::find(bytes, b"closure").is_none();
            let outline = Outline { rest: whole, has_closure: false, may_be_emergency };
            return is_open.then_some(outline);
        };
        let after = entry.get(end(entry)..)?;
        // A text that keeps its last line breaks ends where the entry begins.
        let is_kept = |style| before.contains(style);
        let is_sole = !before.contains("closure") && !after.contains("closure");
        let rest = || Digest::of([before, after].concat().as_bytes());
        let is_told = is_sole && !["|+", ">+"].into_iter().any(is_kept);
        is_told.then(|| Outline { rest: rest(), has_closure: true, may_be_emergency })
    }

    /// Tells whether this text, if it can be read, is another one with nothing but an entry `closure:` put in.
    pub fn closes(self, earlier: Outline) -> bool {
        self.has_closure && !earlier.has_closure && self.rest == earlier.rest
    }
}

/// Splits a text before the first line that begins an entry `closure:` of its own.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = memmem::find(text.as_bytes(), b"\nclosure:")?;
    text.split_at_checked(at + 1)
}

/// Returns where the entry at the begin of a text ends: before the next line that is neither indented nor an item of a
/// list, nor a comment or blank line between such lines.
fn end(entry: &str) -> usize {
    let (mut end, mut read) = (0, 0);
    for line in entry.split_inclusive('\n') {
        read += line.len();
        if end == 0 || line.starts_with([' ', '\t', '-']) {
            end = read;
        } else if !(line.starts_with('#') || line.trim().is_empty()) {
            break;
        }
    }
    end
}
