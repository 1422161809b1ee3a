//! The state that judges a landing: the governance files before it, never those that it brings.
//!
//! Uses policy, history. Pure. Start at [`Laws`]. Follows `docs/spec/approval.md`, G1.

use crate::history::governance::{Origin, States};
use crate::history::objects::{Obstacle, Oid};
use crate::policy::demand::SelfApproval;
use crate::policy::governance::Governance;

/// The states of governance along the mainline.
#[derive(Clone, Copy)]
pub(crate) struct Laws<'a> {
    states: &'a States,
    tip: usize,
}

/// The state before a landing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State<'a> {
    /// The governance files as they stood.
    pub governance: &'a Governance,
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
        Laws {
            states,
            tip: n_landings.saturating_sub(1),
        }
    }

    /// Returns the state before a landing.
    pub(crate) fn before(&self, landing: usize) -> State<'a> {
        let state = self.states.before(landing);
        let first = &self.states.at(landing).governance.policy.approval;
        let own = &state.governance.policy.approval;
        State {
            governance: &state.governance,
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

    /// Returns the state at the tip.
    pub(crate) fn tip(&self) -> &'a Governance {
        &self.states.at(self.tip).governance
    }
}
