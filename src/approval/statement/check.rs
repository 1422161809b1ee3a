//! Checks whether a file below `.approvals` is valid in its place: its lines, name, ledger and signature.
//!
//! Uses policy's people, approval's keys and signatures. Pure. Start at [`check`], and at [`place`] to select the
//! files. Follows `docs/spec/approval.md`, S7, conditions and failures, and 1.12.

use crate::approval::keys::{Keys, Signer};
use crate::approval::ledger_name::{LedgerName, UNNAMED};
use crate::approval::put_back;
use crate::approval::signature::{self, CheckedSignature, SignatureState};
use crate::approval::statement::bad_file::BadFile;
use crate::approval::statement::file::{ApprovalFile, FOLDER, GOVERNANCE};
use crate::approval::statement::{self, SIGNATURE};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::time::Instant;

/// The kind of file at a path below `.approvals`.
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
        let rest = path.strip_prefix(&statement::file::base(folder))?;
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
    pub backing: Backing,
}

/// The evidence behind an approval file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backing {
    Signature(CheckedSignature),
    /// The signature beside it, by the bridge that records a forge's review.
    Bridge(CheckedSignature),
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
    let backing = match (&file.via, signature) {
        (None, Some(armoured)) => Backing::Signature(signature::detached(armoured, text)),
        (Some(_), None) if put_back::A4 => Backing::Bridge(signature::of_review(&[], text)),
        (Some(_), None) => return Err(BadFile::NoBridgeSignature),
        (None, None) => return Err(BadFile::NoSignature),
        (Some(_), Some(armoured)) => Backing::Bridge(signature::of_review(armoured, text)),
    };
    Ok(SoundStatement { file, backing })
}

impl SoundStatement {
    /// Returns the signer of the file at an instant: the effective time of its landing.
    ///
    /// An invalid signature is detected without any key list, so it can be reported before keys are compared.
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
        let Backing::Signature(signature) = &self.backing else {
            return Err(BadFile::NoSignature);
        };
        let signer = match signature.state(keys, at) {
            SignatureState::Attested(signer) => signer,
            other => return Err(BadFile::Signature(other)),
        };
        let person = people::identify(governance, "", self.file.by.as_str());
        if !signer.is(governance, &person) {
            return Err(BadFile::OtherPerson {
                by: self.file.by.to_string(),
                signer: signer.written(),
            });
        }
        Ok(signer)
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
        let Backing::Bridge(signature) = &self.backing else {
            return Err(BadFile::NoBridgeSignature);
        };
        if put_back::A4 {
            return Ok(people::identify(governance, "", self.file.by.as_str()));
        }
        let signer = match signature.state(keys, at) {
            SignatureState::Attested(signer) => signer,
            other => return Err(BadFile::Signature(other)),
        };
        let bridge = signer.persons(governance).into_iter().next();
        let bridge = bridge.filter(|_| keys.is_bridge_key(&signer.key));
        bridge.ok_or_else(|| BadFile::NoBridge { signer: signer.written() })
    }
}
