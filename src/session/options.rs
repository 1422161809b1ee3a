//! How a session is opened, and the instant of a question.
//!
//! Start at [`Options`] and [`Moment`]. Follows `docs/spec/cli.md`, which tree, which clock.

use std::path::PathBuf;

use crate::clock;
use crate::history::objects::Oid;
use crate::record::time::Instant;

/// How a session finds its ledger and the approved ref. The default finds both as the program does without flags.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The name of the approved ref; by default it is found from git's configuration and the remotes.
    pub approved_ref: Option<String>,
    /// The branch that the CI system says a pull request will land on; it only improves a message.
    pub target_branch: Option<String>,
    /// The ledger's folder, absolute or relative to the folder in which the session is opened; otherwise the nearest
    /// folder upwards that holds a policy.
    pub root: Option<PathBuf>,
    /// The commit from which governance counts as it landed there; by default that of git's setting
    /// `exledger.trustedFrom` in the clone's own configuration, if any.
    pub trusted_from: Option<Oid>,
    /// Whether git's setting `exledger.approvedRef` is ignored: whoever can write to the clone could choose the ref by it.
    pub ignores_configured_ref: bool,
    /// Whether a policy below another ledger is read although nobody there approved it: for commands that say neither what
    /// is allowed nor what is in force.
    pub reads_unapproved_policy: bool,
    /// Whether the answer shows no level of an approval, so that the signatures of forges are checked only where the policy
    /// demands them.
    pub hides_levels: bool,
    /// Absolute paths of files that say something about findings: catalogs, scores, reports.
    pub facts: Vec<PathBuf>,
    /// Whether no person asks, as in a job of CI: a next step is then the command of whoever can take it.
    pub is_automated: bool,
    /// The user's home folder, which is searched for keys.
    pub home: Option<PathBuf>,
}

/// The instant of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The clock's time.
    pub now: Instant,
    /// The instant at which the state of the ledger is evaluated; `None` for now, or if `as_of` gives it.
    pub on: Option<Instant>,
    /// Which past state of the approved ref to evaluate; `None` for the present one.
    pub as_of: Option<AsOf>,
}

/// A past state of the approved ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// Its state at an instant.
    Instant(Instant),
    /// Its state when this commit, one of its first parents, was its tip: any name that git resolves.
    Revision(String),
}

impl Moment {
    /// Returns the present, from a new reading of the clock.
    pub fn now() -> Moment {
        Moment::at(clock::now())
    }

    /// Returns the present of a clock that shows the given instant.
    pub fn at(now: Instant) -> Moment {
        Moment { now, on: None, as_of: None }
    }

    /// Returns the instant at which the present state is evaluated.
    pub fn instant(&self) -> Instant {
        self.on.unwrap_or(self.now)
    }

    /// Tells whether the answer is about a time other than the clock's.
    pub fn is_moved(&self) -> bool {
        self.on.is_some() || self.as_of.is_some()
    }
}
