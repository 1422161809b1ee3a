//! Signed approvals and rejections of some bytes that trees hold, whether or not they have landed.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/approval.md`, S7.

use crate::approval::evidence::approvals_branch::WAITS;
use crate::approval::evidence::statement::{self, LedgerName};
use crate::approval::evidence::statement_file::{
    ApprovalDecision, ApprovalSubject, FOLDER, SIGNATURE, base,
};
use crate::approval::sources::keys::Keys;
use crate::ledger::tree::{Tree, TreeError};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::time::Instant;
use std::collections::BTreeSet;

/// The bytes of a record or governance file, and where approval files about them are.
#[derive(Clone, Copy)]
pub struct SignedContent<'c> {
    pub about: &'c ApprovalSubject,
    /// The sha256 that an approval has to name of the bytes that count instead of the version before.
    pub from: Option<&'c str>,
    /// The sha256 of the bytes, as 64 hexadecimal digits.
    pub sha256: &'c str,
    /// The record folder that holds the file.
    pub folder: &'c str,
    /// All record folders.
    pub records: &'c [String],
    pub ledger: &'c LedgerName,
}

/// Who signed a statement that counts once it lands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedStatements {
    pub approvals: Vec<Person>,
    /// Each with the reason.
    pub rejections: Vec<(Person, Option<String>)>,
    /// Who approved other bytes of the record, each with their sha256: that says nothing about these.
    pub of_other_bytes: Vec<(Person, String)>,
    /// Those of them whose statement about these bytes is in this clone alone.
    pub unpushed: Vec<Person>,
}

/// Returns the statements about some bytes that are signed by a key listed for their author: those of `trees`, and of `own`, the
/// approvals branch of this clone where that of a remote counts.
///
/// # Errors
/// [`TreeError`] if a file can't be read.
pub fn read<'t>(
    own: Option<&'t dyn Tree>,
    trees: impl Iterator<Item = &'t dyn Tree>,
    content: &SignedContent<'_>,
    governance: &Governance,
    at: Instant,
) -> Result<SignedStatements, TreeError> {
    let keys = Keys::from_governance(governance, governance);
    let mut signed = SignedStatements::default();
    let folder = format!("{}{FOLDER}/{}", base(content.folder), content.about.folder());
    let mut known = BTreeSet::new();
    for (tree, is_own) in trees.map(|tree| (tree, false)).chain(own.map(|tree| (tree, true))) {
        for item in tree.list(&folder)? {
            let signature = tree.bytes(&format!("{}{SIGNATURE}", item.path))?;
            let (Some(text), Some(_)) = (tree.bytes(&item.path)?, &signature) else {
                continue;
            };
            let (records, ledger) = (content.records, content.ledger);
            let checked =
                statement::check(&item.path, &text, signature.as_deref(), records, ledger);
            let Ok(statement) = checked else { continue };
            if statement.signer(&keys, governance, at).is_err() || !known.insert(text) {
                continue;
            }
            let person = people::identify(governance, "", statement.file.by.as_str());
            if is_own && statement.file.sha256 == content.sha256 {
                signed.unpushed.push(person.clone());
            }
            match statement.file.decision {
                ApprovalDecision::Approve if statement.file.sha256 != content.sha256 => {
                    signed.of_other_bytes.push((person, statement.file.sha256));
                }
                ApprovalDecision::Approve if statement.file.from.as_deref() != content.from => {}
                // It would have waited too long by the time that the bytes land.
                ApprovalDecision::Approve if statement.file.at.plus_seconds(WAITS) < at => {}
                ApprovalDecision::Approve => signed.approvals.push(person),
                ApprovalDecision::Reject if statement.file.sha256 != content.sha256 => {}
                ApprovalDecision::Reject => {
                    signed.rejections.push((person, statement.file.reason));
                }
            }
        }
    }
    Ok(signed)
}
