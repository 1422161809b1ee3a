//! How changes come to the approved branch, as its newest commits and its workflows show it.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/cli.md`, `how[]`: an approval by a merge that will be a squash counts for
//! nothing, so it is not offered beside another one.

use crate::approval::next::steps::Merging;
use crate::approval::sources::forge;
use crate::approval::sources::message::CommitMessage;
use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::ident::Ident;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::survey::workflows::ci::CiSetup;

/// Of how many of the newest landings most decide how changes are merged.
pub const MOST_LANDINGS: usize = 50;

/// How a commit came to the approved branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LandingKind {
    Merge,
    /// One commit that names a pull request.
    Squash,
    /// A commit by someone other than its author, without a pull request.
    Rebase,
    Direct,
}

impl LandingKind {
    /// Returns how a commit landed, and whether a person other than its author committed it.
    pub fn of(commit: &Commit, governance: &Governance) -> (LandingKind, bool) {
        let (author, committer) = (commit.author(), commit.committer());
        let key =
            |ident: &Ident| people::identify(governance, &ident.name, &ident.email).key.clone();
        let names_merger = !is_forge(governance, committer) && key(author) != key(committer);
        let kind = if commit.parents.len() > 1 {
            LandingKind::Merge
        } else if forge::pull_request(&CommitMessage::read(&commit.message())).is_some() {
            LandingKind::Squash
        } else if names_merger {
            LandingKind::Rebase
        } else {
            LandingKind::Direct
        };
        (kind, names_merger)
    }
}

pub(crate) fn is_forge(governance: &Governance, ident: &Ident) -> bool {
    forge::is_forge(&ident.name, &ident.email)
        || forge::is_own_address(&ident.email)
        || people::is_forge(governance, &ident.name, &ident.email)
}

/// Returns the newest commits of a branch by first parents, newest first, at most as many, as far as they can be read.
pub fn newest(objects: &dyn Objects, tip: Oid, most: usize) -> Vec<Commit> {
    let mut commits = Vec::new();
    let mut at = Some(tip);
    while let Some(oid) = at.filter(|_| commits.len() < most)
        && let Ok(commit) = chain::read(objects, oid)
    {
        at = if !objects.is_shallow(oid) { commit.parents.first().copied() } else { None };
        commits.push(commit);
    }
    commits
}

/// Reads how changes come to a branch, at its tip.
///
/// # Errors
/// [`Obstacle`] if the tip can't be read.
pub fn read(
    objects: &dyn Objects,
    (tip, reference): (Oid, &str),
    governance: &Governance,
) -> Result<Merging, Obstacle> {
    let top = CommitTree::of_commit(objects, tip, &LedgerPrefix::default())?;
    let (mut n_nameless, mut n_others) = (0_usize, 0_usize);
    for commit in newest(objects, tip, MOST_LANDINGS) {
        match LandingKind::of(&commit, governance) {
            (LandingKind::Squash, false) => n_nameless += 1,
            (LandingKind::Direct, _) => {}
            _ => n_others += 1,
        }
    }
    Ok(Merging { has_review_job: has_review_job(&top, reference), squashes: n_nameless > n_others })
}

/// Tells whether a workflow of a repository's files records reviews. One that this clone lacks or can't read is not relied on.
pub fn has_review_job(top: &dyn Tree, reference: &str) -> bool {
    CiSetup::read(top).is_ok_and(|ci| ci.states_reviews(None, reference).is_some())
}
