//! The state that judges a landing: the governance files before it, never those that it brings.
//!
//! Uses policy, history. Pure. Start at [`GovernanceHistory`]. Follows `docs/spec/approval.md`, G1.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::approval::identity::{IdentityCache, IdentityResolver};
use crate::approval::key_set::KeySet;
use crate::history::governance::{self, GovernanceOrigin, States};
use crate::history::objects::{Obstacle, Oid};
use crate::policy::demand::SelfApproval;
use crate::policy::governance::Governance;

/// The governance along the mainline, in the ways in which it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Ruled<'a> {
    /// What counts after each landing.
    pub counted: &'a States,
    /// The same of approved versions alone: what only adds demands tells nobody apart.
    pub approved: &'a States,
    /// What landed, approved or not: whoever joins the bots there, or leaves the logins, approves nothing from there on.
    pub landed: &'a States,
    /// What takes away whenever it landed: mailmaps and revoked keys at the tip.
    pub later: &'a [Rc<Governance>],
}

/// The states of governance along the mainline.
pub(crate) struct GovernanceHistory<'a> {
    ruled: Ruled<'a>,
    /// The keys after so many runs of landings, read when a signature asks for them.
    rings: Vec<OnceCell<KeySet>>,
    /// The same of approved versions alone.
    approved_rings: Vec<OnceCell<KeySet>>,
    /// After which earlier run the same keys are listed.
    ring_of: Vec<OnceCell<usize>>,
    /// The state before the first landing, and from each landing on that changes the record folders.
    folders: OnceCell<Vec<(usize, Rc<governance::MainlineGovernance>)>>,
    met: IdentityCache,
}

/// The state before a landing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LandedGovernance<'a> {
    /// The governance files that counted.
    pub governance: &'a Governance,
    /// The keys that they list.
    pub ring: &'a KeySet,
    /// The governance files that were approved.
    pub approved: &'a Governance,
    /// The keys that those list.
    pub approved_ring: &'a KeySet,
    /// The commit in whose tree they stood; `None` where there were none yet.
    pub commit: Option<Oid>,
    /// Whether those of an earlier commit judge, because none can be read where they should be.
    pub is_earlier: bool,
    /// Whether a member of the author set may approve.
    pub self_approval: SelfApproval,
    /// Why the files can't be told, with the way out.
    pub doubt: Option<&'a Obstacle>,
}

impl<'a> GovernanceHistory<'a> {
    /// Returns the states of a mainline.
    pub(crate) fn new(ruled: Ruled<'a>) -> GovernanceHistory<'a> {
        fn cells<T>(n: usize) -> Vec<OnceCell<T>> {
            (0..=n).map(|_| OnceCell::new()).collect()
        }
        let n_runs = ruled.counted.n_runs();
        GovernanceHistory {
            ruled,
            rings: cells(n_runs),
            approved_rings: cells(n_runs),
            ring_of: cells(n_runs),
            folders: OnceCell::new(),
            met: IdentityCache::default(),
        }
    }

    /// Returns the state before a landing.
    pub(crate) fn before(&'a self, landing: usize) -> LandedGovernance<'a> {
        let state = self.ruled.counted.before(landing);
        let approved = self.ruled.approved.before(landing);
        let ring = self.ring(landing);
        LandedGovernance {
            governance: &state.governance,
            ring,
            approved: &approved.governance,
            approved_ring: self.approved_ring(landing).unwrap_or(ring),
            commit: match &state.origin {
                GovernanceOrigin::Own(commit) | GovernanceOrigin::Earlier(commit) => Some(*commit),
                GovernanceOrigin::Defaults | GovernanceOrigin::Unknown(_) => None,
            },
            is_earlier: is_earlier(state) || is_earlier(self.ruled.landed.before(landing)),
            self_approval: state.governance.policy.approval.self_approval,
            doubt: match &state.origin {
                GovernanceOrigin::Unknown(obstacle) => Some(obstacle),
                _ => None,
            },
        }
    }

    /// Tells whether no key was ever approved before a landing, so that nobody could sign who is to be listed first.
    pub(crate) fn is_keyless(&self, landing: usize) -> bool {
        let runs = landing.checked_sub(1).map_or(0, |it| self.ruled.approved.run(it));
        let mut states = (0..=runs).map(|n| self.ruled.approved.after_runs(n));
        states.all(|state| {
            let mut lines =
                state.governance.signers.iter().flat_map(|text| text.lines()).map(str::trim);
            lines.all(|line| line.is_empty() || line.starts_with('#'))
        })
    }

    /// Returns the record folders of each policy that counts from before a landing until before another, or until the tip.
    pub(crate) fn record_folders(
        &self,
        landing: usize,
        until: Option<usize>,
    ) -> impl Iterator<Item = &[String]> {
        let folders = self.folders.get_or_init(|| folders(self.ruled.counted));
        let n_before = folders.partition_point(|(from, _)| *from < landing);
        let last = until.unwrap_or(usize::MAX);
        let counting = folders
            .iter()
            .skip(n_before.saturating_sub(1))
            .take_while(move |(from, _)| *from < last);
        counting.map(|(_, state)| folders_of(state))
    }

    fn ring(&'a self, landing: usize) -> &'a KeySet {
        const NONE: &KeySet = &KeySet::NONE;
        let run = landing.checked_sub(1).map_or(0, |it| self.ruled.counted.run(it));
        let run = self.same_ring(run);
        let governance = &self.ruled.counted.after_runs(run).governance;
        let ring = self.rings.get(run).filter(|_| self.any(governance));
        ring.map_or(NONE, |ring| {
            ring.get_or_init(|| KeySet::from_governance(governance, self.ruled.later))
        })
    }

    /// Returns the keys of approved versions; `None` where those that count list the same.
    fn approved_ring(&'a self, landing: usize) -> Option<&'a KeySet> {
        let states = [self.ruled.counted, self.ruled.approved];
        let [counted, approved] = states.map(|states| states.before(landing));
        if lists_the_same(counted, approved) {
            return None;
        }
        let run = landing.checked_sub(1).map_or(0, |it| self.ruled.approved.run(it));
        let governance = &approved.governance;
        let ring = self.approved_rings.get(run).filter(|_| self.any(governance));
        ring.map(|ring| ring.get_or_init(|| KeySet::from_governance(governance, self.ruled.later)))
    }

    /// Returns the first of the runs up to one after which the same keys are listed.
    fn same_ring(&self, run: usize) -> usize {
        let mut first = run;
        while let Some(before) = first.checked_sub(1) {
            if let Some(known) = self.ring_of.get(first).and_then(OnceCell::get) {
                first = *known;
                break;
            }
            let states = [before, first].map(|run| self.ruled.counted.after_runs(run));
            if !lists_the_same(states[0], states[1]) {
                break;
            }
            first = before;
        }
        if let Some(cell) = self.ring_of.get(run) {
            cell.get_or_init(|| first);
        }
        first
    }

    /// Tells whether a state says anything about keys.
    fn any(&self, governance: &Governance) -> bool {
        let later = self.ruled.later.iter();
        let mut revoked = later.map(|later| later.revoked.is_some());
        governance.signers.is_some() || governance.revoked.is_some() || revoked.any(|it| it)
    }

    /// Returns who is who at a landing.
    pub(crate) fn lens(&'a self, landing: usize) -> IdentityResolver<'a> {
        let state = self.before(landing);
        IdentityResolver {
            at: state.governance,
            judge: state.governance,
            approved: state.approved,
            landed: &self.ruled.landed.before(landing).governance,
            later: self.ruled.later,
            ring: state.ring,
            approved_ring: state.approved_ring,
            met: &self.met,
        }
    }
}

/// Returns the states whose record folders are others than before: that before the first landing, and the later ones.
fn folders(counted: &States) -> Vec<(usize, Rc<governance::MainlineGovernance>)> {
    let mut all = vec![(0, Rc::clone(counted.before_all()))];
    for (landing, state) in counted.from() {
        if all.last().is_none_or(|(_, last)| folders_of(last) != folders_of(state)) {
            all.push((landing, Rc::clone(state)));
        }
    }
    all
}

fn folders_of(state: &governance::MainlineGovernance) -> &[String] {
    &state.governance.policy.records
}

fn is_earlier(state: &governance::MainlineGovernance) -> bool {
    matches!(state.origin, GovernanceOrigin::Earlier(_))
}

/// Tells whether two states list the same keys for the same persons; keys take time to read.
fn lists_the_same(
    one: &Rc<governance::MainlineGovernance>,
    other: &Rc<governance::MainlineGovernance>,
) -> bool {
    let [left, right] = [one, other].map(|state| &state.governance);
    Rc::ptr_eq(one, other)
        || left.signers == right.signers
            && left.revoked == right.revoked
            && left.mailmap == right.mailmap
            && left.roster == right.roster
            && left.policy.people.logins == right.policy.people.logins
            && left.policy.people.noreply == right.policy.people.noreply
}
