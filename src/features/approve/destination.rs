//! Where the files of an approval are written: onto the local branch of statements as one commit, or into a folder.
//!
//! Start at `Destination::choose`. Follows `docs/spec/cli.md`, approve.

use std::path::PathBuf;

use crate::approval::evidence::statement_file::SIGNATURE;
use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalFile};
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::features::approve::committer::Committer;
use crate::features::approve::request::ApprovalRequest;
use crate::history::objects::Oid;
use crate::history::refs::APPROVALS_BRANCH;
use crate::ledger::tree::Tree;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::approvals_branch::StatementCommit;
use crate::store::commits::ScribeError;
use crate::store::edits;
use crate::store::files::{self, FileError};
use crate::store::git::Repository;
use crate::store::sign::Setup;

/// The maximum size of an existing approval file, in bytes.
const MOST: u64 = 64 * 1024;

pub(super) enum Destination<'s> {
    /// Into a folder.
    Folder {
        named: PathBuf,
        /// The folder that its name is relative to.
        from: PathBuf,
    },
    /// Onto the local branch of statements.
    Branch {
        repository: &'s Repository,
        /// The remote that it is pushed to; `None` if the approved ref is a local one.
        remote: Option<String>,
    },
}

/// Where the files of an approval were written.
#[derive(Clone, Debug)]
pub enum WrittenApproval {
    /// In a named folder; they have to be moved to this path to count.
    Folder {
        /// The path of the approval file beside the records.
        counts_at: String,
    },
    /// In a commit of the local branch of statements.
    Branch { commit: String, remote: Option<String> },
}

pub(super) struct ExistingFiles {
    pub(super) text: Vec<u8>,
    pub(super) signature: Option<Vec<u8>>,
}

pub(super) struct ApprovalFiles<'f> {
    pub(super) file: &'f ApprovalFile,
    pub(super) files: &'f [(String, Vec<u8>)],
    pub(super) subject: &'f str,
    pub(super) records: &'f str,
}

pub(super) struct CommitAs<'c> {
    pub(super) committer: &'c Committer,
    pub(super) setup: Option<&'c Setup>,
    pub(super) at: &'c Moment,
}

impl<'s> Destination<'s> {
    /// Returns where to write the files; refuses a branch that can't take a commit, before anything is signed.
    pub(super) fn choose(
        located: &'s Located,
        snapshot: &Snapshot<'_>,
        request: &ApprovalRequest<'_>,
    ) -> Result<Destination<'s>, Error> {
        if let Some(out) = request.out {
            return Ok(Destination::Folder {
                named: out.to_owned(),
                from: request.folder.to_owned(),
            });
        }
        let repository = located.repository()?;
        match repository.approvals_checked_out() {
            Some(folder) => Err(unwritten_commit(ScribeError::CheckedOut(folder))),
            None => {
                Ok(Destination::Branch { repository, remote: snapshot.origin().1.remote.clone() })
            }
        }
    }

    pub(super) fn paths(&self, file: &ApprovalFile, records: &str) -> [String; 2] {
        let beside = file.path(records);
        let path = match self {
            Destination::Folder { named, .. } => {
                let name = beside.rsplit('/').next().unwrap_or(&beside);
                named.join(name).to_string_lossy().into_owned()
            }
            Destination::Branch { .. } => beside,
        };
        let signature = format!("{path}{SIGNATURE}");
        [path, signature]
    }

    pub(super) fn existing(
        &self,
        [text, signature]: &[String; 2],
        snapshot: &Snapshot<'_>,
    ) -> Result<Option<ExistingFiles>, Error> {
        let read = |path: &str| match self {
            Destination::Folder { from, .. } => match files::read(&from.join(path), MOST) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(FileError::Absent(_)) => Ok(None),
                Err(error) => Err(Error::from(Undetermined::File(error))),
            },
            Destination::Branch { .. } => {
                for tree in snapshot.statement_trees()?.all() {
                    if let Some(bytes) = tree.bytes(path)? {
                        return Ok(Some(bytes));
                    }
                }
                Ok(None)
            }
        };
        let signature = read(signature)?;
        Ok(read(text)?.map(|text| ExistingFiles { text, signature }))
    }

    /// Puts what the local branch holds on top of what was fetched; returns the remote that has to be sent it, if that is more.
    pub(super) fn resend(&self, commit: &CommitAs<'_>) -> Result<Option<&str>, Error> {
        let Destination::Branch { repository, remote: Some(remote) } = self else {
            return Ok(None);
        };
        if repository.tip_of(None, APPROVALS_BRANCH).is_none() {
            return Ok(None);
        }
        let tip = add(repository, Some(remote), &[], commit, "Approve")?;
        let fetched = repository.tip_of(Some(remote), APPROVALS_BRANCH);
        Ok((fetched != Some(tip)).then_some(remote))
    }

    pub(super) fn write(
        &self,
        files: &ApprovalFiles<'_>,
        commit: &CommitAs<'_>,
        snapshot: &Snapshot<'_>,
    ) -> Result<WrittenApproval, Error> {
        match self {
            Destination::Folder { from, .. } => {
                for (path, bytes) in files.files {
                    edits::put_at(&from.join(path), bytes).map_err(refused)?;
                }
                Ok(WrittenApproval::Folder { counts_at: files.file.path(files.records) })
            }
            Destination::Branch { repository, remote } => {
                let outward = |path: &str| {
                    let segments = snapshot.prefix().outward(path);
                    segments.unwrap_or_default().join("/")
                };
                let all = files.files.iter();
                let all: Vec<(String, Vec<u8>)> =
                    all.map(|(path, bytes)| (outward(path), bytes.clone())).collect();
                let tip = add(repository, remote.as_deref(), &all, commit, files.subject)?;
                Ok(WrittenApproval::Branch { commit: tip.to_string(), remote: remote.clone() })
            }
        }
    }
}

fn add(
    repository: &Repository,
    remote: Option<&str>,
    files: &[(String, Vec<u8>)],
    commit: &CommitAs<'_>,
    subject: &str,
) -> Result<Oid, Error> {
    let statements = StatementCommit {
        files,
        by: commit.committer.signature(commit.at.instant()),
        message: &commit.committer.message(subject),
        setup: commit.setup,
    };
    repository.add_statements(remote, &statements).map_err(unwritten_commit)
}

pub(super) fn unwritten_commit(error: ScribeError) -> Error {
    let what = error.to_string();
    match error {
        ScribeError::CheckedOut(folder) => {
            let folder = quoted(&folder.display().to_string());
            let detach = format!("git -C {folder} switch --detach");
            let note = format!("run `{detach}`, and approve again");
            Usage::refused(what, Remedy::run([detach]).after(note)).into()
        }
        _ => Undetermined::other(what, "write the files elsewhere with --out DIR").into(),
    }
}

fn refused(error: FileError) -> Error {
    match error {
        FileError::Failed(..) => Undetermined::File(error).into(),
        _ => Usage::refused(error.to_string(), "remove the existing file, or use --out DIR").into(),
    }
}

/// Returns the subject of the commit of an approval.
pub fn commit_subject(name: &str, decision: ApprovalDecision) -> String {
    match decision {
        ApprovalDecision::Approve => format!("Approve {name}"),
        ApprovalDecision::Reject => format!("Reject {name}"),
    }
}
