//! The author or committer that a commit names, read from the raw header as git reads it.
//!
//! Pure, never fails: malformed parts are [`IdentProblem`]s. Start at [`Ident`]. Follows `docs/spec/approval.md`, A7;
//! `store::git` says where libgit2 reads otherwise.

use std::fmt;

use crate::record::time::Instant;

/// A name, an address and a time, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ident {
    /// The name, trimmed.
    pub name: String,
    /// The text between the first `<` and the next `>`, as written.
    pub email: String,
    pub time: Option<Instant>,
    pub problems: Vec<IdentProblem>,
}

/// What is malformed about a commit header. Parsers disagree on the person or the time in such headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentProblem {
    Absent,
    /// There are two such headers.
    Twice,
    /// It contains no `<…>`.
    NoAddress,
    /// It contains more than one `<` or `>`.
    TwoAddresses,
    /// The time is not a number, or out of the calendar.
    BadTime,
    Nul,
}

impl Ident {
    /// Reads the value of an `author` or `committer` header, decoded to text.
    pub fn parse(line: &str) -> Ident {
        let mut problems = Vec::new();
        if line.contains('\0') {
            problems.push(IdentProblem::Nul);
        }
        let Some((name, rest)) = line.split_once('<') else {
            problems.push(IdentProblem::NoAddress);
            return Ident { name: line.trim().to_owned(), problems, ..Ident::default() };
        };
        let (email, rest) = rest.split_once('>').unwrap_or_else(|| {
            problems.push(IdentProblem::NoAddress);
            ("", rest)
        });
        if email.contains('<') || name.contains('>') || rest.contains(['<', '>']) {
            problems.push(IdentProblem::TwoAddresses);
        }
        // Git reads the time after the last bracket.
        let tail = rest.rsplit('>').next().unwrap_or(rest);
        let time = read_time(tail);
        if time.is_none() {
            problems.push(IdentProblem::BadTime);
        }
        Ident { name: name.trim().to_owned(), email: email.to_owned(), time, problems }
    }

    /// Returns the ident of a commit without such a header.
    pub fn absent() -> Ident {
        Ident { problems: vec![IdentProblem::Absent], ..Ident::default() }
    }

    /// Returns the address if it is usable: not empty, and with an `@`.
    pub fn address(&self) -> Option<&str> {
        let address = self.email.trim();
        address.contains('@').then_some(address)
    }
}

fn read_time(tail: &str) -> Option<Instant> {
    let mut parts = tail.split_whitespace();
    let (seconds, offset) = (parts.next()?, parts.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let offset = offset.strip_prefix('+').or_else(|| offset.strip_prefix('-'))?;
    if parts.next().is_some() || !digits(seconds) || !digits(offset) {
        return None;
    }
    Instant::from_unix(seconds.parse().ok()?)
}

impl fmt::Display for IdentProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            IdentProblem::Absent => "the header is absent",
            IdentProblem::Twice => "the header appears twice",
            IdentProblem::NoAddress => "it has no `<address>`",
            IdentProblem::TwoAddresses => "it has more than one `<` or `>`",
            IdentProblem::BadTime => "its time can't be read",
            IdentProblem::Nul => "it contains a NUL",
        })
    }
}
