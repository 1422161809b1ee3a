//! The author of an approval commit: nobody, or the current user.
//!
//! Start at `Committer::choose`. Follows `docs/spec/cli.md`, approve, and `docs/spec/approval.md`, I9 and S7.

use crate::policy::people::nobody;
use crate::record::time::Instant;
use crate::session::approve::source::ContentSource;
use crate::session::approve::subject::ApprovalContent;
use crate::session::error::Usage;
use crate::store::commits::WriterSignature;
use crate::store::git::Repository;
use crate::store::sign::CommitSigning;

/// The setting that stands for `--as-me`.
const SETTING: &str = "exledger.approvalAuthor";

/// Whose name the commit of an approval bears, as author and committer.
///
/// A forge that squashes a branch names the author of each of its commits as a co-author. Whoever approves on the
/// branch would so become an author of what they approve; nobody can't.
#[derive(Clone, Debug)]
pub enum Committer {
    /// The address that stands for nobody.
    Nobody,
    /// Whoever works here, as git's configuration names them.
    Me {
        /// Git's `user.name`, or the address.
        name: String,
        /// Git's `user.email`.
        email: String,
    },
}

impl Committer {
    /// Returns what is asked for, else what git's configuration says.
    pub(super) fn choose(as_me: bool, repository: &Repository) -> Result<Committer, Usage> {
        let setting = repository.setting(SETTING).filter(|text| !text.is_empty());
        match setting.as_deref() {
            _ if as_me => {}
            None => return Ok(Committer::Nobody),
            Some("me") => {}
            Some(other) => {
                return Err(Usage::refused(
                    format!("git's {SETTING} is `{other}`, but the only valid value is `me`"),
                    format!("git config {SETTING} me, or git config --unset {SETTING}"),
                ));
            }
        }
        let (name, email) = repository.user();
        let email = email.ok_or_else(|| {
            Usage::refused(
                "git's user.email is not set, and --as-me commits under that name",
                "set it: git config user.email YOU@EXAMPLE.COM; or leave out --as-me",
            )
        })?;
        let name = name.unwrap_or_else(|| email.clone());
        Ok(Committer::Me { name, email })
    }

    /// Refuses, before anything is signed, a commit that would take its own approval away, and one that can't be made.
    pub(super) fn check(
        &self,
        content: &ApprovalContent,
        source: &ContentSource<'_>,
        repository: &Repository,
    ) -> Result<(), Usage> {
        if matches!(self, Committer::Nobody) {
            return Ok(());
        }
        if content.landed.is_none() {
            let branch = match &source.branch {
                Some(branch) => branch.short.as_str(),
                None => "what is checked out",
            };
            return Err(Usage::refused(
                format!(
                    "{branch} changes {} itself: a squash would name you as its co-author, and an author's \
                     approval does not count",
                    content.name
                ),
                format!(
                    "approve after it is merged, on a separate branch: exledger approve {} --as-me; or commit anonymously: leave out --as-me, and run git config --unset {SETTING}",
                    content.argument()
                ),
            ));
        }
        match repository.commit_signing() {
            CommitSigning::Other(kind) if source.branch.is_some() => Err(Usage::refused(
                format!("git signs commits here with {kind}, which --ref does not support"),
                "run it without --ref on a separate branch: in the commands that it prints, git signs",
            )),
            _ => Ok(()),
        }
    }

    /// Returns the author and committer.
    pub(super) fn signature(&self, at: Instant) -> WriterSignature<'_> {
        let (name, email) = match self {
            Committer::Nobody => (nobody::NAME, nobody::EMAIL),
            Committer::Me { name, email } => (name.as_str(), email.as_str()),
        };
        WriterSignature { name, email, at }
    }

    /// Returns the message of the commit.
    pub(super) fn message(&self, subject: &str) -> String {
        match self {
            Committer::Nobody => format!("{subject}\n"),
            Committer::Me { name, email } => {
                format!("{subject}\n\nSigned-off-by: {name} <{email}>\n")
            }
        }
    }
}
