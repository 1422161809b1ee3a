//! `approve --from-reviews`: the approval files for a forge's reviews of a merged pull request.
//!
//! Pure: objects come through the trait. Start at [`files`]. Follows `docs/spec/approval.md`, 1.12. Paths in the reviews'
//! file are never used: all paths come from git's trees.

mod approving;
mod makers;
pub mod skipped;

use crate::approval::evidence::reviews::{self, ForgeReview, ReviewState, Reviewer, Reviews};
use crate::approval::evidence::statement_file::{
    self, ApprovalDecision, ApprovalFile, ApprovalSubject, BadFile,
};
use crate::diag::sorting::StableSort as _;
use crate::history::branch::Branch;
use crate::history::chain;
use crate::history::folder::Mode;
use crate::history::objects::{ObjectKind, Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::plan::reviews::approving::Approving;
use crate::plan::reviews::makers::OwnCommits;
use crate::plan::reviews::skipped::{SkippedReview, UnresolvedReview, taken_back};
use crate::policy::governance::{Governance, State as Policy};
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::address::Address;
use crate::record::credential;
use std::collections::{BTreeMap, BTreeSet};

/// The data that reviews are compared with.
#[derive(Clone, Copy)]
pub struct World<'w> {
    pub objects: &'w dyn Objects,
    pub prefix: &'w LedgerPrefix,
    pub governance: &'w Governance,
    /// The requirement for the content of a record or governance file; `None` if unknown.
    pub needed: &'w dyn Fn(&ApprovalSubject) -> Option<Needed>,
    /// The name of the ledger in approval files.
    pub ledger: &'w str,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileDraft {
    /// Its path relative to the ledger's root.
    pub path: String,
    pub file: ApprovalFile,
    pub text: String,
    pub person: Person,
}

#[derive(Clone, Debug, Default)]
pub struct ReviewResult {
    /// The files, sorted by path: one for each person and record or governance file.
    pub stated: Vec<ApprovalFileDraft>,
    /// The reviews that result in no file, each with the reason.
    pub skipped: Vec<SkippedReview>,
    /// The approving reviews that would have been written if the owner of their account were known, by login.
    pub unresolved: Vec<UnresolvedReview>,
}

/// Why there is no result.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// A required object is not in this clone.
    Obstacle(Obstacle),
    /// A review can't be written as a file; for example, its address is invalid.
    Unwritable {
        /// The address of the review, as stated.
        url: String,
        cause: Box<BadFile>,
    },
}

impl From<Obstacle> for Trouble {
    fn from(obstacle: Obstacle) -> Trouble {
        Trouble::Obstacle(obstacle)
    }
}

/// The records and governance files of one tree, each with its paths and blobs.
type TreeContents = BTreeMap<ApprovalSubject, Vec<(String, Oid)>>;

/// Returns the files for reviews.
///
/// # Errors
/// [`Trouble`] if the landing can't be compared with its predecessor, or a review can't be written as a file.
pub fn files(world: World<'_>, reviews: &Reviews) -> Result<ReviewResult, Trouble> {
    let landing = chain::read(world.objects, reviews.landing)?;
    let before = landing.parents.first().copied();
    let landed = LandedChange {
        at: CommitFiles::new(world, reviews.landing)?,
        before: before.map(|before| CommitFiles::new(world, before)).transpose()?,
    };
    let mut answer = ReviewResult::default();
    answer.skipped.extend(taken_back(reviews, world.governance));
    for (reviewer, review) in reviews::last_reviews(reviews, world.governance) {
        if review.state != ReviewState::Approved {
            continue;
        }
        if let Reviewer::Machine(person) = &reviewer {
            let who = person.display.clone();
            answer.skipped.push(SkippedReview::Machine { who });
            continue;
        }
        let approving = Approving::new(reviewer, review, reviews);
        let seen = looked_at(world, review, before).and_then(|seen| {
            let own = approving.addresses();
            let around = (world.objects, world.governance);
            Ok((seen, OwnCommits::read(around, &own, (before, review.commit))?))
        });
        let seen = match seen {
            Ok(seen) => seen,
            Err(obstacle) => {
                answer.skipped.push(SkippedReview::Missing {
                    who: approving.who,
                    commit: review.commit,
                    obstacle,
                });
                continue;
            }
        };
        landed.compare((&seen.0, &seen.1), &approving, &mut answer)?;
    }
    answer.stated.order_by(|one, other| one.path.cmp(&other.path));
    answer.unresolved.order_by(Ord::cmp);
    Ok(answer)
}

struct LandedChange<'w> {
    at: CommitFiles<'w>,
    before: Option<CommitFiles<'w>>,
}

/// The tree that a reviewer looked at, and the trees that it is compared with.
struct ReviewedTree<'w> {
    head: CommitFiles<'w>,
    bases: Vec<CommitFiles<'w>>,
}

fn looked_at<'w>(
    world: World<'w>,
    review: &ForgeReview,
    before: Option<Oid>,
) -> Result<ReviewedTree<'w>, Obstacle> {
    let head = CommitFiles::new(world, review.commit)?;
    let Some(before) = before else {
        return Ok(ReviewedTree { head, bases: Vec::new() });
    };
    let bases = match Branch::between(world.objects, before, review.commit)? {
        // All of it had landed before.
        None => vec![review.commit],
        Some(Branch { truncated: Some(missing), .. }) => return Err(missing),
        Some(branch) => branch.bases,
    };
    let bases = bases
        .into_iter()
        .map(|base| CommitFiles::new(world, base))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ReviewedTree { head, bases })
}

struct CommitFiles<'w> {
    world: World<'w>,
    tree: CommitTree<'w>,
    records: Vec<String>,
    rules: BTreeSet<String>,
    held: TreeContents,
}

impl<'w> CommitFiles<'w> {
    fn new(world: World<'w>, commit: Oid) -> Result<CommitFiles<'w>, Obstacle> {
        let tree = CommitTree::of_commit(world.objects, commit, world.prefix)?;
        let own = Governance::read(&tree)?;
        let governance = match own.state {
            Policy::Broken => world.governance,
            Policy::Absent | Policy::Sound => &own,
        };
        let records = governance.policy.records.clone();
        let redesigns = Files::list(&tree, std::slice::from_ref(&governance.policy.redesigns))?;
        let redesigns = redesigns.records.into_iter().map(|file| file.path);
        let paths = governance.paths().into_iter().chain(redesigns);
        let rules = paths.map(|path| world.prefix.plain(&path)).collect();
        let mut held = TreeContents::new();
        for file in Files::list(&tree, &records)?.records {
            let entry = tree.entry(&file.path)?;
            if let (Some(id), Some((Mode::File, blob))) = (file.id(), entry) {
                let of_one = held.entry(ApprovalSubject::Record(id)).or_default();
                of_one.push((file.path, blob));
            }
        }
        Ok(CommitFiles { world, tree, records, rules, held })
    }

    fn blobs(&self, about: &ApprovalSubject) -> Result<Vec<Oid>, Obstacle> {
        if let ApprovalSubject::Governance(path) = about {
            let entry = self.tree.entry(path)?;
            let file = entry.filter(|(mode, _)| *mode == Mode::File);
            return Ok(file.map(|(_, blob)| blob).into_iter().collect());
        }
        let held = self.held.get(about).into_iter().flatten();
        let mut blobs: Vec<Oid> = held.map(|(_, blob)| *blob).collect();
        blobs.sort();
        Ok(blobs)
    }

    fn stated(
        &self,
        about: ApprovalSubject,
        blob: Option<Oid>,
        person: &Person,
        approving: &Approving<'_>,
    ) -> Result<Option<ApprovalFileDraft>, Trouble> {
        let review = approving.review;
        let bytes = match blob.map(|blob| self.world.objects.read(blob)).transpose()? {
            Some((ObjectKind::Blob, bytes)) => bytes,
            // A removed file has no bytes.
            _ => Vec::new(),
        };
        let Some(by) = Address::new(&person.key) else {
            return Ok(None);
        };
        let place = self.held.get(&about).and_then(|held| held.first());
        let folder = match place {
            Some((path, _)) => find_record_folder(&self.records, path),
            None => {
                let folders = &self.world.governance.policy.records;
                folders.first().cloned().unwrap_or_default()
            }
        };
        let (account, authors) = approving.accounts(&by);
        let file = ApprovalFile {
            ledger: Some(self.world.ledger.to_owned()),
            sha256: statement_file::digest(&bytes),
            from: None,
            decision: ApprovalDecision::Approve,
            at: review.at,
            by,
            reason: review
                .reason
                .clone()
                .map(credential::hidden)
                .and_then(|reason| statement_file::shortened(&reason)),
            via: Some(review.url.clone()),
            account,
            authors,
            about,
        };
        let unwritable =
            |cause| Trouble::Unwritable { url: review.url.clone(), cause: Box::new(cause) };
        let text = file.text().map_err(unwritable)?;
        let copy = person.clone();
        Ok(Some(ApprovalFileDraft { path: file.path(&folder), text, person: copy, file }))
    }
}

impl LandedChange<'_> {
    fn compare(
        &self,
        (seen, own): (&ReviewedTree<'_>, &OwnCommits),
        approving: &Approving<'_>,
        answer: &mut ReviewResult,
    ) -> Result<(), Trouble> {
        let mut unresolved: Option<UnresolvedReview> = None;
        let rules: BTreeSet<&String> =
            seen.bases.iter().flat_map(|base| &base.rules).chain(&self.at.rules).collect();
        let rules = rules.into_iter().map(|path| ApprovalSubject::Governance(path.clone()));
        for about in self.at.held.keys().cloned().chain(rules) {
            let landed = self.at.blobs(&about)?;
            let mut changed = !(seen.bases.is_empty() && landed.is_empty());
            for base in &seen.bases {
                changed &= base.blobs(&about)? != landed;
            }
            if !changed {
                continue;
            }
            if landed.len() > 1 {
                answer.skipped.push(SkippedReview::Conflicted { about });
            } else if seen.head.blobs(&about)? == landed {
                let blob = landed.first().copied();
                let blobs = |commit| CommitFiles::new(self.at.world, commit)?.blobs(&about);
                match approving.writer(self.at.world.needed, &about) {
                    Ok(_) if own.touch(&blobs)? => {
                        let (who, url) = (approving.who.clone(), approving.review.url.clone());
                        answer.skipped.push(SkippedReview::Author { who, about, url });
                    }
                    Ok(person) => {
                        let stated = self.at.stated(about, blob, person, approving)?;
                        answer.stated.extend(stated);
                    }
                    Err(reason) => {
                        let governance = self.at.world.governance;
                        unresolved.get_or_insert_with(|| approving.unresolved(governance, reason));
                    }
                }
            } else if self.is_of_it(&about, seen)? {
                answer.skipped.push(SkippedReview::Older {
                    who: approving.who.clone(),
                    about,
                    url: approving.review.url.clone(),
                });
            }
        }
        answer.unresolved.extend(unresolved);
        Ok(())
    }

    /// Tells whether a difference may come from the pull request itself, and not from what
    /// others landed in the meantime.
    fn is_of_it(&self, about: &ApprovalSubject, seen: &ReviewedTree<'_>) -> Result<bool, Obstacle> {
        let head = seen.head.blobs(about)?;
        let Some(before) = &self.before else {
            return Ok(true);
        };
        for base in &seen.bases {
            if base.blobs(about)? == head {
                return Ok(before.blobs(about)? != self.at.blobs(about)?);
            }
        }
        Ok(true)
    }
}

/// Returns the record folder that contains a path; the first one if none does.
pub fn find_record_folder(records: &[String], path: &str) -> String {
    let holds = |folder: &&String| {
        let plain = folder.trim_start_matches("./").trim_end_matches('/');
        let rest = path.strip_prefix(plain);
        matches!(plain, "" | ".") || rest.is_some_and(|rest| rest.starts_with('/'))
    };
    // Of nested folders, the innermost one.
    let inner = records.iter().filter(holds).max_by_key(|folder| folder.len());
    inner.or(records.first()).cloned().unwrap_or_default()
}
