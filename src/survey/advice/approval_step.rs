//! The approval that a record waits for: who can give it, and what the others are told.
//!
//! Uses policy, approval's eligibility, status, survey's buckets. Pure. Start at [`approval_step`]. Follows
//! `docs/spec/cli.md`, queue: whoever can't approve is told whom it waits for.

use super::{AdviceCase, By, known_content};
use crate::approval::next::who::Eligibility;
use crate::approval::next::who::Identities;
use crate::approval::verdict::MissingApproval;
use crate::policy::people::person::Person;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{RecordState, Status};
use crate::survey::branch;
use crate::survey::due::{self, Bucket, DueRecord, Horizon, Urgency};
use crate::survey::escalate::AdviceContext;

/// An approval that a record waits for.
#[derive(Clone, Debug)]
pub struct ApprovalStep {
    /// Why it is due: the record's own bucket, or that it waits for approval beside something more urgent.
    pub due: DueRecord,
    /// What an approver does: a lower-case sentence without a full stop.
    pub action: String,
    /// The approver's command.
    pub command: String,
    /// Who can approve, sorted by address: never an author, a bot or an agent.
    pub approvers: Vec<Person>,
    /// What the others are told: whom it waits for.
    pub wait: String,
    /// The command that shows what waits.
    pub look: String,
    /// The branch that holds it; `None` if it has landed.
    pub branch: Option<String>,
}

/// Returns the approval that a due record waits for; `None` if it waits for none, or nobody can give it.
pub fn approval_step(
    record_state: &RecordState,
    due: &DueRecord,
    around: AdviceContext<'_>,
) -> Option<ApprovalStep> {
    let record = known_content(record_state)?;
    let case = AdviceCase { record_state, id: record_state.id(), record: Some(record), around };
    if case.by_status().is_some() {
        return None;
    }
    let of_due = |due: &DueRecord| {
        let step = case.by_bucket(due);
        match step.by {
            By::Approvers(missing) => Some((step.action, step.command, missing, due.clone())),
            _ => None,
        }
    };
    let horizon = Horizon::from_policy(&around.governance.policy);
    let besides = || {
        let is_beside = due.also.contains(&Bucket::WaitingApproval);
        let waiting = due::waiting_record(record_state, &horizon, around.instant);
        of_due(&waiting.filter(|_| is_beside)?)
    };
    let (action, command, missing, due) = of_due(due).or_else(besides)?;
    let on_branch = case.pending().filter(|_| !case.is_about_landed(&due));
    if missing.is_empty() || case.can_not_be_approved(on_branch.is_some()) {
        return None;
    }
    let makers = case.authors(on_branch.is_some());
    let eligibility = Eligibility::new(around.governance, record, None, &makers);
    let approvers = eligibility.candidates(&missing);
    let branch = on_branch.and_then(|pending| pending.branch.clone());
    let look = match &branch {
        Some(branch) => case.diff(branch),
        None => format!("exledger show {}", record_state.id()),
    };
    Some(ApprovalStep {
        wait: case.wait(&due, &approvers, &missing),
        action,
        command,
        approvers,
        look,
        branch,
        due,
    })
}

impl AdviceCase<'_> {
    /// Tells whether a step is about the landed version rather than a branch.
    fn is_about_landed(&self, due: &DueRecord) -> bool {
        let is_met = self.record_state.approval.as_ref().is_some_and(|it| it.missing.is_empty());
        let landed = self.record_state.status != Status::Proposed;
        let waits = matches!(due.bucket, Bucket::WaitingApproval | Bucket::EmergencyReviewDue);
        landed && waits && !is_met
    }

    /// Tells whether an approval would have no effect: the landed text is rejected, or the policy accepts no way.
    fn can_not_be_approved(&self, is_on_branch: bool) -> bool {
        let spoils =
            |it: &Reason| matches!(it.kind(), ReasonKind::Vetoed | ReasonKind::BadSignature);
        let is_spoiled = self.record_state.reasons.iter().any(spoils);
        let ways = match is_on_branch {
            true => self.ways_of_proposal(),
            false => {
                self.record_state.approval.as_ref().map(|it| it.ways.clone()).unwrap_or_default()
            }
        };
        ways.ways.is_empty() || is_spoiled && !is_on_branch
    }

    fn authors(&self, is_on_branch: bool) -> Vec<Person> {
        let landed = self
            .record_state
            .approval
            .iter()
            .flat_map(|it| &it.authors)
            .map(|author| author.person.clone());
        let is_new = self.record_state.status == Status::Proposed;
        let mut authors: Vec<Person> =
            if is_on_branch && !is_new { Vec::new() } else { landed.collect() };
        let pending = self.pending().filter(|_| is_on_branch);
        for person in pending.iter().flat_map(|pending| &pending.authors) {
            branch::add(&mut authors, person.clone());
        }
        authors
    }

    /// Says whom an approval waits for.
    fn wait(&self, due: &DueRecord, approvers: &[Person], missing: &[MissingApproval]) -> String {
        let names: Vec<&str> = approvers.iter().map(|person| person.email.as_str()).collect();
        let needs: Vec<&str> = missing.iter().map(|missing| missing.need.as_str()).collect();
        let whom = match names.as_slice() {
            [] => format!("it waits for an approval: {}", needs.join("; ")),
            [only] => format!("it waits for an approval by {only}"),
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                format!(
                    "it waits for an approval by {first}, {second}, {third} or {} others",
                    rest.len()
                )
            }
            [rest @ .., last] => {
                format!("it waits for an approval by {} or {last}", rest.join(", "))
            }
        };
        let close = match due.bucket {
            Bucket::EmergencyReviewDue => "; close it if it is over",
            _ => "",
        };
        let persons = match due.urgency {
            Urgency::Overdue => self.escalated(due, approvers),
            Urgency::DueNow | Urgency::InTime => Vec::new(),
        };
        let escalated: Vec<&str> = persons.iter().map(|person| person.email.as_str()).collect();
        match escalated.as_slice() {
            [] => format!("{whom}{close}"),
            names => format!("{whom}{close}; escalated to {}", names.join(", ")),
        }
    }
}

/// Returns the people who asked for a record: its requester, and whoever filed it; without bots and agents.
pub fn requesters(
    record_state: &RecordState,
    filer: Option<&Person>,
    around: AdviceContext<'_>,
) -> Vec<Person> {
    let governance = around.governance;
    let identities = Identities::from_governance(governance);
    let record = known_content(record_state);
    let stated = record
        .and_then(|record| record.requester.as_ref())
        .map(|address| crate::policy::people::identify(governance, "", address.as_str()));
    let mut people: Vec<Person> = Vec::new();
    for person in stated.iter().chain(filer) {
        if person.is_resolved() && !identities.is_no_person(person) {
            branch::add(&mut people, person.clone());
        }
    }
    people
}
