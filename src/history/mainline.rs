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
    /// The full name of the ref if there is one, else the name that was given.
    pub reference: String,
    /// Whether a remote protects it.
    pub guard: Guard,
    pub tip: Oid,
    /// All commits of the chain, oldest first; never empty.
    pub landings: Vec<Landing>,
    /// Why the chain ends before the first commit; `None` if it doesn't.
    pub boundary: Option<Obstacle>,
    /// Whether other readers of this repository see replaced objects.
    pub has_replacements: bool,
    /// The landing from which governance counts as it landed there; `None` if this clone's user chose none.
    pub trusted: Option<usize>,
}

/// The three latest of some times: two clocks that are wrong choose none of the third.
#[derive(Clone, Copy, Debug)]
pub(super) struct LatestTimes([Instant; 3]);

impl Default for LatestTimes {
    fn default() -> LatestTimes {
        LatestTimes([Instant::MIN; 3])
    }
}

impl LatestTimes {
    pub(super) fn add(&mut self, time: Instant) {
        let [third, ..] = &mut self.0;
        if time > *third {
            *third = time;
            self.0.sort_unstable();
        }
    }

    pub(super) fn third(&self) -> Instant {
        let [third, ..] = self.0;
        third
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == LatestTimes::default().0
    }
}

impl Mainline {
    /// Holds the times of the landings to those of what merges brought: a merge whose first parent is older does not turn back the
    /// time of the line (T1).
    pub(super) fn hold_times(&mut self, brought: &[(usize, LatestTimes)]) {
        let (mut brought, mut latest) = (brought.iter().peekable(), LatestTimes::default());
        for (index, landing) in self.landings.iter_mut().enumerate() {
            while let Some((_, times)) = brought.next_if(|(at, _)| *at <= index) {
                times.0.into_iter().for_each(|time| latest.add(time));
            }
            let third = latest.third();
            landing.effective = landing.effective.max(third);
            landing.no_earlier_than = landing.no_earlier_than.max(third);
            latest.add(landing.no_earlier_than);
        }
    }

    /// Returns the first commit of the chain; `None` if the chain ends before it.
    pub fn root(&self) -> Option<Oid> {
        let first = if self.boundary.is_none() { self.landings.first() } else { None };
        first.map(|landing| landing.oid)
    }
}

/// Whether the approved ref is protected by a remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It is a branch of a remote or of a bare repository, or was named explicitly.
    Remote,
    /// It is a local branch in a repository without remotes: "local, unprotected".
    Local,
}

/// One commit of the mainline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    pub oid: Oid,
    pub tree: Oid,
    /// Its parents as the object states them.
    pub parents: Rc<[Oid]>,
    /// Its committer time as typed; `None` if it can't be read.
    pub committed: Option<Instant>,
    /// The earliest time at which its content was effective (T1, T2).
    pub effective: Instant,
    /// When it is known to have landed at the earliest: its own date, or the third-latest of those before it. A clock that is wrong
    /// dates the merge and the commit of one push, which makes no later landing late; one that is dated back is no earlier than three.
    pub no_earlier_than: Instant,
    /// The anomalies of this commit.
    pub flags: BTreeSet<Flag>,
    /// Whose approved branch, or whose branch by `owner:name`, its subject says that it merged.
    pub merged_from: Option<Rc<str>>,
}

impl Landing {
    /// Tells whether its subject says that it merged the approved branch, or a branch into another one, in the ledger of this name:
    /// `acme/payments`, by whose owner a forge names its branches (M5a).
    pub fn is_suspicious(&self, ledger: Option<&str>) -> bool {
        let owner = ledger.and_then(|name| name.split_once('/')).map(|(owner, _)| owner);
        let is_own = owner.zip(self.merged_from.as_deref());
        self.flags.contains(&Flag::Suspicious)
            || is_own.is_some_and(|(owner, from)| owner.eq_ignore_ascii_case(from))
    }
}

/// An anomaly of a mainline commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Its time is in the future; the effective time of the previous commit is used.
    FutureDated,
    ClockSkew,
    /// By its subject, it is a merge of the mainline, or into another branch (M5a).
    Suspicious,
    Malformed,
}
