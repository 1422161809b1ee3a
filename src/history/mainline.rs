//! The mainline: the approved ref's tip and its chain of first parents.
//!
//! Uses record's times, history's objects and commit. Pure. Start at [`Mainline`]. Follows `docs/spec/approval.md`,
//! 1.2 and T1.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::history::objects::{Obstacle, Oid};
use crate::record::time::Instant;

/// The commits of the approved ref, by first parents.
#[derive(Clone, Debug)]
pub struct Mainline {
    /// The ref: its full name where there is one, else what was asked for.
    pub reference: String,
    /// Whether a remote guards it.
    pub guard: Guard,
    pub tip: Oid,
    /// All commits of the chain, oldest first; never empty.
    pub landings: Vec<Landing>,
    /// Where the chain ends before its first commit, and why; `None` when it is whole.
    pub boundary: Option<Obstacle>,
    /// Whether other readers of this repository see replaced objects.
    pub has_replacements: bool,
}

impl Mainline {
    /// Returns the first commit of the chain; `None` where it ends before that.
    pub fn root(&self) -> Option<Oid> {
        let first = self.landings.first().filter(|_| self.boundary.is_none());
        first.map(|landing| landing.oid)
    }

    /// Returns why nothing is known of an instant: it lies before the commit at which a clone ends.
    ///
    /// A statement of that time may have counted before, or what ended it may lie there (M7).
    pub fn behind(&self, at: Instant) -> Option<&Obstacle> {
        let first = self.landings.first()?;
        self.boundary.as_ref().filter(|_| at < first.effective)
    }
}

/// Whether a remote guards the approved ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It is the branch of a remote, or of a bare repository, or was named by whoever asks.
    Remote,
    /// It is a local branch in a repository without remotes: "local, unprotected".
    Local,
}

/// One commit of the mainline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    pub oid: Oid,
    pub tree: Oid,
    /// Its parents, raw.
    pub parents: Rc<[Oid]>,
    /// Its committer time as typed; `None` where it can't be read.
    pub committed: Option<Instant>,
    /// When its content became effective, not before (T1, T2).
    pub effective: Instant,
    /// What is odd about it.
    pub flags: BTreeSet<Flag>,
}

/// What is odd about a commit of the mainline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Its time lies in the future; it has the effective time of the commit before.
    FutureDated,
    /// Its time lies before that of an earlier commit.
    ClockSkew,
    /// It looks like the merge of the mainline into itself, which swaps parents (M5).
    Suspicious,
    /// Its headers can't be read in one way only.
    Malformed,
}
