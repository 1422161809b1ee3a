//! The author of an approval commit: a placeholder for nobody, or the current user.
//!
//! Start at `Committer::choose`. Follows `docs/spec/cli.md`, approve, and `docs/spec/approval.md`, I9 and S7.

use crate::diag::remedy::Remedy;
use crate::policy::people::nobody;
use crate::record::time::Instant;
use crate::session::error::Usage;
use crate::store::commits::WriterSignature;
use crate::store::git::Repository;
use crate::store::sign::CommitSigning;

/// The setting that has the same effect as `--as-me`.
const SETTING: &str = "exledger.approvalAuthor";

/// The author and committer of the commit of an approval.
///
/// A statement says itself whose it is, so its commit names nobody, unless a forge rejects anonymous commits.
#[derive(Clone, Debug)]
pub enum Committer {
    /// The placeholder address for nobody.
    Nobody,
    /// The current user, as git's committer.
    Me {
        /// Git's `user.name`, or the address.
        name: String,
        /// Git's `user.email`, or what stands for it.
        email: String,
    },
}

impl Committer {
    pub(super) fn choose(as_me: bool, repository: &Repository) -> Result<Committer, Usage> {
        let setting = repository.setting(SETTING).filter(|text| !text.is_empty());
        match setting.as_deref() {
            _ if as_me => {}
            None => return Ok(Committer::Nobody),
            Some("me") => {}
            Some(other) => {
                return Err(Usage::refused(
                    format!("git's {SETTING} is `{other}`, but the only valid value is `me`"),
                    Remedy::run([format!("git config --unset {SETTING}")])
                        .after("set it to `me`, or leave it out"),
                ));
            }
        }
        let (name, email) = repository.committer();
        let email = email.ok_or_else(|| {
            Usage::refused(
                "git's user.email is not set, and --as-me commits under that name",
                "set it: git config user.email YOU@EXAMPLE.COM; or leave out --as-me",
            )
        })?;
        let name = name.unwrap_or_else(|| email.clone());
        Ok(Committer::Me { name, email })
    }

    pub(super) fn check(&self, repository: &Repository) -> Result<(), Usage> {
        match (self, repository.commit_signing()) {
            (Committer::Me { .. }, CommitSigning::Other(kind)) => Err(Usage::refused(
                format!("git signs commits here with {kind}, which approve does not support"),
                format!(
                    "commit anonymously: leave out --as-me, and run git config --unset {SETTING}"
                ),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn signature(&self, at: Instant) -> WriterSignature<'_> {
        let (name, email) = match self {
            Committer::Nobody => (nobody::NAME, nobody::EMAIL),
            Committer::Me { name, email } => (name.as_str(), email.as_str()),
        };
        WriterSignature { name, email, at }
    }

    pub(super) fn message(&self, subject: &str) -> String {
        match self {
            Committer::Nobody => format!("{subject}\n"),
            Committer::Me { name, email } => {
                format!("{subject}\n\nSigned-off-by: {name} <{email}>\n")
            }
        }
    }
}
