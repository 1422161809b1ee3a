//! Where the files of an approval are written: beside the records, into a folder, or onto a branch as one commit.
//!
//! Start at `Destination::choose`. Follows `docs/spec/cli.md`, approve.

use std::path::PathBuf;

use crate::approval::evidence::statement_file::SIGNATURE;
use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalFile};
use crate::features::approve::branch::{AddedCommit, BranchDestination, CommitContent};
use crate::features::approve::committer::Committer;
use crate::features::approve::request::ApprovalRequest;
use crate::features::approve::source::ContentSource;
use crate::ledger::tree::Tree;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::edits::{self, Write, WriteLock};
use crate::store::files::{self, FileError};
use crate::store::sign::Setup;

/// The maximum size of an existing approval file, in bytes.
const MOST: u64 = 64 * 1024;

/// Where the files of an approval are written.
pub(super) enum Destination<'s> {
    /// Into a folder.
    Folder {
        /// The folder as the user named it.
        named: PathBuf,
        /// The folder that its name is relative to.
        from: PathBuf,
    },
    /// Beside the records of the work tree.
    WorkTree(&'s Located),
    /// Onto a branch that is not checked out.
    Branch(BranchDestination<'s>),
}

/// Where the files of an approval were written.
#[derive(Clone, Debug)]
pub enum WrittenApproval {
    /// In a named folder; they have to be moved to this path to count.
    Folder {
        /// The path of the approval file beside the records.
        counts_at: String,
    },
    /// Beside the records, in the work tree.
    WorkTree,
    /// In a commit.
    Branch(AddedCommit),
}

pub(super) struct ExistingFiles {
    pub(super) text: Vec<u8>,
    pub(super) signature: Option<Vec<u8>>,
}

pub(super) struct ApprovalFiles<'f> {
    pub(super) file: &'f ApprovalFile,
    /// The approval files and their signatures, each with its path.
    pub(super) files: &'f [(String, Vec<u8>)],
    pub(super) subject: &'f str,
    /// The record folder that it belongs to.
    pub(super) records: &'f str,
}

/// Who commits an approval onto a branch, and when.
pub(super) struct CommitAs<'c> {
    pub(super) committer: &'c Committer,
    /// What signs the commit; `None` for an unsigned one.
    pub(super) setup: Option<&'c Setup>,
    pub(super) at: &'c Moment,
}

impl<'s> Destination<'s> {
    /// Returns where to write the files; refuses a branch that can't take a commit, before anything is signed.
    pub(super) fn choose(
        located: &'s Located,
        request: &ApprovalRequest<'_>,
        source: &ContentSource<'_>,
    ) -> Result<Destination<'s>, Error> {
        if let Some(out) = request.out {
            return Ok(Destination::Folder {
                named: out.to_owned(),
                from: request.folder.to_owned(),
            });
        }
        Ok(match &source.branch {
            Some(branch) => {
                Destination::Branch(BranchDestination::open(located.repository()?, branch)?)
            }
            None => Destination::WorkTree(located),
        })
    }

    /// Returns the paths of the approval file and its signature, as shown to the user.
    pub(super) fn paths(&self, file: &ApprovalFile, records: &str) -> [String; 2] {
        let beside = file.path(records);
        let path = match self {
            Destination::Folder { named, .. } => {
                let name = beside.rsplit('/').next().unwrap_or(&beside);
                named.join(name).to_string_lossy().into_owned()
            }
            Destination::WorkTree(_) | Destination::Branch(_) => beside,
        };
        let signature = format!("{path}{SIGNATURE}");
        [path, signature]
    }

    /// Returns the files that exist already.
    pub(super) fn existing(
        &self,
        [text, signature]: &[String; 2],
        source: &ContentSource<'_>,
    ) -> Result<Option<ExistingFiles>, Error> {
        let bytes = |path: &str| match self {
            Destination::Folder { from, .. } => match files::read(&from.join(path), MOST) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(FileError::Absent(_)) => Ok(None),
                Err(error) => Err(Error::from(Undetermined::File(error))),
            },
            Destination::WorkTree(_) | Destination::Branch(_) => Ok(source.files().bytes(path)?),
        };
        let signature = bytes(signature)?;
        Ok(bytes(text)?.map(|text| ExistingFiles { text, signature }))
    }

    /// Tells whether the files exist beside the records and are not committed yet.
    pub(super) fn awaits_commit(
        &self,
        paths: &[String],
        source: &ContentSource<'_>,
    ) -> Result<bool, Error> {
        let Destination::WorkTree(located) = self else {
            return Ok(false);
        };
        for path in paths {
            if source.tree.bytes(path)? != located.tree.bytes(path)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes the files, and returns where.
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
            Destination::WorkTree(located) => {
                write_beside(located, files.files.iter().cloned())?;
                Ok(WrittenApproval::WorkTree)
            }
            Destination::Branch(branch) => {
                let outward = |path: &str| {
                    let segments = snapshot.prefix().outward(path);
                    segments.unwrap_or_default().join("/")
                };
                let added = branch.add(&CommitContent {
                    subject: files.subject,
                    files: files
                        .files
                        .iter()
                        .map(|(path, bytes)| (outward(path), Some(bytes.clone())))
                        .collect(),
                    committer: commit.committer,
                    setup: commit.setup,
                    at: commit.at.instant(),
                })?;
                Ok(WrittenApproval::Branch(added))
            }
        }
    }
}

/// Writes files beside the records, all or none; existing files are replaced.
pub(super) fn write_beside(
    located: &Located,
    files: impl Iterator<Item = (String, Vec<u8>)>,
) -> Result<(), Error> {
    let tree = located.work_tree()?;
    let lock = WriteLock::open(located.repository()?.common_dir()).map_err(unwritten)?;
    let mut writes = Vec::new();
    for (path, after) in files {
        let before = tree.bytes(&path)?;
        writes.push(Write { path, before, after });
    }
    lock.write(tree, &writes).map_err(unwritten)
}

fn unwritten(error: FileError) -> Error {
    match error {
        FileError::Failed(..) => Undetermined::Unwritable(error).into(),
        _ => Usage::refused(
            format!("{error}, so nothing was written"),
            "move it away, or use --out DIR",
        )
        .into(),
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
