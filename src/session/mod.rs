//! An open ledger: every question that it answers, and every decision that it prepares.
//!
//! Uses the library up to plan, and clock, store, interop; no terminal and no arguments. Start at [`Session`], whose
//! methods are the table of contents: each is implemented in the file of its name. Only the open repository outlives a
//! question, and it is opened again when it has changed, so an answer is never older than its question.
#![warn(missing_docs)]

pub mod access;
pub mod approve;
pub mod audit;
pub mod check;
pub mod compare;
pub mod decide;
pub mod doctor;
pub mod drift;
pub mod error;
pub mod evidence;
pub mod export;
pub mod filing;
pub mod ids;
pub mod import;
pub mod lint;
pub mod live;
pub mod locate;
mod mainline;
pub mod notice;
pub mod observations;
mod opened;
pub mod options;
pub mod overlay;
pub mod pack;
pub mod redesign;
pub mod request;
pub mod reserved;
pub mod snapshot;
pub mod triage;

use std::path::Path;

use crate::approval::reviews::Reviews;
use crate::gate::answer::Question;
use crate::gate::receipt::CheckAnswer;
use crate::history::refs::ApprovedRef;
use crate::plan::redesign::RedesignAnswers;
use crate::policy::governance::Governance;
use crate::policy::redesign::Redesign;
use crate::record::Record;
use crate::record::address::Address;
use crate::session::access::{AccessAnswer, AccessSource};
use crate::session::approve::prepared::PreparedApproval;
use crate::session::approve::request::ApprovalRequest;
use crate::session::approve::reviews::PreparedReviews;
use crate::session::audit::{AuditAnswer, AuditRequest};
use crate::session::check::CheckRequest;
use crate::session::check::receipts::ReceiptLog;
use crate::session::compare::compared::{Compared, ProposedState};
use crate::session::compare::offered::{self, OfferedApprovals};
use crate::session::decide::select::{self, OpenRecord};
use crate::session::decide::{Job, PreparedDecision};
use crate::session::doctor::DoctorAnswer;
use crate::session::error::Error;
use crate::session::filing::Filing;
use crate::session::filing::request::FilingRequest;
use crate::session::lint::LintAnswer;
use crate::session::lint::request::LintRequest;
use crate::session::locate::Located;
use crate::session::opened::Opened;
use crate::session::options::{Moment, Options};
use crate::session::redesign::{NamedRedesign, PreparedRedesign, RedesignPlan};
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
/// // Is it allowed? Each question reads the clock and the approved ref again.
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
    /// [`error::Undetermined`] if there is none, or its repository can't be opened.
    pub fn open(dir: &Path, options: Options) -> Result<Session, Error> {
        let opened = Opened::find(dir, options)?;
        log::info!("ledger: {}", opened.last().root.display());
        Ok(Session { opened })
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
        Ok(self.opened.current()?.repository()?)
    }

    /// Returns the repository if there is one.
    pub fn repository_or_none(&self) -> Option<&Repository> {
        self.opened.last().repository_or_none()
    }

    /// Returns the location of the ledger, for code that works below a session.
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

    /// Lints the work tree, some files of it, or what a branch changes.
    ///
    /// # Errors
    /// [`error::Usage`] if a named path is not in the ledger; [`error::Undetermined`] if a tree, or with a base
    /// the history, can't be read.
    pub fn lint(&self, at: &Moment, request: &LintRequest<'_>) -> Result<LintAnswer, Error> {
        lint::judge(self.opened.current()?, at, request)
    }

    /// Compares a state with the commit where it will land: the approved ref unless another commit is named.
    ///
    /// # Errors
    /// Outside git, without an approved ref or a common ancestor, if objects are missing, and if the name does
    /// not resolve to a commit.
    pub fn compare(
        &self,
        at: &Moment,
        onto: Option<&str>,
        proposed: ProposedState<'_>,
    ) -> Result<Compared, Error> {
        compare::compare(self.opened.current()?, at, onto, proposed)
    }

    /// Returns how each record of a comparison can be approved, in the order of its entries.
    ///
    /// # Errors
    /// If approval files, or the workflows of the target, can't be read.
    pub fn offers(
        &self,
        at: &Moment,
        compared: &Compared,
        proposed: ProposedState<'_>,
    ) -> Result<Vec<OfferedApprovals>, Error> {
        offered::of(self.opened.current()?, at, compared, proposed)
    }

    /// Reads the records on the approved ref, without proposals of branches and the work tree.
    ///
    /// # Errors
    /// As [`Session::snapshot`].
    pub fn snapshot_of_landed(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open_landed(self.opened.current()?, at, scope)
    }

    /// Audits what landed: every version under the governance at its landing.
    ///
    /// # Errors
    /// As [`Session::snapshot`]; [`error::Usage`] if no record has a given id, [`error::Undetermined`] if the
    /// checkpoint or the receipts can't be read.
    pub fn audit(&self, at: &Moment, request: &AuditRequest<'_>) -> Result<AuditAnswer<'_>, Error> {
        audit::audit(self.opened.current()?, at, request)
    }

    /// Answers whether something is allowed now.
    ///
    /// # Errors
    /// If the approved ref, its policy or a needed object can't be read. Any other doubt is an answer, `unknown`.
    pub fn check(
        &self,
        at: &Moment,
        question: &Question,
        receipts: &ReceiptLog,
    ) -> Result<CheckAnswer, Error> {
        self.ask(at, &CheckRequest::now(question), receipts)
    }

    /// Answers the same about another instant, or only if the approved ref was fetched recently enough.
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

    /// Works out a decision about some records: all of them, or none. Nothing is written yet, and nobody else can
    /// write while it is held.
    ///
    /// # Errors
    /// [`error::Usage`] if a record is unknown, the decision is refused, or the result would not lint;
    /// [`error::Undetermined`] if the ledger, or a history that is needed, can't be read.
    pub fn decide(&self, at: &Moment, job: &Job<'_>) -> Result<PreparedDecision<'_>, Error> {
        decide::prepare(self.opened.current()?, at, job)
    }

    /// Works out an approval or a rejection of present content. Nothing is signed or written yet.
    ///
    /// # Errors
    /// [`error::Usage`] if nothing is named, the approval would not count, or its files could not be written where they
    /// belong;
    /// [`error::Undetermined`] if the ledger, or a history that is needed, can't be read.
    pub fn approve(
        &self,
        at: &Moment,
        request: &ApprovalRequest<'_>,
    ) -> Result<PreparedApproval<'_>, Error> {
        approve::prepare(self.opened.current()?, at, request)
    }

    /// Works out the approval files for a forge's reviews of a merged pull request. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] if the landing is not on the approved ref, or a review can't be written as a file;
    /// [`error::Undetermined`] if the ledger, or a history that is needed, can't be read.
    pub fn reviews(&self, at: &Moment, reviews: &Reviews) -> Result<PreparedReviews<'_>, Error> {
        approve::reviews::prepare(self.opened.current()?, at, reviews)
    }

    /// Checks whether approvals count in this repository; `folder` is the base of relative paths of keys.
    ///
    /// # Errors
    /// If something other than ref, clone or policy prevents the answer.
    pub fn doctor(&self, at: &Moment, folder: &Path) -> Result<DoctorAnswer, Error> {
        doctor::examine(self.opened.current()?, at, folder)
    }

    /// Returns the records of the work tree that are not closed, by id.
    ///
    /// # Errors
    /// If the policy has errors, or a file can't be read.
    pub fn open_records(&self) -> Result<Vec<OpenRecord>, Error> {
        select::open_records(self.opened.current()?)
    }

    /// Returns the contents of a named record in the work tree; `None` if its file can't be read.
    ///
    /// # Errors
    /// [`error::Usage::Record`] if the name matches none or several.
    pub fn record_here(&self, governance: &Governance, id: &str) -> Result<Option<Record>, Error> {
        select::read(self.opened.current()?, governance, id)
    }

    /// Works out a new redesign. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] if the pattern or a date can't be as given, or the result would not lint;
    /// [`error::Undetermined`] if the ledger can't be read.
    pub fn new_redesign(
        &self,
        at: &Moment,
        answers: &RedesignAnswers,
    ) -> Result<PreparedRedesign<'_>, Error> {
        redesign::create(self.opened.current()?, at, answers)
    }

    /// Works out a decision about the redesign of the work tree that a text names. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] if the redesign is unknown, the decision is refused, or the result would not lint;
    /// [`error::Undetermined`] if the ledger can't be read.
    pub fn edit_redesign(
        &self,
        at: &Moment,
        (named, by): (&str, &Address),
        plan: RedesignPlan<'_>,
    ) -> Result<PreparedRedesign<'_>, Error> {
        redesign::edit(self.opened.current()?, at, (named, by), plan)
    }

    /// Returns the redesigns of the work tree that fit, by id.
    ///
    /// # Errors
    /// If the policy has errors, or a file can't be read.
    pub fn redesigns_here(
        &self,
        fits: &dyn Fn(&Redesign) -> bool,
    ) -> Result<Vec<NamedRedesign>, Error> {
        redesign::named(self.opened.current()?, fits)
    }

    /// Returns the redesign of the work tree that a text names; `None` if its file can't be read.
    ///
    /// # Errors
    /// [`error::Usage::Record`] if the name matches none or several.
    pub fn redesign_here(&self, named: &str) -> Result<Option<Redesign>, Error> {
        redesign::read(self.opened.current()?, named)
    }

    /// Gathers the known answers for a record to be filed. Nothing is written yet.
    ///
    /// # Errors
    /// [`error::Usage`] if a source of answers can't be read, [`error::Undetermined`] if the ledger can't.
    pub fn filing(&self, at: &Moment, request: &FilingRequest<'_>) -> Result<Filing<'_>, Error> {
        filing::prepare(self.opened.current()?, at, request)
    }

    /// Compares scanners' findings and events with baselines and the ledger.
    ///
    /// # Errors
    /// As [`Session::snapshot`], and if a file can no longer be read.
    pub fn triage(
        &self,
        at: &Moment,
        sources: Vec<Source>,
        request: &TriageRequest<'_>,
    ) -> Result<TriageAnswer<'_>, Error> {
        triage::triage(self.opened.current()?, at, sources, request)
    }

    /// Compares lists of live access with the ledger; `complete` are the patterns of whom or what they are complete for.
    ///
    /// # Errors
    /// As [`Session::snapshot`].
    pub fn access(
        &self,
        at: &Moment,
        sources: Vec<AccessSource<'_>>,
        complete: &[String],
    ) -> Result<AccessAnswer<'_>, Error> {
        access::access(self.opened.current()?, at, sources, complete)
    }

    /// Reads the records on the approved ref, and the proposals of branches and the work tree.
    ///
    /// # Errors
    /// If the approved ref, its policy or a needed object can't be read.
    pub fn snapshot(&self, at: &Moment, scope: Scope<'_>) -> Result<Snapshot<'_>, Error> {
        Snapshot::open(self.opened.current()?, at, scope)
    }
}
