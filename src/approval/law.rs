//! The state that judges a landing: the governance files before it, never those that it brings.
//!
//! Uses policy, history. Pure. Start at [`Laws`]. Follows `docs/spec/approval.md`, G1.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::approval::identity::{Lens, Met};
use crate::approval::ring::Ring;
use crate::approval::{Satisfied, Verdict};
use crate::history::History;
use crate::history::governance::{self, Origin, States};
use crate::history::objects::{Obstacle, Oid};
use crate::policy;
use crate::policy::demand::SelfApproval;
use crate::policy::governance::{Governance, MAILMAP};

/// The states of governance along the mainline.
pub(crate) struct Laws<'a> {
    states: &'a States,
    tip: usize,
    /// The first policy; the built-in defaults where there never was one.
    first: &'a Governance,
    /// The keys of each state, read when a signature asks for them.
    rings: Vec<OnceCell<Ring>>,
    /// Which of them is that of the state before a landing.
    ring_of: Vec<usize>,
    met: Met,
    /// What was approved last of the mailmap and the logins, where the tip has dropped some of it.
    dropped: OnceCell<Governance>,
}

/// The state before a landing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State<'a> {
    /// The governance files as they stood.
    pub governance: &'a Governance,
    /// The keys that they list.
    pub ring: &'a Ring,
    /// The commit in whose tree they stood; `None` where there were none yet.
    pub commit: Option<Oid>,
    /// Whether those of an earlier commit judge, because none can be read where they should be.
    pub is_earlier: bool,
    /// Whether a member of the author set may approve: what lands with the first policy takes it from there.
    pub self_approval: SelfApproval,
    /// Why the files can't be told, with the way out.
    pub doubt: Option<&'a Obstacle>,
}

impl<'a> Laws<'a> {
    /// Returns the states of a mainline of so many landings.
    pub(crate) fn of(states: &'a States, n_landings: usize) -> Laws<'a> {
        let mut n_rings: usize = 0;
        let mut last: Option<&Rc<governance::State>> = None;
        let mut ring_of = Vec::with_capacity(n_landings);
        for landing in 0..n_landings {
            let state = states.before(landing);
            if !last.is_some_and(|last| lists_the_same(last, state)) {
                n_rings += 1;
            }
            last = Some(state);
            ring_of.push(n_rings - 1);
        }
        let mut each = states.each();
        let first = each.find(|state| state.origin != Origin::Defaults);
        let tip = states.at(n_landings.saturating_sub(1));
        Laws {
            states,
            first: &first.unwrap_or(tip).governance,
            tip: n_landings.saturating_sub(1),
            rings: (0..n_rings.max(1)).map(|_| OnceCell::new()).collect(),
            ring_of,
            met: Met::default(),
            dropped: OnceCell::new(),
        }
    }

    /// Takes note of what was approved last of the mailmap and of the logins: what the tip has dropped of it without an
    /// approval still joins persons.
    pub(crate) fn keep_joined(&self, history: &History, judged: &BTreeMap<String, Vec<Verdict>>) {
        let at = |path| {
            let landing = last_approved(history, judged, path)?;
            Some(&self.states.at(landing).governance)
        };
        let mut kept = self.tip().clone();
        if let Some(approved) = at(MAILMAP) {
            kept.mailmap.clone_from(&approved.mailmap);
        }
        if let Some(approved) = at(policy::FILE) {
            let logins = &approved.policy.people.logins;
            kept.policy.people.logins.clone_from(logins);
        }
        if kept != *self.tip() {
            self.dropped.get_or_init(|| kept);
        }
    }

    /// Returns the state before a landing.
    pub(crate) fn before(&'a self, landing: usize) -> State<'a> {
        let state = self.states.before(landing);
        let first = &self.states.at(landing).governance.policy.approval;
        let own = &state.governance.policy.approval;
        State {
            governance: &state.governance,
            ring: self.ring(landing, &state.governance),
            commit: match &state.origin {
                Origin::Own(commit) | Origin::Earlier(commit) => Some(*commit),
                Origin::Defaults | Origin::Unknown(_) => None,
            },
            is_earlier: matches!(state.origin, Origin::Earlier(_)),
            self_approval: match state.origin {
                Origin::Defaults => first.self_approval,
                _ => own.self_approval,
            },
            doubt: match &state.origin {
                Origin::Unknown(obstacle) => Some(obstacle),
                _ => None,
            },
        }
    }

    fn ring(&'a self, landing: usize, governance: &Governance) -> &'a Ring {
        const NONE: &Ring = &Ring::NONE;
        let at = self.ring_of.get(landing).copied().unwrap_or_default();
        let tip = self.tip();
        let any =
            governance.signers.is_some() || governance.revoked.is_some() || tip.revoked.is_some();
        let ring = self.rings.get(at).filter(|_| any);
        ring.map_or(NONE, |ring| ring.get_or_init(|| Ring::of(governance, tip)))
    }

    /// Returns who is who at a landing.
    pub(crate) fn lens(&'a self, landing: usize) -> Lens<'a> {
        let state = self.before(landing);
        Lens {
            at: state.governance,
            judge: state.governance,
            tip: self.tip(),
            dropped: &self.dropped,
            first: self.first,
            ring: state.ring,
            met: &self.met,
        }
    }

    /// Returns the state at the tip.
    pub(crate) fn tip(&self) -> &'a Governance {
        &self.states.at(self.tip).governance
    }
}

/// Returns the landing of the last version of a governance file that was approved.
fn last_approved(
    history: &History,
    judged: &BTreeMap<String, Vec<Verdict>>,
    path: &str,
) -> Option<usize> {
    let versions = &history.governance.get(path)?.versions;
    let pairs = versions.iter().zip(judged.get(path)?);
    let mut approved = pairs.filter(|(_, verdict)| verdict.satisfied == Satisfied::Yes);
    approved.next_back().map(|(version, _)| version.landing)
}

/// Tells whether two states list the same keys for the same persons; keys take time to read.
fn lists_the_same(one: &Rc<governance::State>, other: &Rc<governance::State>) -> bool {
    let [left, right] = [one, other].map(|state| &state.governance);
    Rc::ptr_eq(one, other)
        || left.signers == right.signers
            && left.revoked == right.revoked
            && left.mailmap == right.mailmap
            && left.roster == right.roster
            && left.policy.people.logins == right.policy.people.logins
            && left.policy.people.noreply == right.policy.people.noreply
}
