//! Checks whether a file below `.approvals` is valid in its place: its lines, name, ledger and signature; and the name by
//! which such files identify their ledger, so that they count in no other.
//!
//! Pure. Start at [`check`], at [`place`] to select the files, and at [`LedgerName::from_policy`]. Follows
//! `docs/spec/approval.md`, S7, conditions and failures, and 1.12.

use crate::approval::evidence::statement_file::{
    self, ApprovalFile, BadFile, FOLDER, GOVERNANCE, SIGNATURE,
};
use crate::approval::put_back;
use crate::approval::sources::keys::{Keys, Signer};
use crate::approval::sources::signature::{self, CheckedSignature, SignatureState};
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::{Policy, people};
use crate::record::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementPath {
    Text {
        signature: String,
    },
    /// A signature of the approval at this path.
    Signature {
        text: String,
    },
    Stranger,
}

/// Classifies a path; `None` if it is not below the approvals of one of the record folders.
pub fn place(path: &str, records: &[String]) -> Option<StatementPath> {
    let below = |folder: &String| {
        let rest = path.strip_prefix(&statement_file::base(folder))?;
        rest.strip_prefix(FOLDER)?.strip_prefix('/')
    };
    let inside = records.iter().find_map(below)?;
    // Each governance file has its own approval folder; formerly they shared one.
    let in_one_folder = match inside.split_once('/') {
        Some((GOVERNANCE, rest)) => (1..=2).contains(&rest.split('/').count()),
        Some((_, rest)) => !rest.contains('/'),
        None => false,
    };
    Some(match path.strip_suffix(SIGNATURE) {
        Some(text) if in_one_folder && text.ends_with(".txt") => {
            StatementPath::Signature { text: text.to_owned() }
        }
        None if in_one_folder && path.ends_with(".txt") => {
            StatementPath::Text { signature: format!("{path}{SIGNATURE}") }
        }
        _ => StatementPath::Stranger,
    })
}

/// An approval file that is valid in its place; [`SoundStatement::signer`] checks whether its signature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundStatement {
    pub file: ApprovalFile,
    /// The signature beside it: the named person's, or the bridge's of a recorded review.
    pub signature: CheckedSignature,
}

/// Reads an approval file and checks it against its path, its ledger and its signature.
///
/// `records` are the record folders and `ledger` is the ledger's name, both from the governance that
/// identities are resolved by (D2).
///
/// # Errors
/// [`BadFile`] if it can't count.
pub fn check(
    path: &str,
    text: &[u8],
    signature: Option<&[u8]>,
    records: &[String],
    ledger: &LedgerName,
) -> Result<SoundStatement, BadFile> {
    let file = ApprovalFile::read(text)?;
    let lies = |folder: &String| {
        file.path(folder) == path || file.former_path(folder).as_deref() == Some(path)
    };
    if !records.iter().any(lies) {
        let first = records.first().map_or("", String::as_str);
        let expected = file.path(first);
        return Err(BadFile::Path { expected });
    }
    if !ledger.is_stated(file.ledger.as_deref()) {
        let shown = |name: Option<&str>| name.unwrap_or(UNNAMED).to_owned();
        return Err(BadFile::Ledger {
            named: shown(file.ledger.as_deref()),
            expected: shown(ledger.written()),
        });
    }
    let signature = match (&file.via, signature) {
        (None, Some(armoured)) => signature::detached(armoured, text),
        (None, None) => return Err(BadFile::NoSignature),
        (Some(_), Some(armoured)) => signature::of_review(armoured, text),
        (Some(_), None) if put_back::A4 => signature::of_review(&[], text),
        (Some(_), None) => return Err(BadFile::NoBridgeSignature),
    };
    Ok(SoundStatement { file, signature })
}

impl SoundStatement {
    /// Returns the signer of the file at an instant: the effective time of its landing.
    ///
    /// # Errors
    /// [`BadFile::Signature`] if it does not count, [`BadFile::OtherPerson`] if someone other than the named person
    /// signed, [`BadFile::NoSignature`] if the file records a review.
    pub fn signer(
        &self,
        keys: &Keys,
        governance: &Governance,
        at: Instant,
    ) -> Result<Signer, BadFile> {
        if self.file.via.is_some() {
            return Err(BadFile::NoSignature);
        }
        let signer = self.attested(keys, at)?;
        let person = people::identify(governance, "", self.file.by.as_str());
        if !signer.is(governance, &person) {
            return Err(BadFile::OtherPerson {
                by: self.file.by.to_string(),
                signer: signer.written(),
            });
        }
        Ok(signer)
    }

    fn attested(&self, keys: &Keys, at: Instant) -> Result<Signer, BadFile> {
        match self.signature.state(keys, at) {
            SignatureState::Attested(signer) => Ok(signer),
            other => Err(BadFile::Signature(other)),
        }
    }

    /// Returns the bridge that signed a forge's review at an instant: the effective time of its landing.
    ///
    /// # Errors
    /// [`BadFile::Signature`] if it does not count, [`BadFile::NoBridge`] if the key is not a bridge's,
    /// [`BadFile::NoBridgeSignature`] if the file records no review.
    pub fn bridge(
        &self,
        keys: &Keys,
        governance: &Governance,
        at: Instant,
    ) -> Result<Person, BadFile> {
        if self.file.via.is_none() {
            return Err(BadFile::NoBridgeSignature);
        }
        if put_back::A4 {
            return Ok(people::identify(governance, "", self.file.by.as_str()));
        }
        let signer = self.attested(keys, at)?;
        let bridge = signer.persons(governance).into_iter().next();
        let bridge = if keys.is_bridge_key(&signer.key) { bridge } else { None };
        bridge.ok_or_else(|| BadFile::NoBridge { signer: signer.written() })
    }
}

/// What approval files without a ledger name contain instead.
pub const UNNAMED: &str = "-";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerName {
    Stated(String),
    /// The policy states no name, so the id of the root commit is used.
    Root {
        name: String,
        /// Whether files without a ledger name count too: those older than the first file with this name.
        counts_unnamed: bool,
    },
    /// The policy states no name, and the root commit is missing.
    Unknown,
}

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPlace {
    /// The root commit of the approved ref; `None` if it is missing, or nobody asks for it.
    pub root: Option<Oid>,
    folder: String,
}

impl LedgerPlace {
    pub fn new(root: Option<Oid>, prefix: &LedgerPrefix) -> LedgerPlace {
        LedgerPlace { root, folder: prefix.folder() }
    }

    fn named(&self, name: &str) -> String {
        match self.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{name}:{folder}"),
        }
    }
}

impl LedgerName {
    /// Returns the name under a policy. Of a ledger in the root of its repository, files without a ledger name count too.
    pub fn from_policy(policy: &Policy, place: &LedgerPlace) -> LedgerName {
        match (&policy.name, place.root) {
            (Some(name), _) => LedgerName::Stated(place.named(name)),
            (None, Some(root)) => LedgerName::Root {
                name: place.named(&root.to_string()),
                counts_unnamed: place.folder.is_empty(),
            },
            (None, None) => LedgerName::Unknown,
        }
    }

    /// Tells whether files without a ledger name still count under a root commit's id.
    pub fn counting_unnamed(mut self, counts: bool) -> LedgerName {
        if let LedgerName::Root { counts_unnamed, .. } = &mut self {
            *counts_unnamed &= counts;
        }
        self
    }

    /// Returns the name for new files; `None` if it is undetermined.
    pub fn written(&self) -> Option<&str> {
        match self {
            LedgerName::Stated(name) | LedgerName::Root { name, .. } => Some(name),
            LedgerName::Unknown => None,
        }
    }

    /// Tells whether an approval file is about this ledger, given the name that it states. If the ledger's name is
    /// undetermined, any file may be.
    pub fn is_stated(&self, stated: Option<&str>) -> bool {
        match (self, stated) {
            (LedgerName::Stated(name), stated) => stated == Some(name),
            (LedgerName::Root { name, .. }, Some(stated)) => stated == name,
            (LedgerName::Root { counts_unnamed: unnamed, .. }, None) => *unnamed,
            (LedgerName::Unknown, _) => true,
        }
    }
}
