//! An open ledger: finds it, and reads its records.
//!
//! Start at [`Session`]; its questions are functions of [`features`](crate::features). Only the open repository outlives a
//! question, and it is opened again when it has changed, so an answer is never older than its question.
#![warn(missing_docs)]

pub(crate) mod about;
pub mod error;
pub mod evidence;
pub mod facts;
pub mod ids;
pub mod judged;
pub mod locate;
mod lost_rules;
pub(crate) mod mainline;
pub mod notice;
pub mod observations;
mod opened;
pub mod options;
pub mod overlay;
pub mod reserved;
pub mod scanned_files;
pub mod snapshot;
pub(crate) mod source_roots;

use std::path::Path;

use crate::history::refs::ApprovedRef;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::opened::Opened;
use crate::session::options::{Moment, Options};
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::store::files::WorkTree;
use crate::store::git::Repository;

/// An open ledger.
///
/// ```
/// use exledger::features;
/// use exledger::gate::answer::Question;
/// use exledger::session::Session;
/// use exledger::features::check::{answer::CheckRequest, receipts::ReceiptLog};
/// use exledger::session::options::{Moment, Options};
/// use exledger::session::snapshot::walk::Scope;
///
/// # let folder = tempfile::tempdir()?;
/// # let mut begin = git2::RepositoryInitOptions::new();
/// # begin.initial_head("main");
/// # let repository = git2::Repository::init_opts(folder.path(), &begin)?;
/// # std::fs::write(folder.path().join("exledger.yaml"), "version: 1\n")?;
/// # let mut index = repository.index()?;
/// # index.add_path("exledger.yaml".as_ref())?;
/// # let tree = repository.find_tree(index.write_tree()?)?;
/// # let ana = git2::Signature::now("Ana Ruiz", "ana@example.com")?;
/// # repository.commit(Some("HEAD"), &ana, &ana, "Begin", &tree, &[])?;
/// let session = Session::open(folder.path(), Options::default())?;
///
/// // Is it allowed? Each question reads the clock and the approved ref again.
/// let question = Question {
///     identity: Some("svc:billing-batch".to_owned()),
///     action: Some("read".to_owned()),
///     ..Question::default()
/// };
/// let request = CheckRequest::now(&question);
/// let check = features::check::answer(&session, &Moment::now(), &request, &ReceiptLog::none())?;
/// assert_eq!(check.answer.verdict.as_str(), "deny");
///
/// // What needs attention, and why.
/// let snapshot = session.snapshot(&Moment::now(), Scope::Worklist)?;
/// for (record, due) in snapshot.due(None) {
///     println!("{} {}", record.id(), due.bucket.as_str());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    opened: Opened,
}

impl Session {
    /// Opens the ledger that a folder is in.
    ///
    /// # Errors
    /// [`error::Undetermined`] if there is none, or its repository can't be opened.
    pub fn open(dir: &Path, options: Options) -> Result<Session, Error> {
        let none = |error: Error| match error {
            Error::Undetermined(Undetermined::NoLedger {
                from, in_repository, elsewhere, ..
            }) => {
                let removed = mainline::removed_policy(dir, options.clone());
                let brought_by = || mainline::find_branch_with_policy(dir, options.clone());
                let none = || Undetermined::NoLedger {
                    from,
                    in_repository,
                    elsewhere,
                    brought_by: brought_by(),
                    removed_since: mainline::last_policy(dir, options.clone()).map(Box::new),
                };
                removed.unwrap_or_else(none).into()
            }
            _ => error,
        };
        let opened = Opened::find(dir, options.clone()).map_err(none)?;
        log::info!("ledger: {}", opened.last().root.display());
        Ok(Session { opened })
    }

    /// Returns the error for a ledger that the approved ref has in a folder, above or below it, and this checkout has not.
    pub fn unmerged_ledger(folder: &Path, options: Options) -> Option<error::Undetermined> {
        mainline::removed_policy(folder, options.clone())
            .or_else(|| mainline::unmerged_ledger(folder, options))
    }

    /// Returns the ledger's folder; for a bare repository, the repository itself.
    pub fn root(&self) -> &Path {
        &self.opened.last().root
    }

    /// Returns the ledger's files as they are now.
    pub fn tree(&self) -> &WorkTree {
        &self.opened.last().tree
    }

    /// Returns the ledger's files, if files are checked out.
    ///
    /// # Errors
    /// [`error::Undetermined::Bare`].
    pub fn work_tree(&self) -> Result<&WorkTree, Error> {
        Ok(self.opened.last().work_tree()?)
    }

    /// Returns the repository.
    ///
    /// # Errors
    /// [`error::Undetermined::NoRepository`].
    pub fn repository(&self) -> Result<&Repository, Error> {
        Ok(self.current()?.repository()?)
    }

    /// Returns the repository if there is one.
    pub fn repository_or_none(&self) -> Option<&Repository> {
        self.opened.last().repository_or_none()
    }

    /// Returns the location of the ledger, for code that works below a session.
    pub fn located(&self) -> &Located {
        self.opened.last()
    }

    /// Returns the location of the ledger, opened again if its git data has changed since.
    pub(crate) fn current(&self) -> Result<&Located, Error> {
        self.opened.current()
    }

    /// Chooses the approved ref.
    ///
    /// # Errors
    /// [`error::Undetermined::NoApprovedRef`], with the candidates and the command that helps.
    pub fn approved_ref(&self) -> Result<ApprovedRef, Error> {
        Ok(mainline::approved_ref(self.current()?)?)
    }

    /// Returns the checked-out branch, unless it is the approved branch.
    pub fn own_branch(&self) -> Option<String> {
        mainline::own_branch(self.current().ok()?)
    }

    /// Reads the records on the approved ref, without proposals of branches and the work tree.
    ///
    /// # Errors
    /// As [`Session::snapshot`].
    pub fn snapshot_of_landed(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open_landed(self.current()?, at, scope)
    }

    /// Reads the records on the approved ref, and the proposals of branches and the work tree.
    ///
    /// # Errors
    /// If the approved ref, its policy or a needed object can't be read.
    pub fn snapshot(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open(self.current()?, at, scope)
    }
}
