//! Parses commit messages of forges and people, and the people that their lines name.
//!
//! Uses `history::trailer`. Pure. Start at [`CommitMessage`] and [`person`]. Follows `docs/spec/approval.md`, E4 and E5.

use crate::history::trailer::{self, Trailer};

/// The lines of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitMessage<'a> {
    /// The whole message, with lines ending in `\n`.
    pub text: &'a str,
    /// The first non-blank line.
    pub subject: &'a str,
    /// All later lines.
    pub body: Vec<&'a str>,
}

/// Tells whether a line is the forge's own and is to be ignored among the trailers.
pub type Aside = fn(&str) -> bool;

impl<'a> CommitMessage<'a> {
    /// Reads the lines of a message.
    pub fn read(text: &'a str) -> CommitMessage<'a> {
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .skip_while(|line| line.trim().is_empty());
        CommitMessage {
            text,
            subject: lines.next().unwrap_or_default().trim_end(),
            body: lines.collect(),
        }
    }

    /// Returns the trailers: the whole last paragraph, or nothing if one of its lines is not a trailer.
    pub fn trailers(&self, aside: Option<Aside>) -> Vec<Trailer> {
        trailer::read(self.text, &|line| aside.is_some_and(|aside| aside(line)))
    }

    /// Returns the people named by `Co-authored-by` in the last paragraph, even if other lines there are prose.
    ///
    /// Naming an author can only restrict who may approve, so the surrounding lines need no check.
    pub fn co_authors(&self) -> Vec<&'a str> {
        trailer::last_paragraph(self.text)
            .into_iter()
            .filter_map(|line| line.split_once(':'))
            .filter(|(token, _)| token.eq_ignore_ascii_case("Co-authored-by"))
            .map(|(_, value)| value.trim())
            .collect()
    }
}

/// Returns the name and the address of `Name <address>`, of a bare address, or of a name alone.
///
/// Either is `None` if missing; an address without `@` is not an address.
pub fn person(value: &str) -> (Option<&str>, Option<&str>) {
    let trimmed = value.trim();
    if let Some((name, rest)) = trimmed.split_once('<') {
        let address = rest.split('>').next().unwrap_or_default().trim();
        return (
            Some(name.trim()).filter(|name| !name.is_empty()),
            Some(address).filter(|address| address.contains('@')),
        );
    }
    if trimmed.contains('@') && !trimmed.starts_with('@') && !trimmed.contains(char::is_whitespace)
    {
        return (None, Some(trimmed));
    }
    (Some(trimmed).filter(|name| !name.is_empty()), None)
}

/// Tells whether a value names no person: empty, a group, or a placeholder.
pub fn is_nobody(value: &str) -> bool {
    let words = [
        "tbd", "tba", "todo", "n/a", "na", "none", "nobody", "no one", "no-one", "null", "nil",
        "unknown", "pending", "-", "?", "??", "???",
    ];
    match person(value) {
        (_, Some(_)) => false,
        (None, None) => true,
        (Some(name), None) => {
            let name = name.trim_end_matches('.').to_lowercase();
            name.is_empty() || name.starts_with('#') || words.contains(&name.as_str())
        }
    }
}
