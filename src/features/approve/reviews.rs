//! Approval files for a forge's reviews of a merged pull request, written beside the records.
//!
//! Start at `prepare_files`. Follows `docs/spec/approval.md`, 1.12.

use std::path::Path;

use crate::approval::evidence::reviews::Reviews;
use crate::approval::evidence::statement::LedgerName;
use crate::approval::evidence::statement_file::SIGNATURE;
use crate::approval::evidence::statement_file::{ApprovalFile, ApprovalSubject};
use crate::approval::sources::signature::ProcessKey;
use crate::features::approve;
use crate::features::approve::bridge_key::{BridgeKey, UncountedKey};
use crate::features::approve::destination::write_beside;
use crate::features::approve::subject;
use crate::history::objects::Oid;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::ledger::tree::Tree;
use crate::plan::reviews::{self, ApprovalFileDraft, ReviewResult, Trouble, World};
use crate::policy::tier::Needed;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::tip::OnMainline;
use crate::session::snapshot::walk::Scope;

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

/// Compares reviews with what landed.
///
/// # Errors
/// [`Usage`] if the landing is not on the approved ref, or a review can't be written as a file; [`Undetermined`] if the
/// ledger, or a history that is needed, can't be read.
pub(crate) fn prepare_files<'s>(
    located: &'s Located,
    at: &Moment,
    reviews: &Reviews,
) -> Result<PreparedReviews<'s>, Error> {
    located.work_tree()?;
    let snapshot = Snapshot::open_landed(located, at, Scope::Everything)?;
    refuse_not_landed(&snapshot, reviews)?;
    let ledger = approve::answer::written(&snapshot)?;
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
                    "{within} is the commit that merged it: is that the landing of {pull_request}?"
                )
            }),
        )),
        OnMainline::No => Err(Usage::refused(
            format!("{landing} is not a commit on {reference}"),
            "the landing is the commit that merged the pull request; fetch the whole history of the branch if it lacks it",
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
    /// Returns the files that state something new, signed by the key of a bridge.
    ///
    /// # Errors
    /// If the key can't sign, its signature could never count, or an existing file can't be read.
    pub fn files(&self, key: &str, folder: &Path) -> Result<ReviewFiles, Error> {
        let tree = self.located.work_tree()?;
        let ledger = self.snapshot.ledger_name();
        let around = (&self.snapshot, &self.at);
        let bridge = BridgeKey::open(key, (self.located, folder), around)?;
        let mut news = ReviewFiles::default();
        for draft in &self.result.stated {
            if !is_news(tree, draft, &ledger)? {
                continue;
            }
            let text = draft.text.clone().into_bytes();
            news.files.push((draft.path.clone(), text));
            let signature = bridge.sign(&draft.text)?;
            news.uncounted.extend(signature.uncounted);
            let path = format!("{}{SIGNATURE}", draft.path);
            news.files.push((path, signature.armoured));
        }
        Ok(news)
    }

    /// Returns all files for the approvals branch, signed by a key of this process, by their paths from the top of the repository.
    ///
    /// # Errors
    /// If a signature could never count.
    pub fn statements(&self, key: &ProcessKey) -> Result<ReviewFiles, Error> {
        let bridge = BridgeKey::in_process(key, (&self.snapshot, &self.at));
        let mut all = ReviewFiles::default();
        for draft in &self.result.stated {
            let signature = bridge.sign(&draft.text)?;
            all.uncounted.extend(signature.uncounted);
            let path = self.snapshot.prefix().outward(&draft.path).unwrap_or_default().join("/");
            all.files.push((path.clone(), draft.text.clone().into_bytes()));
            all.files.push((format!("{path}{SIGNATURE}"), signature.armoured));
        }
        Ok(all)
    }

    /// Writes files beside the records, all or none.
    ///
    /// # Errors
    /// If one can't be written.
    pub fn write(&self, files: ReviewFiles) -> Result<(), Error> {
        write_beside(self.located, files.files.into_iter())
    }

    /// Returns the groups that a review counts for.
    pub fn groups(&self, draft: &ApprovalFileDraft) -> Vec<String> {
        let needed = read_needed(&self.snapshot, &draft.file.about).unwrap_or_default();
        let governance = self.snapshot.governance();
        subject::groups(&needed, &draft.person, draft.file.decision, governance)
    }

    /// Returns for each file, in order, whether the approved ref has it already.
    ///
    /// # Errors
    /// If the files of the approved ref can't be read.
    pub fn landed(&self) -> Result<Vec<bool>, Error> {
        let tip =
            self.snapshot.stamp().commit.as_deref().and_then(Oid::from_hex).ok_or_else(|| {
                Undetermined::Other {
                    what: "the approved ref has no commit".to_owned(),
                    help: String::new(),
                }
            })?;
        let tree = CommitTree::of_commit(self.located.repository()?, tip, self.snapshot.prefix())?;
        let ledger = self.snapshot.ledger_name();
        let drafts = self.result.stated.iter();
        drafts.map(|draft| Ok(!is_news(&tree, draft, &ledger)?)).collect()
    }
}

/// Tells whether a review states something new, or lacks its signature; an approval signed by the same person outranks it.
fn is_news(tree: &dyn Tree, draft: &ApprovalFileDraft, ledger: &LedgerName) -> Result<bool, Error> {
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
    let own_name = draft.file.ledger.clone().filter(|_| is_unnamed);
    let before = ApprovalFile { ledger: file.ledger.clone().or(own_name), ..file };
    let is_older = before.at < draft.file.at || before.ledger != draft.file.ledger;
    // The forge may know more about accounts by now.
    Ok(is_older || before.at == draft.file.at && before != draft.file)
}
