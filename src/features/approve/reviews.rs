//! Approval files for a forge's reviews of a merged pull request, added to the local branch of statements.
//!
//! Start at `prepare_files`. Follows `docs/spec/approval.md`, 1.12.

use crate::approval::evidence::reviews::Reviews;
use crate::approval::evidence::statement::LedgerName;
use crate::approval::evidence::statement_file::SIGNATURE;
use crate::approval::evidence::statement_file::{ApprovalFile, ApprovalSubject};
use crate::features::approve;
use crate::features::approve::bridge_key::{BridgeKey, ReviewKey, UncountedKey};
use crate::features::approve::destination::unwritten_commit;
use crate::features::approve::subject;
use crate::history::objects::Oid;
use crate::history::refs::APPROVALS_BRANCH;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::ledger::tree::Tree;
use crate::plan::reviews::{self, ApprovalFileDraft, ReviewResult, Trouble, World};
use crate::policy::people::nobody;
use crate::policy::tier::Needed;
use crate::record::time::Instant;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::tip::OnMainline;
use crate::session::snapshot::walk::Scope;
use crate::store::approvals_branch::StatementCommit;
use crate::store::commits::{ScribeError, WriterSignature};
use crate::store::git::Repository;

/// The approval files made from reviews. If it is dropped, nothing is written.
pub struct PreparedReviews<'s> {
    /// The files, and the reviews that result in none.
    pub result: ReviewResult,
    located: &'s Located,
    at: Moment,
    snapshot: Snapshot<'s>,
}

/// The files to write: those that state something new.
#[derive(Clone, Debug, Default)]
pub struct ReviewFiles {
    /// The keys whose signatures do not count, and how the approved ref lacks them.
    pub uncounted: Vec<UncountedKey>,
    pub files: Vec<(String, Vec<u8>)>,
}

pub(crate) fn prepare_files<'s>(
    located: &'s Located,
    at: &Moment,
    reviews: &Reviews,
) -> Result<PreparedReviews<'s>, Error> {
    located.work_tree()?;
    let snapshot = Snapshot::open_landed(located, at, Scope::Everything)?;
    snapshot.refuse_incomplete()?;
    refuse_not_landed(&snapshot, reviews)?;
    let ledger = approve::answer::written(&snapshot.ledger_name(), &snapshot)?;
    let world = World {
        objects: located.repository()?,
        prefix: snapshot.prefix(),
        governance: snapshot.governance(),
        needed: &|about| read_needed(&snapshot, about),
        ledger: &ledger,
    };
    let result = reviews::files(world, reviews).map_err(|trouble| match trouble {
        Trouble::Obstacle(obstacle) => Error::from(obstacle),
        Trouble::Unwritable { url, cause } => Usage::refused(
            format!("the review `{url}` cannot be recorded: {cause}"),
            "set the `url` of each review to the address of its page",
        )
        .into(),
    })?;
    Ok(PreparedReviews { result, located, at: at.clone(), snapshot })
}

/// Refuses a landing that is not on the approved ref: content that did not land needs no evidence.
fn refuse_not_landed(snapshot: &Snapshot<'_>, reviews: &Reviews) -> Result<(), Usage> {
    let reference = snapshot.stamp().label.clone().unwrap_or_default();
    let (landing, pull_request) = (reviews.landing, &reviews.pull_request);
    match snapshot.on_mainline(landing) {
        OnMainline::Yes => Ok(()),
        OnMainline::In(within) => Err(Usage::refused(
            format!("{landing} is not on the first-parent history of {reference}"),
            within.map_or(String::new(), |within| {
                format!(
                    "give {within}, the commit that merged it, if that is the landing of {pull_request}"
                )
            }),
        )),
        OnMainline::No => Err(Usage::refused(
            format!("{landing} is not a commit on {reference}"),
            "give the commit that merged the pull request; fetch the whole history of the branch if it lacks it",
        )),
    }
}

/// Returns the requirement for the content at the tip; one person for governance files, `None` if nothing is there.
fn read_needed(snapshot: &Snapshot<'_>, about: &ApprovalSubject) -> Option<Needed> {
    match about {
        ApprovalSubject::Record(id) => {
            let tip = snapshot.tip(&TrailKey::Id(id.as_str().to_ascii_uppercase()))?;
            Some(tip.verdict.needed.clone())
        }
        ApprovalSubject::Governance(_) => Some(Needed::default()),
    }
}

impl PreparedReviews<'_> {
    /// Returns the files that state something new, signed by the key of a bridge, by their paths from the top of the repository.
    ///
    /// # Errors
    /// If the key can't sign, its signature could never count, or an existing file can't be read.
    pub fn files(&self, key: ReviewKey<'_>) -> Result<ReviewFiles, Error> {
        let bridge = BridgeKey::open(key, self.located, (&self.snapshot, &self.at))?;
        let (trees, ledger) = (self.trees()?, self.snapshot.ledger_name());
        let mut news = ReviewFiles::default();
        for draft in &self.result.stated {
            if !is_news(&trees, draft, &ledger)? {
                continue;
            }
            let signature = bridge.sign(&draft.text)?;
            // A statement keeps the time of its first commit: one from before its key is listed never counts.
            if let Some(uncounted) = signature.uncounted {
                news.uncounted.push(uncounted);
                continue;
            }
            let path = self.snapshot.prefix().outward(&draft.path).unwrap_or_default().join("/");
            news.files.push((path.clone(), draft.text.clone().into_bytes()));
            news.files.push((format!("{path}{SIGNATURE}"), signature.armoured));
        }
        Ok(news)
    }

    /// Adds files to the local branch of statements.
    ///
    /// # Errors
    /// If git refuses the commit.
    pub fn write(&self, files: &ReviewFiles) -> Result<(), Error> {
        if files.files.is_empty() {
            return Ok(());
        }
        let written =
            add_reviews(self.located.repository()?, self.remote(), &files.files, self.at.instant());
        written.map_err(unwritten_commit)?;
        Ok(())
    }

    /// Returns the remote that the statements are pushed to; `None` if the approved ref is a local one.
    pub fn remote(&self) -> Option<&str> {
        self.snapshot.origin().1.remote.as_deref()
    }

    /// Returns the groups that a review counts for.
    pub fn groups(&self, draft: &ApprovalFileDraft) -> Vec<String> {
        let needed = read_needed(&self.snapshot, &draft.file.about).unwrap_or_default();
        let governance = self.snapshot.governance();
        subject::groups(&needed, &draft.person, draft.file.decision, governance)
    }

    fn trees(&self) -> Result<Vec<CommitTree<'_>>, Error> {
        let (repository, chosen) = self.snapshot.origin();
        let branch = repository.tip_of(self.remote(), APPROVALS_BRANCH);
        let tree = |tip| Ok(CommitTree::of_commit(repository, tip, self.snapshot.prefix())?);
        branch.into_iter().chain([chosen.tip]).map(tree).collect()
    }

    /// Returns for each file, in order, whether the approved ref or its branch of statements has it already.
    ///
    /// # Errors
    /// If an existing file can't be read.
    pub fn landed(&self) -> Result<Vec<bool>, Error> {
        let (trees, ledger) = (self.trees()?, self.snapshot.ledger_name());
        let drafts = self.result.stated.iter();
        drafts.map(|draft| Ok(!is_news(&trees, draft, &ledger)?)).collect()
    }
}

/// Adds the statements of a bridge to the local approvals branch, and returns its new tip.
///
/// # Errors
/// As [`Repository::add_statements`].
pub fn add_reviews(
    repository: &Repository,
    remote: Option<&str>,
    files: &[(String, Vec<u8>)],
    at: Instant,
) -> Result<Oid, ScribeError> {
    let by = WriterSignature { name: nobody::NAME, email: nobody::EMAIL, at };
    let message = "Record the reviews of what was merged";
    repository.add_statements(remote, &StatementCommit { files, by, message, setup: None })
}

fn is_news(
    trees: &[CommitTree<'_>],
    draft: &ApprovalFileDraft,
    ledger: &LedgerName,
) -> Result<bool, Error> {
    for tree in trees {
        if !is_new_in(tree, draft, ledger)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells whether a review states something new, or lacks its signature; an approval signed by the same person outranks it.
fn is_new_in(
    tree: &dyn Tree,
    draft: &ApprovalFileDraft,
    ledger: &LedgerName,
) -> Result<bool, Error> {
    let Some(text) = tree.bytes(&draft.path)? else {
        return Ok(true);
    };
    let Ok(file) = ApprovalFile::read(&text) else {
        return Ok(true);
    };
    if tree.bytes(&format!("{}{SIGNATURE}", draft.path))?.is_none() {
        return Ok(true);
    }
    if file.via.is_none() {
        return Ok(false);
    }
    // Files that landed before approval files named the ledger continue to count.
    let is_unnamed = file.ledger.is_none() && matches!(ledger, LedgerName::Root { .. });
    let own_name = if is_unnamed { draft.file.ledger.clone() } else { None };
    let before = ApprovalFile { ledger: file.ledger.clone().or(own_name), ..file };
    let is_older = before.at < draft.file.at || before.ledger != draft.file.ledger;
    // The forge may know more about accounts by now.
    Ok(is_older || before.at == draft.file.at && before != draft.file)
}
