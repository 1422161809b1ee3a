//! The next step for a record that needs attention: an action in words, the command, and the people who can take it.
//!
//! Uses policy's people, approval, status, survey's buckets and chain. Pure. Start at [`next`]. Follows
//! `docs/spec/cli.md`, queue. Every command that shows a next step gets it from here; how something can be approved, and the
//! words for it, come from `approval::next`.

pub mod approval;
mod people;

use crate::approval::verdict::MissingApproval;
use crate::policy::people::person::Person;
use crate::policy::tiers::Degraded;
use crate::record::Record;
use crate::record::vocabulary::{Then, Vocabulary};
use crate::status::state::{RecordState, Status};
use crate::status::{reason, renewal};
use crate::survey::due::{Bucket, DueRecord, Timing, Urgency};
use crate::survey::escalate::AdviceContext;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// The action: a lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it; `…` marks what a person has to fill in.
    pub command: String,
    /// The people who can do it; empty if nobody in particular is named.
    pub waits_for: Vec<Person>,
    /// The people who can't, although everybody else can: the authors of the change to approve,
    /// or whoever closed the record.
    pub but: Vec<Person>,
    /// Since when the step has been waiting, or its deadline.
    pub timing: Timing,
}

/// Returns the next step for a record; `id` is how the record is shown, `due` why it is due, if it is.
pub fn next(
    record_state: &RecordState,
    id: &str,
    due: Option<&DueRecord>,
    around: AdviceContext<'_>,
) -> NextStep {
    let case = AdviceCase { record_state, id, record: known_content(record_state), around };
    let step =
        case.by_status().or_else(|| Some(case.by_bucket(due?))).unwrap_or_else(|| case.by_reason());
    let but = case.but(&step.by);
    let waits_for = case.people(step.by);
    let mut next = NextStep {
        action: step.action,
        command: step.command,
        but: if waits_for.is_empty() { but } else { Vec::new() },
        waits_for,
        timing: due.map_or_else(|| case.landed(), |due| due.timing),
    };
    let late = due.filter(|due| due.urgency == Urgency::Overdue);
    let escalated_to = late.map(|due| case.escalated(due, &next.waits_for));
    if let Some(escalated_to) = escalated_to.filter(|escalated_to| !escalated_to.is_empty()) {
        let names: Vec<&str> = escalated_to.iter().map(|person| person.email.as_str()).collect();
        next.action.push_str(&format!("; escalated to {}", names.join(", ")));
    }
    next
}

/// Returns who may approve a waiting record or change, where the policy or the record names anybody.
pub fn approvers(record_state: &RecordState, id: &str, around: AdviceContext<'_>) -> Vec<Person> {
    let case = AdviceCase { record_state, id, record: known_content(record_state), around };
    case.people(By::Approvers(case.missing()))
}

/// Returns the known content of a record: the version in effect, else the landed one, else the last readable one.
fn known_content(record_state: &RecordState) -> Option<&Record> {
    let content = record_state.effective.as_deref().or(record_state.stated.as_deref());
    content.or(record_state.last_read.as_deref())
}

/// A step, and who takes it.
struct AdviceStep {
    action: String,
    command: String,
    by: By,
}

enum By {
    /// The owner of the record.
    Owner,
    /// The owner of a compensating control.
    Control(usize),
    Approvers(Vec<MissingApproval>),
    Proposer(Option<Person>),
    Successor,
    /// Anyone who did not close the record.
    Reviewer,
    Anybody,
}

fn step(action: impl Into<String>, command: impl Into<String>, by: By) -> AdviceStep {
    AdviceStep { action: action.into(), command: command.into(), by }
}

struct AdviceCase<'a> {
    record_state: &'a RecordState,
    id: &'a str,
    record: Option<&'a Record>,
    around: AdviceContext<'a>,
}

impl AdviceCase<'_> {
    /// Returns the step for a record whose status can't be determined or whose file can't be read.
    fn by_status(&self) -> Option<AdviceStep> {
        let record_state = self.record_state;
        let reason = reason::first(&record_state.reasons);
        let proposer = || match self.pending() {
            Some(pending) if record_state.landed.is_none() => By::Proposer(pending.author.clone()),
            _ => By::Owner,
        };
        match record_state.status {
            Status::Unknown => {
                let obstacle = reason::obstacle(&record_state.reasons);
                let command = obstacle.and_then(|obstacle| obstacle.object()?.command());
                let action = obstacle.map_or(reason, ToString::to_string);
                Some(step(action, command.unwrap_or("exledger verify"), By::Anybody))
            }
            Status::Invalid => {
                let path = &record_state.path;
                let action = "fix the file: it can't be read as a record and grants nothing";
                Some(step(action, format!("exledger lint {}", self.shell_quoted(path)), proposer()))
            }
            Status::Conflicted => Some(step(reason, "exledger lint", proposer())),
            _ => None,
        }
    }

    /// Returns the step for a record whose status reasons say what is wrong.
    fn by_reason(&self) -> AdviceStep {
        let reason = reason::first(&self.record_state.reasons);
        step(reason, format!("exledger show {}", self.id), By::Owner)
    }

    fn by_bucket(&self, due: &DueRecord) -> AdviceStep {
        let id = self.id;
        if let Some(settles) = self.settled_by(due.bucket) {
            return settles;
        }
        match due.bucket {
            Bucket::OverdueClosure => {
                step("close it: it ended, and access may still be live", self.close(), By::Owner)
            }
            Bucket::Expired => self.expired(),
            Bucket::Fired => self.fired(),
            Bucket::ReviewSaysClose => {
                step("close it: a review recommends it", self.close(), By::Owner)
            }
            Bucket::ReviewSaysReduce => step(
                "narrow its scope or end it earlier: a review recommends it",
                format!("exledger renew {id} --until …"),
                By::Owner,
            ),
            Bucket::EmergencyReviewDue => self.emergency(),
            Bucket::ReviewDue => step(
                format!("review it{}", self.by_others()),
                format!("exledger review {id} --outcome …"),
                By::Owner,
            ),
            Bucket::ControlStale => self.stale(),
            Bucket::Ownerless => step(
                "transfer it to an active owner",
                format!("exledger transfer {id} --to …"),
                By::Successor,
            ),
            Bucket::FixOverdue => step(
                "complete the fix and close it, or have a later `fix.due` approved",
                self.close_as("remediated"),
                By::Owner,
            ),
            Bucket::Urgent | Bucket::Soon => self.ending(),
            Bucket::PostClosureReviewDue => step(
                "review the closure, unless you closed it",
                format!("exledger close {id} --reviewed --outcome …"),
                By::Reviewer,
            ),
            Bucket::WaitingApproval => self.waiting(),
        }
    }

    fn shell_quoted(&self, argument: &str) -> String {
        (self.around.quote)(argument)
    }

    fn close(&self) -> String {
        let outcome = match self.record_state.status {
            Status::Revoked => "revoked",
            _ => "…",
        };
        self.close_as(outcome)
    }

    /// Returns the command that closes the record, with a flag for each field that its closure requires.
    fn close_as(&self, outcome: &str) -> String {
        let mut command = format!("exledger close {} --outcome {outcome} --reason …", self.id);
        let rules = &self.around.governance.policy.closure;
        if let Some(record) = self.record {
            let baseline = record.deviates_from.baseline.map(Vocabulary::as_str);
            let identity = record.subject.identity_type.map(Vocabulary::as_str);
            for item in rules.items([baseline, identity]) {
                command.push_str(&format!(" --check {}=…", self.shell_quoted(item)));
            }
        }
        let tier = self.record_state.tier.as_ref().map(|tier| &tier.tier);
        if tier.is_some_and(|tier| rules.access_verified.contains(tier)) {
            for time in ["before", "during", "after"] {
                command.push_str(&format!(" --access-verified {time}=…"));
            }
        } else if self.record.is_some_and(|record| record.subject.access().next().is_some())
            && self.record_state.in_place.days > 0
        {
            command.push_str(" --access-verified after=…");
        }
        command + " --evidence …"
    }

    fn fired(&self) -> AdviceStep {
        let waits = |it: &&crate::status::state::Fired| it.is_waiting;
        let fired: Vec<_> = self.record_state.fired.iter().filter(waits).collect();
        let ends = fired.iter().find(|fired| fired.then != Then::Review);
        let name = |fired: Option<&&crate::status::state::Fired>| {
            fired.map_or("a trigger".to_owned(), |it| format!("trigger {}", it.trigger))
        };
        let id = self.id;
        match ends {
            Some(_) => step(
                format!("end the access and close it: {} fired", name(ends.copied().as_ref())),
                self.close_as("revoked"),
                By::Owner,
            ),
            None => step(
                format!("review it{}: {} fired", self.by_others(), name(fired.first())),
                format!("exledger review {id} --outcome …"),
                By::Owner,
            ),
        }
    }

    fn stale(&self) -> AdviceStep {
        let mut controls = self.record_state.controls.iter();
        let stale = controls.find(|control| !control.fresh && !control.dropped);
        let id = stale.map_or("CONTROL", |control| control.id.as_str());
        let stated = self.record.into_iter();
        let place = stated
            .flat_map(|record| &record.compensating_controls)
            .position(|control| control.id == id);
        step(
            format!("verify control {id} again{}", self.by_others()),
            format!("exledger review {} --control {}", self.id, self.shell_quoted(id)),
            place.map_or(By::Owner, By::Control),
        )
    }

    fn ending(&self) -> AdviceStep {
        let renewals = &self.record_state.renewals;
        let is_left = renewal::is_left(renewals, self.record, self.around.instant);
        let action = if is_left {
            "close it when it is no longer needed, or renew it in time (`exledger renew`)"
        } else {
            "close it in time: no renewals are left without a linked redesign"
        };
        step(action, self.close(), By::Owner)
    }

    /// Adds that an author can't approve it, in a tier that denies self-approval.
    fn by_others(&self) -> &'static str {
        let tier = self.record_state.tier.as_ref();
        match tier.map(|tier| tier.degraded) {
            Some(Degraded::Deny) => ", by someone who did not write it",
            _ => "",
        }
    }

    /// Returns since when the landed version has been there.
    fn landed(&self) -> Timing {
        let landed = self.record_state.landed.as_ref();
        landed.map_or(Timing::Undated, |landed| Timing::Since(landed.at))
    }
}
