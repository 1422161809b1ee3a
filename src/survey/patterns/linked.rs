//! The redesign of a frozen group: a file that is about it, or a ticket that one of its records links.
//!
//! Pure. Start at `PatternRedesigns`. Follows `docs/spec/policy.md`, repetition: only what was approved counts.

use std::collections::BTreeMap;

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::is_id;
use crate::policy::settings::RedesignKind;
use crate::record::Record;
use crate::record::time::{Day, Instant};
use crate::status::renewal;
use crate::survey::cause::CauseGroup;
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::patterns::facts::PatternFacts;
use crate::survey::redesign::{self, RedesignState, RedesignStatus};

/// The redesign of a frozen group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRedesign {
    /// The id of its file, or the reference as the record writes it.
    pub id: String,
    pub status: RedesignStatus,
    /// The path of its file; `None` for a ticket.
    pub path: Option<String>,
    /// The last day on which it is in time; `None` if its file can't be read.
    pub due: Option<Day>,
    /// Whether it lifts the freeze.
    pub is_in_time: bool,
    /// Who could approve it, where no version of its file counts.
    pub approvers: Vec<Person>,
}

pub(super) struct PatternRedesigns<'f> {
    governance: &'f Governance,
    states: Vec<RedesignState>,
    tickets: BTreeMap<&'f str, LinkedRedesign>,
}

impl<'f> PatternRedesigns<'f> {
    pub(super) fn of(neighbours: &Neighbours, facts: PatternFacts<'f>) -> PatternRedesigns<'f> {
        let governance = facts.governance;
        let states = redesign::redesign_states(neighbours, governance, neighbours.until);
        let approved = facts.record_states.iter().filter(|state| state.approved.is_some());
        // What landed since without approval may have added the link, or moved the date of the fix.
        let read = approved.filter_map(|state| {
            Some((state.id(), state.as_approved.as_deref()?, state.effective.as_deref()?))
        });
        let tickets = read
            .filter(|(_, _, effective)| effective.closure.is_none())
            .map(|(id, record, _)| (id, record))
            .filter(|(_, record)| !states.iter().any(|it| it.id.is_some() && it.is_linked(record)))
            .filter_map(|(id, record)| Some((id, ticket(record, governance, neighbours.until)?)))
            .collect();
        PatternRedesigns { governance, states, tickets }
    }

    /// Returns the redesign of a group: one that is in time, else the one that was due last.
    pub(super) fn of_group(
        &self,
        group: &CauseGroup,
        records: &[&Neighbour],
    ) -> Option<LinkedRedesign> {
        let about = self.states.iter().filter(|state| state.covers(group, self.governance));
        let files = about.filter_map(|state| {
            Some(LinkedRedesign {
                id: state.id.clone()?,
                status: state.status,
                path: state.path.clone(),
                due: state.due,
                is_in_time: state.lifts,
                approvers: state.approvers.clone(),
            })
        });
        let tickets = records.iter().filter_map(|record| self.tickets.get(record.id.as_str()));
        files.chain(tickets.cloned()).max_by(|one, other| {
            let key = |it: &LinkedRedesign| (it.is_in_time, it.due, it.id.clone());
            key(one).cmp(&key(other))
        })
    }
}

fn ticket(record: &Record, governance: &Governance, until: Instant) -> Option<LinkedRedesign> {
    let link = redesign::link(record).filter(|link| !is_id(link))?;
    let counts = governance.policy.patterns.redesign == RedesignKind::Any;
    Some(LinkedRedesign {
        id: link.to_owned(),
        status: RedesignStatus::Ticket,
        path: None,
        due: Some(record.fix.as_ref()?.due?),
        is_in_time: counts && renewal::is_redesigned(record, Some(until)),
        approvers: Vec::new(),
    })
}
