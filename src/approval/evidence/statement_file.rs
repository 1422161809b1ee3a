//! The content and path of a file below `.approvals`: what a person signed, or a forge's review recorded by a bridge; and
//! why one does not count.
//!
//! Pure. Start at [`ApprovalFile`], and at [`BadFile`]. Follows `docs/spec/approval.md`, S7, 1.12 and G2.

use crate::approval::sources::keys;
use crate::approval::sources::signature::SignatureState;
use crate::diag::remedy::Remedy;
use crate::history::watched_paths::OF_GOVERNANCE;
use crate::policy::people::account::Account;
use crate::record::address::Address;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::record::vocabulary::words;
use sha2::{Digest, Sha256};
use std::fmt;

/// The maximum length of a reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// The maximum size of an approval file, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;

/// The suffix of a signature's file name, after the name of the signed file.
pub const SIGNATURE: &str = ".sig";

/// Returns the sha256 of some bytes, as 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a text as a reason: on one line, and shortened; `None` if nothing is left.
pub fn shortened(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(LONGEST_REASON).collect();
    let trimmed = line.trim_end();
    if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) }
}

/// The folder of approval files, in each record folder.
pub const FOLDER: &str = ".approvals";

/// Used instead of an id when a governance file is approved, and the name of their folder.
pub(crate) const GOVERNANCE: &str = OF_GOVERNANCE;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFile {
    /// The name of the ledger; `None` if its policy states none.
    pub ledger: Option<String>,
    pub about: ApprovalSubject,
    /// The sha256 of the approved or rejected bytes, as 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The sha256 of the bytes that count instead, of a governance file whose version follows one that does not.
    pub from: Option<String>,
    pub decision: ApprovalDecision,
    pub at: Instant,
    pub by: Address,
    /// The person's own reason, on one line.
    pub reason: Option<String>,
    /// The URL of the forge's review; `None` for a file that a person signed.
    pub via: Option<String>,
    /// The reviewer's account at the forge, as its private address, unless `by` is that address.
    pub account: Option<Address>,
    /// The accounts of the authors' addresses, as the forge reports them: sorted by address, then by login.
    pub authors: Vec<AuthorLogin>,
}

impl ApprovalFile {
    // Returns when it was said, by its text and the time of its landing beside the record: a rejection that lands under an
    // earlier date is as late as it was signed.
    pub(crate) fn stated_at(&self, landed: Instant) -> Instant {
        match self.decision {
            ApprovalDecision::Approve => self.at.min(landed),
            ApprovalDecision::Reject => self.at,
        }
    }

    /// Reads a file strictly: exactly these lines, in this order.
    ///
    /// # Errors
    /// [`BadFile`], which says what was found and what was expected.
    pub fn read(bytes: &[u8]) -> Result<ApprovalFile, BadFile> {
        let mut lines = StatementLines::new(bytes)?;
        if lines.take(FIRST) != Some("") {
            return Err(BadFile::Line { line: 1, expected: FIRST });
        }
        let ledger = lines.need("ledger", "ledger <name, or ->", |name| {
            (!name.is_empty()).then(|| if name != "-" { Some(name.to_owned()) } else { None })
        })?;
        let about = lines.need("record", "record <id, or governance:path>", about)?;
        let sha256 = lines.need("sha256", "sha256 <64 lower-case hexadecimal digits>", |text| {
            if is_digest(text) { Some(text.to_owned()) } else { None }
        })?;
        let from = lines.may("from", "from <64 lower-case hexadecimal digits>", |text| {
            let governs = matches!(about, ApprovalSubject::Governance(_));
            if governs && is_digest(text) { Some(text.to_owned()) } else { None }
        })?;
        let decision = lines.need("decision", "decision approve, or decision reject", |word| {
            let known = [ApprovalDecision::Approve, ApprovalDecision::Reject];
            known.into_iter().find(|decision| decision.as_str() == word)
        })?;
        let at = lines.need("at", "at <RFC 3339 in UTC, such as 2026-12-01T09:30:00Z>", utc)?;
        let by = lines.need("by", "by <address>", Address::new)?;
        let reason =
            lines.may("reason", "reason <one line of at most 500 characters>", |text| {
                if is_reason(text) { Some(text.to_owned()) } else { None }
            })?;
        let via = lines.may("via", "via <address of the review>", |text| {
            if is_url(text) { Some(text.to_owned()) } else { None }
        })?;
        let (account, authors) = match via {
            Some(_) => accounts(&mut lines)?,
            None => (None, Vec::new()),
        };
        lines.end()?;
        if via.is_some() && decision == ApprovalDecision::Reject {
            return Err(BadFile::ReviewRejects);
        }
        Ok(ApprovalFile {
            ledger,
            about,
            sha256,
            from,
            decision,
            at,
            by,
            reason,
            via,
            account,
            authors,
        })
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// [`BadFile`] if a value could not be read back, such as a reason of two lines.
    pub fn text(&self) -> Result<String, BadFile> {
        let mut text = format!(
            "{FIRST}\nledger {}\nrecord {}\nsha256 {}\n{}decision {}\nat {}\nby {}\n",
            self.ledger.as_deref().unwrap_or("-"),
            self.about,
            self.sha256,
            self.from.as_ref().map_or(String::new(), |from| format!("from {from}\n")),
            self.decision.as_str(),
            self.at,
            self.by,
        );
        for (key, value) in [("reason", &self.reason), ("via", &self.via)] {
            if let Some(value) = value {
                text.push_str(&format!("{key} {value}\n"));
            }
        }
        if let Some(account) = &self.account {
            text.push_str(&format!("account {account}\n"));
        }
        for author in &self.authors {
            text.push_str(&format!("author {} {}\n", author.email, author.login));
        }
        let read = ApprovalFile::read(text.as_bytes())?;
        let same_review =
            read.via == self.via && read.account == self.account && read.authors == self.authors;
        if read.about != self.about || read.reason != self.reason || !same_review {
            return Err(BadFile::NotText);
        }
        Ok(text)
    }

    /// Returns the file's path from the ledger's root, below a record folder.
    /// A file signed by a person or a bridge has its signature beside it, at this path plus `.sig`.
    pub fn path(&self, records: &str) -> String {
        self.below(records, &self.about.folder())
    }

    /// Returns the former path of a governance file's approval, from before each had its own
    /// folder; it still counts there.
    pub(crate) fn former_path(&self, records: &str) -> Option<String> {
        let governs = matches!(self.about, ApprovalSubject::Governance(_));
        if governs { Some(self.below(records, GOVERNANCE)) } else { None }
    }

    fn below(&self, records: &str, folder: &str) -> String {
        let digits: String = self.sha256.chars().take(12).collect();
        let person = escaped(self.by.as_str());
        let base = base(records);
        format!("{base}{FOLDER}/{folder}/{digits}-{person}.txt")
    }
}

pub(crate) fn base(records: &str) -> String {
    let folder = records.trim_start_matches("./").trim_end_matches('/');
    match folder {
        "" | "." => String::new(),
        folder => format!("{folder}/"),
    }
}

pub(crate) const FIRST: &str = "exledger-approval v1";

/// An author's address and the forge's login for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuthorLogin {
    pub email: Address,
    pub login: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalSubject {
    Record(Id),
    Governance(String),
}

words! {
    /// What a person decided.
    pub enum ApprovalDecision {
        Approve,
        Reject,
    }
}

impl ApprovalSubject {
    /// Returns the folder of its approvals, below that of all.
    pub(crate) fn folder(&self) -> String {
        match self {
            ApprovalSubject::Record(id) => id.to_string(),
            ApprovalSubject::Governance(path) => format!("{GOVERNANCE}/{}", one_segment(path)),
        }
    }
}

impl fmt::Display for ApprovalSubject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApprovalSubject::Record(id) => id.fmt(out),
            ApprovalSubject::Governance(path) => write!(out, "{GOVERNANCE}:{path}"),
        }
    }
}

/// Returns the path of a governance file as a single folder name, so that approvals of two files never share a folder.
pub(crate) fn one_segment(path: &str) -> String {
    let trimmed = path.trim_start_matches("./");
    trimmed.replace('%', "%25").replace('/', "%2F")
}

pub(crate) fn escaped(address: &str) -> String {
    let plain = |character: char| {
        character.is_ascii_lowercase()
            || character.is_ascii_digit()
            || matches!(character, '.' | '@' | '+' | '_' | '-')
    };
    let characters = address.chars();
    characters.map(|character| if plain(character) { character } else { '_' }).collect()
}

pub(crate) fn is_line(text: &str) -> bool {
    let breaks =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    !text.trim().is_empty() && !text.contains(breaks)
}

pub(crate) fn is_url(text: &str) -> bool {
    let host = text
        .split_once("://")
        .filter(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .filter(|(scheme, host)| !scheme.is_empty() && !host.is_empty());
    host.is_some() && is_line(text) && !text.contains(char::is_whitespace)
}

/// Tells whether a text can be a login: letters, digits and `.`, `_`, `-`, optionally ending in `[bot]`.
pub fn is_login(text: &str) -> bool {
    let plain = text.strip_suffix("[bot]").unwrap_or(text);
    let fits =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    !plain.is_empty() && plain.chars().all(fits)
}

fn accounts(
    lines: &mut StatementLines<'_>,
) -> Result<(Option<Address>, Vec<AuthorLogin>), BadFile> {
    let account = lines.may("account", "account <private address at the forge>", |text| {
        Address::new(text).filter(|address| Account::of(address.as_str(), &[]).is_some())
    })?;
    let form = "author <address> <login>, sorted, at most 100 lines";
    let mut authors: Vec<AuthorLogin> = Vec::new();
    while authors.len() < MOST_AUTHORS {
        let last = authors.last();
        let author = lines.may("author", form, |text| {
            let (email, login) = text.split_once(' ')?;
            let author = AuthorLogin {
                email: Address::new(email)?,
                login: is_login(login).then(|| login.to_owned())?,
            };
            last.is_none_or(|last| *last < author).then_some(author)
        })?;
        let Some(author) = author else { break };
        authors.push(author);
    }
    Ok((account, authors))
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(crate) fn about(text: &str) -> Option<ApprovalSubject> {
    match text.split_once(':') {
        Some((GOVERNANCE, path)) => {
            is_line(path).then(|| ApprovalSubject::Governance(path.to_owned()))
        }
        _ => Id::new(text).map(ApprovalSubject::Record),
    }
}

pub(crate) fn utc(text: &str) -> Option<Instant> {
    let zoned = text.ends_with('Z') || text.ends_with("+00:00");
    Instant::parse(text).filter(|_| zoned)
}

/// The maximum number of lines about the authors' accounts.
pub const MOST_AUTHORS: usize = 100;

/// Tells whether a text can be a reason: a non-empty line of at most 500 characters.
pub fn is_reason(text: &str) -> bool {
    is_line(text) && text.chars().count() <= LONGEST_REASON
}

struct StatementLines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> StatementLines<'a> {
    fn new(bytes: &'a [u8]) -> Result<StatementLines<'a>, BadFile> {
        if bytes.len() > MOST_BYTES {
            return Err(BadFile::TooLarge);
        }
        let rest = std::str::from_utf8(bytes).map_err(|_| BadFile::NotText)?;
        Ok(StatementLines { rest, number: 1 })
    }

    fn take(&mut self, prefix: &str) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        let value = line.strip_prefix(prefix)?;
        (self.rest, self.number) = (rest, self.number + 1);
        Some(value)
    }

    fn need<T>(
        &mut self,
        key: &str,
        form: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, BadFile> {
        self.may(key, form, read)?.ok_or_else(|| self.expected(form))
    }

    fn may<T>(
        &mut self,
        key: &str,
        form: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, BadFile> {
        let line = self.number;
        let expected = form;
        let Some(value) = self.take(&format!("{key} ")) else {
            return Ok(None);
        };
        let value = read(value).ok_or(BadFile::Line { line, expected })?;
        Ok(Some(value))
    }

    fn expected(&self, expected: &'static str) -> BadFile {
        BadFile::Line { line: self.number, expected }
    }

    fn end(&self) -> Result<(), BadFile> {
        match self.rest {
            "" => Ok(()),
            _ => Err(self.expected("the end of the file, or another line here")),
        }
    }
}

/// Why a file below `.approvals` does not count: `bad-approval-file`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    #[error("it is not text that can be read back")]
    NotText,
    #[error("it has more than {} bytes", MOST_BYTES)]
    TooLarge,
    #[error("line {line} must be: {expected}")]
    Line { line: usize, expected: &'static str },
    #[error("a review can't reject: only a signature can")]
    ReviewRejects,
    #[error("it belongs in {expected}")]
    Path { expected: String },
    /// It is about another ledger, or names none although approvals name this one.
    #[error("it is for the ledger `{named}`, but this is `{expected}`")]
    Ledger {
        /// The ledger that it names, `-` for none.
        named: String,
        /// The name of this ledger: from its policy, or the id of its root commit.
        expected: String,
    },
    #[error("it has no {SIGNATURE} file")]
    NoSignature,
    #[error("it records a review without the signature of a bridge")]
    NoBridgeSignature,
    #[error(
        "it records a review, but the key of {signer} is not listed for {} alone",
        keys::REVIEW
    )]
    NoBridge { signer: String },
    #[error("the file that it signs is missing")]
    NoText,
    #[error("its signature {0}")]
    Signature(SignatureState),
    #[error("it names {by}, but its signature is by {signer}")]
    OtherPerson { by: String, signer: String },
    #[error("it is neither an approval nor a signature")]
    Stranger,
}

impl BadFile {
    pub fn remedy(&self) -> Remedy {
        let anew = "remove it, and write it again with `exledger approve`";
        let words = match self {
            BadFile::Line { expected, .. } if expected.starts_with("reason") => {
                format!(
                    "keep the reason on one line of at most {LONGEST_REASON} characters, and sign again"
                )
            }
            BadFile::Signature(SignatureState::UntrustedKey(_)) => {
                "list the key in the signers file first, in a separate change".to_owned()
            }
            BadFile::Signature(SignatureState::NotValidAtLanding(_)) => {
                "list a key that is valid, then approve again".to_owned()
            }
            BadFile::Signature(SignatureState::Revoked(_)) => {
                "approve again, with a key that is not revoked".to_owned()
            }
            BadFile::Signature(SignatureState::Unverifiable(_)) => {
                "approve again, with an ed25519, ECDSA P-256 or RSA key".to_owned()
            }
            BadFile::NoBridge { .. } => {
                format!("list a key of the bridge first, for {} and nothing else", keys::REVIEW)
            }
            BadFile::NoBridgeSignature => {
                "have it signed: `exledger approve --from-reviews FILE --key KEY`; or sign an approval: `exledger approve ID`"
                    .to_owned()
            }
            BadFile::Stranger | BadFile::NoText => {
                "remove it: only `exledger approve` writes there".to_owned()
            }
            _ => anew.to_owned(),
        };
        words.into()
    }
}
