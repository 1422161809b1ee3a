//! A commit message as forges and people write it, and the persons that its lines name.
//!
//! Uses `history::trailer`. Pure. Start at [`CommitMessage`] and [`person`]. Follows `docs/spec/approval.md`, E4 and E5.

use crate::history::trailer::{self, Trailer};

/// The lines of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitMessage<'a> {
    /// All of it, lines ending in `\n`.
    pub text: &'a str,
    /// The first line that is not blank.
    pub subject: &'a str,
    /// Every line after it.
    pub body: Vec<&'a str>,
}

/// Tells of a line whether it is the forge's own and stands aside of the trailers.
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

    /// Returns the trailers: all of the last paragraph, or none where a line of it is no trailer.
    pub fn trailers(&self, aside: Option<Aside>) -> Vec<Trailer> {
        trailer::read(self.text, &|line| aside.is_some_and(|aside| aside(line)))
    }

    /// Returns who is named by `Co-authored-by` in the last paragraph, also where other lines of it are prose.
    ///
    /// Naming someone as author can only take away, so nothing is asked of the lines around it.
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
/// Either is `None` where it is not there; an address without `@` is none.
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

/// Tells whether a value names no person: nothing, a group, or a word that stands for nobody.
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
