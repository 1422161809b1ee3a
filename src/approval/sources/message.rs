//! Parses commit messages of forges and people, and the people that their lines name; describes what one forge writes.
//!
//! Pure. Start at [`CommitMessage`], [`person`] and [`ForgeAdapter`], which `forge::ALL` lists. Follows
//! `docs/spec/approval.md`, 2, E4 and E5.

use crate::history::trailer::{self, Trailer};

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

/// One forge, or one convention of recording approvals.
#[derive(Debug)]
pub struct ForgeAdapter {
    /// The value of the policy's `forge`.
    pub name: &'static str,
    /// When it is chosen without being named.
    pub auto: Auto,
    /// Tells whether a committer, by name and address, is the forge itself.
    pub is_committer: fn(&str, &str) -> bool,
    pub pull_request: fn(&CommitMessage) -> Option<String>,
    pub approvals: fn(&CommitMessage, Pinned) -> Vec<ApproverLine>,
}

impl ApproverLine {
    pub(crate) fn by_hand(value: &str) -> ApproverLine {
        ApproverLine { value: value.to_owned(), is_by_forge: false }
    }
}

impl ForgeAdapter {
    /// A forge that commits nothing itself and names neither pull requests nor approvers.
    pub(crate) const SILENT: ForgeAdapter = ForgeAdapter {
        name: "",
        auto: Auto::Never,
        is_committer: |_, _| false,
        pull_request: |_| None,
        approvals: |_, _| Vec::new(),
    };
}

/// When a forge is chosen under `forge: auto`.
#[derive(Clone, Copy, Debug)]
pub enum Auto {
    /// Never: anybody can type its text.
    Never,
    /// By its identity as committer only, because people type subjects of the same form.
    ByCommitter,
    /// By its identity as committer, or by the form of the message.
    By(fn(&CommitMessage) -> bool),
    /// If nothing else fits.
    Otherwise,
}

/// Whether the policy names the forge, which means that committers to the approved branch check the claims in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    ByPolicy,
    /// The forge was inferred from the commit.
    ByCommit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproverLine {
    pub value: String,
    pub is_by_forge: bool,
}

pub(crate) fn by_trailers(
    message: &CommitMessage,
    tokens: &[&str],
    aside: Option<Aside>,
    is_by_forge: bool,
) -> Vec<ApproverLine> {
    message
        .trailers(aside)
        .into_iter()
        .filter(|trailer| tokens.iter().any(|token| trailer.is(token)))
        .map(|trailer| ApproverLine { value: trailer.value, is_by_forge })
        .collect()
}

/// Returns the trailers with one token; the forge itself wrote those after the last `Reviewed-on`.
pub(crate) fn after_reviewed_on(message: &CommitMessage, token: &str) -> Vec<ApproverLine> {
    let trailers = message.trailers(None);
    let last = trailers.iter().rposition(|trailer| trailer.is("Reviewed-on"));
    trailers
        .iter()
        .enumerate()
        .filter(|(_, trailer)| trailer.is(token))
        .map(|(at, trailer)| ApproverLine {
            value: trailer.value.clone(),
            is_by_forge: last.is_some_and(|last| at > last),
        })
        .collect()
}

pub(crate) fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Returns the number in `… (#12)` at the end of a subject, with one of the given marks before it.
pub(crate) fn number_in_parentheses(subject: &str, marks: &[char]) -> Option<(char, String)> {
    let (_, last) = subject.strip_suffix(')')?.rsplit_once(" (")?;
    let mark = marks.iter().find(|mark| last.starts_with(**mark))?;
    let number = number(last.strip_prefix(*mark)?)?;
    Some((*mark, number.to_owned()))
}
