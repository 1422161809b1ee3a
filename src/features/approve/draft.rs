//! The text of an approval: drafted, signed, and written where it counts.
//!
//! Start at [`PreparedApproval::draft`].

use std::path::Path;

use crate::approval::evidence::statement_file::{
    self, ApprovalDecision, ApprovalFile, LONGEST_REASON,
};
use crate::features::approve;
use crate::features::approve::destination::{
    ApprovalFiles, CommitAs, WrittenApproval, commit_subject,
};
use crate::features::approve::earlier::{self, EarlierApproval};
use crate::features::approve::prepared::PreparedApproval;
use crate::features::approve::sign::{self, ApprovalSignature};
use crate::features::approve::subject::ApprovalContent;
use crate::policy::demand::Proof;
use crate::record::credential;
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
    /// The approvals of the redesigns that are approved together with it.
    pub beside: Vec<ApprovalDraft<'p>>,
    content: &'p ApprovalContent,
    prepared: &'p PreparedApproval<'p>,
    earlier: EarlierApproval,
}

/// A signed approval that is not written yet.
pub struct SignedApproval<'d> {
    /// The signature, and whether it counts.
    pub signature: ApprovalSignature,
    beside: Vec<ApprovalSignature>,
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
    if !statement_file::is_reason(reason) {
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
        let mut draft = self.draft_of(&self.content, reason)?;
        for redesign in &self.beside {
            draft.beside.push(self.draft_of(redesign, reason)?);
        }
        Ok(draft)
    }

    fn commit_as(&self) -> CommitAs<'_> {
        CommitAs { committer: &self.committer, setup: self.commit_setup.as_ref(), at: &self.at }
    }

    fn draft_of<'p>(
        &'p self,
        content: &'p ApprovalContent,
        reason: Option<&str>,
    ) -> Result<ApprovalDraft<'p>, Error> {
        let target = &content.target;
        let name = self.source.ledger_name(&self.snapshot);
        let ledger = approve::answer::written(&name, &self.snapshot)?;
        let file = ApprovalFile {
            ledger: Some(ledger),
            about: target.about.clone(),
            sha256: target.sha256.clone(),
            from: target.from.clone(),
            decision: self.decision,
            at: self.at.instant(),
            by: self.by.clone(),
            reason: reason.map(str::to_owned),
            via: None,
            account: None,
            authors: Vec::new(),
        };
        let text = file.text().map_err(|bad| {
            Usage::refused(format!("nothing can be signed: {bad}"), "use other words")
        })?;
        let paths = self.destination.paths(&file, &target.folder);
        let around = (&self.snapshot, self.judging(), &self.at);
        let earlier = match self.destination.existing(&paths, &self.snapshot)? {
            Some(existing) => earlier::find(&existing, (&file, &self.person), content, around),
            None => EarlierApproval::None,
        };
        Ok(ApprovalDraft {
            file,
            text,
            paths,
            beside: Vec::new(),
            content,
            prepared: self,
            earlier,
        })
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
        self.earlier == EarlierApproval::Counts && self.beside.iter().all(Self::counts_already)
    }

    /// Returns the paths of the files, those of the redesigns last.
    pub fn all_paths(&self) -> Vec<String> {
        let beside = self.beside.iter().flat_map(|draft| &draft.paths);
        self.paths.iter().chain(beside).cloned().collect()
    }

    /// Puts what was signed before on top of what others sent meanwhile; returns the remote that still has to be sent it.
    ///
    /// # Errors
    /// If that can't be committed.
    pub fn resend(&self) -> Result<Option<&str>, Error> {
        self.prepared.destination.resend(&self.prepared.commit_as())
    }

    /// Signs it. The signing program may ask for a passphrase on the terminal.
    ///
    /// # Errors
    /// [`Usage`] if the signature could never count; [`crate::session::error::Undetermined`] if signing fails.
    pub fn sign(&self, setup: &Setup) -> Result<SignedApproval<'_>, Error> {
        let prepared = self.prepared;
        let around = (&prepared.snapshot, &prepared.source, &prepared.at);
        let sign = |draft: &ApprovalDraft<'_>| {
            let needed = match prepared.decision {
                ApprovalDecision::Approve => draft.content.needed_proof(prepared.judging()),
                // Every listed key vetoes.
                ApprovalDecision::Reject => Proof::Claimed,
            };
            let before = draft.content.rules_before();
            sign::sign(around, setup, &draft.text, (&prepared.person, needed, before))
        };
        let signature = sign(self)?;
        let beside = self.beside.iter().map(sign);
        Ok(SignedApproval { signature, beside: beside.collect::<Result<_, _>>()?, draft: self })
    }
}

impl SignedApproval<'_> {
    /// Tells whether the same approval was signed before by this key, and the key is still not listed.
    pub fn is_repeated(&self) -> bool {
        let signature = &self.signature;
        let is_same = |draft: &ApprovalDraft<'_>| {
            draft.earlier == EarlierApproval::SignedBy(signature.key.clone())
        };
        signature.missing.is_some() && is_same(self.draft) && self.draft.beside.iter().all(is_same)
    }

    /// Writes the approval and its signature, and returns where.
    ///
    /// # Errors
    /// If they can't be written or committed. Nothing is written then.
    pub fn write(&self) -> Result<WrittenApproval, Error> {
        let (draft, prepared) = (self.draft, self.draft.prepared);
        let subject = commit_subject(&draft.content.name, prepared.decision);
        let drafts = std::iter::once(draft).chain(&draft.beside);
        let signatures = std::iter::once(&self.signature).chain(&self.beside);
        let files = drafts.zip(signatures).flat_map(|(draft, signature)| {
            let bytes = [draft.text.as_bytes().to_vec(), signature.armoured.clone()];
            draft.paths.iter().cloned().zip(bytes)
        });
        prepared.destination.write(
            &ApprovalFiles {
                file: &draft.file,
                files: &files.collect::<Vec<_>>(),
                subject: &subject,
                records: &prepared.content.target.folder,
            },
            &prepared.commit_as(),
            &prepared.snapshot,
        )
    }
}
