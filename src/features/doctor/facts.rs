//! What the checks are based on: governance, recent commits, jobs, and the setup of this clone.
//!
//! Pure. Start at [`DoctorFacts`]. `session::doctor` reads it.

use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::checkout::Checkout;
use crate::features::doctor::recent::RecentCommits;
use crate::features::doctor::signed_merges::ForgeMerges;
use crate::history::mainline::Guard;
use crate::history::objects::{Extent, Obstacle};
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::remote::RemoteAddress;
use crate::survey::workflows::ci::CiSetup;

/// What this clone holds of the approved branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloneState {
    Whole,
    /// Older history is cut off.
    Shallow(Extent),
    /// Something that is needed is missing.
    Missing(Obstacle),
}

/// What git's configuration says about the user.
#[derive(Clone, Debug, Default)]
pub struct GitUser {
    pub name: Option<String>,
    pub email: Option<String>,
    pub key: OwnKey,
    /// Whether `exledger.approvalAuthor` is `me`.
    pub commits_as_me: bool,
}

/// The user's key for signing approvals.
#[derive(Clone, Debug, Default)]
pub enum OwnKey {
    #[default]
    Unset,
    /// A configured key that can't be used, and why.
    Unusable(String),
    /// The public key as in a `.pub` file: algorithm and base64.
    Public(String, String),
}

/// Everything that the checks are based on.
#[derive(Clone)]
pub struct DoctorFacts<'a> {
    pub stamp: &'a Stamp,
    /// The command that writes what is missing: with `-C` where the ledger is not at the repository's root, since `init` alone
    /// would set up another one there.
    pub init: &'a str,
    pub guard: Guard,
    pub clone: CloneState,
    /// The number of first parents of the approved branch.
    pub n_landings: usize,
    /// Whether git's commit-graph, with filters of the changed paths, can be used.
    pub has_filters: bool,
    /// Whether this is a bare mirror without a reflog of the approved ref.
    pub forgets_tips: bool,
    /// The governance that counts at the tip of the approved ref; where none has landed, that of the checkout, as if merged.
    pub governance: &'a Governance,
    /// Whether none has ever counted there.
    pub is_first: bool,
    /// The number of its files that count as they are by the approvals branch alone.
    pub n_rules_of_branch: usize,
    pub checkout: &'a Checkout,
    pub recent: &'a RecentCommits,
    pub forges: &'a [ForgeMerges],
    /// How many of the exceptions in force `proof: forge-signed` would keep in force, of how many; `None` where no forge signs.
    pub kept: Option<(usize, usize)>,
    /// The workflows at the tip of the approved ref.
    pub ci: &'a CiSetup,
    /// Whether a listed review key signed a statement on the approvals branch: a job with the protected key has run.
    pub has_signed: bool,
    pub user: &'a GitUser,
    pub remote: Option<&'a RemoteAddress>,
    /// The folders with records at the tip, each with the number of its files.
    pub folders: &'a [(String, usize)],
    pub instant: Instant,
}

impl CloneState {
    pub(crate) fn check(&self) -> DoctorCheck {
        let name = CheckName::Clone;
        match self {
            CloneState::Whole => DoctorCheck::ok(name, "the whole history is here"),
            CloneState::Shallow(extent) => {
                let remedy = extent.remedy();
                let message = format!(
                    "older history is cut off in this shallow clone, and who approved what is read from it; {}",
                    remedy.words()
                );
                let check = DoctorCheck::unknown(name, message);
                remedy.command().into_iter().fold(check, DoctorCheck::with_command)
            }
            CloneState::Missing(obstacle) => {
                let check =
                    DoctorCheck::unknown(name, format!("{obstacle}: {}", obstacle.repair()));
                obstacle.remedy().command().into_iter().fold(check, DoctorCheck::with_command)
            }
        }
    }
}
