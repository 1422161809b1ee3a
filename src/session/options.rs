//! How a session is opened, and which instant a question is about.
//!
//! Start at [`Options`] and [`Moment`]. Follows `docs/spec/cli.md`, which tree, which clock.

use std::path::PathBuf;

use crate::clock;
use crate::record::time::Instant;

/// How a session finds its ledger and the approved ref. The default finds both as the program does without flags.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The name of the approved ref; else it is found from git's configuration and the remotes.
    pub approved_ref: Option<String>,
    /// The branch on which the CI system says that a pull request will land; it only improves a message.
    pub target_branch: Option<String>,
    /// The ledger's folder, absolute or from the folder in which the session is opened; else the nearest folder upwards
    /// that holds a policy.
    pub root: Option<PathBuf>,
    /// The home folder of whoever asks, where keys are looked for.
    pub home: Option<PathBuf>,
}

/// Which instant a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the clock shows.
    pub now: Instant,
    /// The instant at which the state of the ledger is judged; `None` for now, or where `as_of` says it.
    pub on: Option<Instant>,
    /// Which past state of the approved ref is judged; `None` for the present one.
    pub as_of: Option<AsOf>,
}

/// A past state of the approved ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// As it stood at an instant.
    Instant(Instant),
    /// As it stood when this commit, one of its first parents, was its tip: any name that git knows.
    Revision(String),
}

impl Moment {
    /// Returns the present, by a new reading of the clock.
    pub fn now() -> Moment {
        Moment::at(clock::now())
    }

    /// Returns the present of a clock that shows an instant.
    pub fn at(now: Instant) -> Moment {
        Moment { now, on: None, as_of: None }
    }

    /// Returns the instant at which the present state is judged.
    pub fn instant(&self) -> Instant {
        self.on.unwrap_or(self.now)
    }

    /// Tells whether the answer is about another time than the clock's.
    pub fn is_moved(&self) -> bool {
        self.on.is_some() || self.as_of.is_some()
    }
}
