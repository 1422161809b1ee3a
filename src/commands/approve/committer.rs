//! Whose name the commit of an approval bears: nobody's, or with `--as-me` that of whoever works here.
//!
//! Start at [`Committer::of`]. Follows `docs/spec/cli.md`, approve, and `docs/spec/approval.md`, I9 and S7.

use crate::commands::approve::ApproveArgs;
use crate::commands::approve::place::Desk;
use crate::commands::approve::subject::Landed;
use crate::commands::context::fault;
use exledger::policy::people::nobody;
use exledger::record::time::Instant;
use exledger::store::commits::WriterSignature;
use exledger::store::git::Repository;
use exledger::store::sign::CommitSigning;
use exledger::survey::shell::quoted;

/// The setting that stands for `--as-me`.
const SETTING: &str = "exledger.approvalAuthor";

/// Whose name the commit of an approval bears, as author and committer.
///
/// A forge that squashes a branch names the author of each of its commits as a co-author. Whoever approves on the
/// branch would so become an author of what they approve; nobody can't.
pub(super) enum Committer {
    /// The address that stands for nobody.
    Nobody,
    /// Whoever works here, as git's configuration names them.
    Me {
        /// `user.name`, or the address.
        name: String,
        /// `user.email`.
        email: String,
    },
}

impl Committer {
    /// Returns what the flag says, else what git's configuration does.
    pub(super) fn of(args: &ApproveArgs, repository: &Repository) -> anyhow::Result<Committer> {
        let setting = repository.setting(SETTING).filter(|text| !text.is_empty());
        let as_me = match setting.as_deref() {
            _ if args.as_me => true,
            None => false,
            Some("me") => true,
            Some(other) => {
                return Err(fault::misuse(
                    format!("git's {SETTING} is `{other}`, and only `me` means something"),
                    format!("git config {SETTING} me, or git config --unset {SETTING}"),
                ));
            }
        };
        if !as_me {
            return Ok(Committer::Nobody);
        }
        let (name, email) = repository.user();
        let email = email.ok_or_else(|| {
            fault::misuse(
                "git's user.email names nobody, and --as-me commits under that name",
                "say who you are: git config user.email YOU@EXAMPLE.COM; or leave --as-me out",
            )
        })?;
        let name = name.unwrap_or_else(|| email.clone());
        Ok(Committer::Me { name, email })
    }

    /// Refuses, before anything is signed, a commit that would take its own approval away, and one that can't be made.
    pub(super) fn ready(&self, desk: &Desk<'_>) -> anyhow::Result<()> {
        if matches!(self, Committer::Nobody) || desk.args.out.is_some() {
            return Ok(());
        }
        let name = &desk.subject.name;
        if matches!(desk.subject.landed, Landed::NotYet) {
            let branch = match &desk.side.branch {
                Some(branch) => branch.short.clone(),
                None => "what is checked out".to_owned(),
            };
            return Err(fault::misuse(
                format!(
                    "{branch} changes {name} itself: a squash would name you as its co-author, and an author's \
                     approval does not count"
                ),
                format!(
                    "approve after it has landed, on a branch of its own: exledger approve {} --as-me; \
                     or commit under nobody's name: leave out --as-me, and git config --unset {SETTING}",
                    desk.words()
                ),
            ));
        }
        match desk.home.repository()?.commit_signing() {
            CommitSigning::Other(kind) if desk.side.branch.is_some() => Err(fault::misuse(
                format!("git signs commits here by {kind}, which --ref can't do"),
                "run it without --ref on a branch of its own: the commands that it prints let git sign",
            )),
            _ => Ok(()),
        }
    }

    /// Returns the author and committer.
    pub(super) fn hand(&self, at: Instant) -> WriterSignature<'_> {
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

    /// Returns the command that commits what was added, as it is called from a shell.
    pub(super) fn command(&self, git: &str, subject: &str, repository: &Repository) -> String {
        let subject = quoted(subject);
        let unsigned = match repository.commit_signing() {
            CommitSigning::Unsigned => "",
            // No key is nobody's.
            CommitSigning::Ssh | CommitSigning::Other(_) => " --no-gpg-sign",
        };
        match self {
            Committer::Nobody => format!(
                "{git} -c user.name={} -c user.email={} commit{unsigned} -m {subject}",
                quoted(nobody::NAME),
                nobody::EMAIL
            ),
            Committer::Me { .. } => format!("{git} commit -s -m {subject}"),
        }
    }
}
