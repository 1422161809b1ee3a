//! A ledger that is open: every question that it answers, and every decision that it takes.
//!
//! Uses the library up to plan, and clock, store, interop; no terminal and no arguments. Start at [`Session`], whose
//! methods are the table of contents: each is answered in the file of its name. What outlives a
//! question is the open repository, and that is opened again where it changed. So an answer is never older than its
//! question.
#![warn(missing_docs)]

pub mod approve;
pub mod audit;
pub mod check;
pub mod compare;
pub mod decide;
pub mod error;
pub mod evidence;
pub mod filing;
pub mod ids;
pub mod lint;
pub mod locate;
mod mainline;
pub mod notice;
mod opened;
pub mod options;
pub mod overlay;
pub mod snapshot;
pub mod triage;

use std::path::Path;

use crate::approval::reviews::Reviews;
use crate::gate::answer::Question;
use crate::gate::receipt::CheckAnswer;
use crate::history::refs::ApprovedRef;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::session::approve::prepared::PreparedApproval;
use crate::session::approve::request::ApprovalRequest;
use crate::session::approve::reviews::PreparedReviews;
use crate::session::audit::{AuditAnswer, AuditRequest};
use crate::session::check::CheckRequest;
use crate::session::check::receipts::ReceiptLog;
use crate::session::compare::compared::{Compared, ProposedState};
use crate::session::decide::select::{self, OpenRecord};
use crate::session::decide::{Job, PreparedDecision};
use crate::session::error::Error;
use crate::session::filing::Filing;
use crate::session::filing::request::FilingRequest;
use crate::session::lint::LintAnswer;
use crate::session::lint::request::LintRequest;
use crate::session::locate::Located;
use crate::session::opened::Opened;
use crate::session::options::{Moment, Options};
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::session::triage::sources::Source;
use crate::session::triage::{TriageAnswer, TriageRequest};
use crate::store::files::WorkTree;
use crate::store::git::Repository;

/// An open ledger.
///
/// ```
/// use exledger::gate::answer::Question;
/// use exledger::session::Session;
/// use exledger::session::check::receipts::ReceiptLog;
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
/// // May it? Each question reads the clock and the approved ref anew.
/// let question = Question {
///     identity: Some("svc:billing-batch".to_owned()),
///     action: Some("read".to_owned()),
///     ..Question::default()
/// };
/// let check = session.check(&Moment::now(), &question, &ReceiptLog::none())?;
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
    /// [`error::Undetermined`] where there is none, or its repository can't be opened.
    pub fn open(dir: &Path, options: Options) -> Result<Session, Error> {
        let opened = Opened::find(dir, options)?;
        log::info!("ledger: {}", opened.last().root.display());
        Ok(Session { opened })
    }

    /// Returns the ledger's folder; of a bare repository the repository itself.
    pub fn root(&self) -> &Path {
        &self.opened.last().root
    }

    /// Returns the ledger's files as they are now.
    pub fn tree(&self) -> &WorkTree {
        &self.opened.last().tree
    }

    /// Returns the same, where files are checked out.
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
        Ok(self.opened.current()?.repository()?)
    }

    /// Returns the repository where there is one.
    pub fn repository_or_none(&self) -> Option<&Repository> {
        self.opened.last().repository_or_none()
    }

    /// Returns where the ledger is, for what works below a session.
    pub fn located(&self) -> &Located {
        self.opened.last()
    }

    /// Chooses the approved ref.
    ///
    /// # Errors
    /// [`error::Undetermined::NoApprovedRef`], with the candidates and the command that helps.
    pub fn approved_ref(&self) -> Result<ApprovedRef, Error> {
        Ok(mainline::approved_ref(self.opened.current()?)?)
    }

    /// Judges the work tree, some files of it, or what a branch changes.
    ///
    /// # Errors
    /// [`error::Usage`] where what is named is not in the ledger; [`error::Undetermined`] where a tree, or with a base the
    /// history, can't be read.
    pub fn lint(&self, at: &Moment, request: &LintRequest<'_>) -> Result<LintAnswer, Error> {
        lint::judge(self.opened.current()?, at, request)
    }

    /// Compares a state with the commit where it will land: the approved ref unless another is named.
    ///
    /// # Errors
    /// Outside git, without an approved ref or a common commit, where objects are missing, and when the name stands for no
    /// commit.
    pub fn compare(
        &self,
        at: &Moment,
        onto: Option<&str>,
        proposed: ProposedState<'_>,
    ) -> Result<Compared, Error> {
        compare::compare(self.opened.current()?, at, onto, proposed)
    }

    /// Reads what the approved ref says of its records, without what branches and the work tree propose.
    ///
    /// # Errors
    /// As [`Session::snapshot`].
    pub fn snapshot_of_landed(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open_landed(self.opened.current()?, at, scope)
    }

    /// Audits what landed: every version by the state in which it landed.
    ///
    /// # Errors
    /// As [`Session::snapshot`]; [`error::Usage`] where there is no record by an id, [`error::Undetermined`] where the
    /// checkpoint or the receipts can't be read.
    pub fn audit(&self, at: &Moment, request: &AuditRequest<'_>) -> Result<AuditAnswer<'_>, Error> {
        audit::audit(self.opened.current()?, at, request)
    }

    /// Answers whether something is allowed now.
    ///
    /// # Errors
    /// Where the approved ref, its policy or an object that is needed can't be read. Any other doubt is an answer, `unknown`.
    pub fn check(
        &self,
        at: &Moment,
        question: &Question,
        receipts: &ReceiptLog,
    ) -> Result<CheckAnswer, Error> {
        self.ask(at, &CheckRequest::now(question), receipts)
    }

    /// Answers the same about another instant, or from an approved ref that was fetched lately alone.
    ///
    /// # Errors
    /// As [`Session::check`].
    pub fn ask(
        &self,
        at: &Moment,
        request: &CheckRequest<'_>,
        receipts: &ReceiptLog,
    ) -> Result<CheckAnswer, Error> {
        check::ask(self.opened.current()?, at, request, receipts)
    }

    /// Works out a decision about some records: all of them, or none. Nothing is written yet, and nobody else writes
    /// while it is held.
    ///
    /// # Errors
    /// [`error::Usage`] when a record is unknown, the decision is refused, or the result would not lint;
    /// [`error::Undetermined`] when the ledger, or a history that is needed, can't be read.
    pub fn decide(&self, at: &Moment, job: &Job<'_>) -> Result<PreparedDecision<'_>, Error> {
        decide::prepare(self.opened.current()?, at, job)
    }

    /// Works out an approval or a rejection of present bytes. Nothing is signed or written yet.
    ///
    /// # Errors
    /// [`error::Usage`] when nothing is named, the approval would not count, or could not be put where it belongs;
    /// [`error::Undetermined`] when the ledger, or a history that is needed, can't be read.
    pub fn approve(
        &self,
        at: &Moment,
        request: &ApprovalRequest<'_>,
    ) -> Result<PreparedApproval<'_>, Error> {
        approve::prepare(self.opened.current()?, at, request)
    }

    /// Works out which approval files a forge's reviews of a merged pull request come to. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] where the landing is not on the approved ref, or a review can't be written down;
    /// [`error::Undetermined`] where the ledger, or a history that is needed, can't be read.
    pub fn reviews(&self, at: &Moment, reviews: &Reviews) -> Result<PreparedReviews<'_>, Error> {
        approve::reviews::prepare(self.opened.current()?, at, reviews)
    }

    /// Returns the records of the work tree that are not closed, by id.
    ///
    /// # Errors
    /// Where the policy has errors, or a file can't be read.
    pub fn open_records(&self) -> Result<Vec<OpenRecord>, Error> {
        select::open_records(self.opened.current()?)
    }

    /// Returns what a record of the work tree says that is named; `None` where its file can't be read.
    ///
    /// # Errors
    /// [`error::Usage::Record`] where none or several are named.
    pub fn record_here(&self, governance: &Governance, id: &str) -> Result<Option<Record>, Error> {
        select::read(self.opened.current()?, governance, id)
    }

    /// Gathers what is known of a record that is to be filed. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] where what it starts from can't be read, [`error::Undetermined`] where the ledger can't.
    pub fn filing(&self, at: &Moment, request: &FilingRequest<'_>) -> Result<Filing<'_>, Error> {
        filing::prepare(self.opened.current()?, at, request)
    }

    /// Compares scanners' findings and events with baselines and ledger.
    ///
    /// # Errors
    /// As [`Session::snapshot`], and where a file can't be read any more.
    pub fn triage(
        &self,
        at: &Moment,
        sources: Vec<Source>,
        request: &TriageRequest<'_>,
    ) -> Result<TriageAnswer<'_>, Error> {
        triage::triage(self.opened.current()?, at, sources, request)
    }

    /// Reads what the approved ref says of its records, and what branches and the work tree propose.
    ///
    /// # Errors
    /// Where the approved ref, its policy or an object that is needed can't be read.
    pub fn snapshot(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open(self.opened.current()?, at, scope)
    }
}
