//! The text of an approval: drafted, signed, and written where it counts.
//!
//! Start at [`PreparedApproval::draft`].

use std::path::Path;

use crate::approval::statement::file::{self, ApprovalFile};
use crate::approval::statement::limits::LONGEST_REASON;
use crate::plan::approve;
use crate::record::credential;
use crate::session::approve::destination::commit_subject;
use crate::session::approve::destination::{ApprovalFiles, CommitAs, WrittenApproval};
use crate::session::approve::earlier::{self, EarlierApproval};
use crate::session::approve::ledger_name;
use crate::session::approve::prepared::PreparedApproval;
use crate::session::approve::sign::{self, ApprovalSignature};
use crate::session::error::{Error, Usage};
use crate::store::sign::Setup;

/// An approval before it is signed.
pub struct ApprovalDraft<'p> {
    /// The approval file to sign.
    pub file: ApprovalFile,
    /// The same as text.
    pub text: String,
    /// The paths of the approval file and its signature.
    pub paths: [String; 2],
    prepared: &'p PreparedApproval<'p>,
    earlier: EarlierApproval,
}

/// A signed approval that is not written yet.
pub struct SignedApproval<'d> {
    /// The signature, and whether it counts.
    pub signature: ApprovalSignature,
    draft: &'d ApprovalDraft<'d>,
}

/// Refuses an unacceptable reason.
///
/// # Errors
/// [`Usage`] if it is not one line, is too long, or holds a credential.
pub fn check_reason(reason: &str) -> Result<(), Usage> {
    if credential::kind(reason, "").is_some() || credential::hidden(reason.to_owned()) != reason {
        return Err(Usage::refused(
            "the reason contains what looks like a credential, and git would keep it",
            "say it without",
        ));
    }
    if !file::is_reason(reason) {
        return Err(Usage::refused(
            format!("a reason must be one line of 1 to {LONGEST_REASON} characters"),
            "shorten it, and link to the details",
        ));
    }
    Ok(())
}

impl PreparedApproval<'_> {
    /// Returns the approval to be signed, with its reason.
    ///
    /// # Errors
    /// [`Usage`] if the reason is refused; [`crate::session::error::Undetermined`] if the name of the ledger, or the
    /// content of existing files, can't be determined.
    pub fn draft(&self, reason: Option<&str>) -> Result<ApprovalDraft<'_>, Error> {
        if let Some(reason) = reason {
            check_reason(reason)?;
        }
        let target = &self.content.target;
        let ledger = ledger_name::written(&self.snapshot)?;
        let file = approve::file(
            target,
            &ledger,
            &self.by,
            (self.decision, reason.map(str::to_owned)),
            self.at.instant(),
        );
        let text = file.text().map_err(|bad| {
            Usage::refused(format!("nothing can be signed: {bad}"), "use other words")
        })?;
        let paths = self.destination.paths(&file, &target.folder);
        let around = (&self.snapshot, &self.at);
        let earlier = match self.destination.existing(&paths, &self.source)? {
            Some(existing) => {
                earlier::find(&existing, (&file, &self.person), &self.content, around)
            }
            None => EarlierApproval::None,
        };
        Ok(ApprovalDraft { file, text, paths, prepared: self, earlier })
    }

    /// Returns the signing key: the named one, or that of git's configuration.
    ///
    /// # Errors
    /// [`Usage`] if no existing key is named.
    pub fn key(&self, named: Option<&str>, folder: &Path) -> Result<Setup, Error> {
        let home = self.located.options.home.as_deref();
        let repository = self.located.repository()?;
        repository.signing(named, home, folder).map_err(sign::unsigned)
    }
}

impl ApprovalDraft<'_> {
    /// Tells whether the same approval was signed before and counts, so that nothing is left to do.
    pub fn counts_already(&self) -> bool {
        self.earlier == EarlierApproval::Counts
    }

    /// Tells whether the files exist beside the records and are not committed yet.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn awaits_commit(&self) -> Result<bool, Error> {
        let destination = &self.prepared.destination;
        destination.awaits_commit(&self.paths, &self.prepared.source)
    }

    /// Signs it. The signing program may ask for a passphrase on the terminal.
    ///
    /// # Errors
    /// [`Usage`] if the signature could never count; [`crate::session::error::Undetermined`] if signing fails.
    pub fn sign(&self, setup: &Setup) -> Result<SignedApproval<'_>, Error> {
        let prepared = self.prepared;
        let around = (&prepared.snapshot, &prepared.at);
        let signature = sign::sign(around, setup, &self.text, &prepared.person)?;
        Ok(SignedApproval { signature, draft: self })
    }
}

impl SignedApproval<'_> {
    /// Tells whether the same approval was signed before by this key, and the key is still not listed.
    pub fn is_repeated(&self) -> bool {
        let signature = &self.signature;
        signature.missing.is_some()
            && self.draft.earlier == EarlierApproval::SignedBy(signature.key.clone())
    }

    /// Writes the approval and its signature, and returns where.
    ///
    /// # Errors
    /// If they can't be written or committed. Nothing is written then.
    pub fn write(&self) -> Result<WrittenApproval, Error> {
        let (draft, prepared) = (self.draft, self.draft.prepared);
        let subject = commit_subject(&prepared.content.name, prepared.decision);
        prepared.destination.write(
            &ApprovalFiles {
                file: &draft.file,
                paths: &draft.paths,
                bytes: [draft.text.as_bytes(), &self.signature.armoured],
                subject: &subject,
                records: &prepared.content.target.folder,
            },
            &CommitAs {
                committer: &prepared.committer,
                setup: prepared.commit_setup.as_ref(),
                at: &prepared.at,
            },
            &prepared.snapshot,
        )
    }
}
