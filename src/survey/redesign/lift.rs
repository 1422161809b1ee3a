//! Whether a redesign lets a record pass the freeze of a group.
//!
//! Pure. Start at [`Lifting`]. Follows `docs/spec/redesign.md` and `docs/spec/policy.md`, repetition.

use crate::policy::governance::Governance;
use crate::policy::redesign::is_id;
use crate::policy::settings::RedesignKind;
use crate::record::time::Instant;
use crate::record::{Record, reference};
use crate::survey::cause::CauseGroup;
use crate::survey::neighbour::Neighbours;
use crate::survey::redesign::{RedesignFiles, RedesignState, link};

/// The redesign files at an instant.
pub struct Lifting<'g> {
    pub(in crate::survey) governance: &'g Governance,
    states: Vec<RedesignState>,
    at: Instant,
}

impl<'g> Lifting<'g> {
    pub fn at(files: &RedesignFiles<'g>, at: Instant) -> Lifting<'g> {
        Lifting { governance: files.governance, states: files.states(at), at }
    }

    /// Returns the redesigns at the end of all windows.
    pub fn until(neighbours: &'g Neighbours, governance: &'g Governance) -> Lifting<'g> {
        Lifting::at(&RedesignFiles::new(neighbours, governance), neighbours.until)
    }

    /// Tells whether a frozen group refuses a record: not if it is closed, which grants nothing, or links a redesign that
    /// is in time and about the group.
    pub fn is_refused(&self, record: &Record, group: &CauseGroup) -> bool {
        record.closure.is_none()
            && !self.linked(record).any(|state| self.lifts(state, group))
            && !self.is_by_ticket(record)
    }

    fn lifts(&self, state: &RedesignState, group: &CauseGroup) -> bool {
        state.lifts && state.covers(group, self.governance)
    }

    /// Returns the id of a redesign that is in time and about a group, if there is one to link.
    pub fn to_link(&self, group: &CauseGroup) -> Option<&str> {
        let state = self.states.iter().find(|state| self.lifts(state, group))?;
        state.id.as_deref()
    }

    /// Returns the redesign files that a record links.
    pub fn linked(&self, record: &Record) -> impl Iterator<Item = &RedesignState> {
        self.states.iter().filter(|state| state.is_linked(record))
    }

    /// Tells whether a record links a ticket that no redesign file states, with a fix that is not past.
    fn is_by_ticket(&self, record: &Record) -> bool {
        let is_ticket = |link: &str| reference::is_ticket(link) && !is_id(link);
        let due = record.fix.as_ref().and_then(|fix| fix.due);
        self.governance.policy.patterns.redesign == RedesignKind::Any
            && link(record).is_some_and(is_ticket)
            && due.is_some_and(|due| self.at < due.end())
            && self.linked(record).next().is_none()
    }

    /// Returns the instant before which occurrences of a group no longer count: the end of the last day on which a redesign
    /// of it was done that did not fail.
    pub fn fresh_start(&self, group: &CauseGroup) -> Option<Instant> {
        let done = self
            .states
            .iter()
            .filter(|state| state.is_fresh_start() && state.covers(group, self.governance));
        done.filter_map(|state| state.done).map(|day| day.end()).max()
    }
}
