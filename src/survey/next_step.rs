//! The next step for a record that needs attention: an action in words, the command, and the people who can take it.
//!
//! Pure. Start at [`next`], and for an answer of the gate at [`answer::after`]. Follows `docs/spec/cli.md`, next steps.
//! Every command that shows a next step gets it from here; what waits for approval is in [`approval`], by `approval::next`, which
//! also words it.

pub mod answer;
pub mod approval;
pub mod people;

use std::cell::OnceCell;

use crate::approval::next::who::Eligibility;
use crate::approval::verdict::MissingApproval;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::history::objects::Obstacle;
use crate::policy::people::person::Person;
use crate::policy::tiers::Degraded;
use crate::record::placeholder::MARK;
use crate::record::vocabulary::{Baseline, ControlStatus, Then};
use crate::record::{Record, file};
use crate::status::state::{RecordState, Status};
use crate::status::{reason, renewal};
use crate::survey::due::{Bucket, DueRecord, Timing, Urgency};
use crate::survey::escalate::AdviceContext;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// The action: a lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it, which runs as it is and prompts for what it needs; `None` if no command does it.
    pub command: Option<String>,
    /// The people who can do it; empty if nobody in particular is named.
    pub waits_for: Vec<Person>,
    /// The people who can't, although everybody else can: the authors of the change to approve and those who approved it,
    /// or whoever closed the record.
    pub but: Vec<Person>,
    /// Since when the step has been waiting, or its deadline.
    pub timing: Timing,
}

/// Who asks, and where the policy can be edited: a next step is never something that the asker can't do.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// Git's user; `None` in a job of CI.
    pub person: Option<Person>,
    /// The web page of the forge on which the policy can be edited.
    pub policy_page: Option<String>,
    /// The approved branch, into which others are merged, if it is not the one that is checked out.
    pub to_check_out: Option<String>,
    /// The approved ref, if the checkout lacks commits of it.
    pub to_merge: Option<String>,
    /// Whether it is a job of CI, which merges nothing.
    pub is_job: bool,
}

/// Returns the next step for a record; `id` is how the record is shown, `due` why it is due, if it is.
pub fn next(
    record_state: &RecordState,
    id: &str,
    due: Option<&DueRecord>,
    around: AdviceContext<'_>,
) -> NextStep {
    let case = AdviceCase::new(record_state, id, around);
    let step = case.by_status().or_else(|| case.reopened()).or_else(|| case.closed_proposal());
    let step = step.or_else(|| Some(case.by_bucket(due?.bucket)));
    case.finish(step.unwrap_or_else(|| case.by_reason()), due)
}

/// Returns the command that brings the file of a removed record back.
pub fn restore(removed: &RecordState) -> Option<String> {
    let landed = removed.landed.as_ref().filter(|_| removed.status == Status::Removed)?;
    let before = format!("{}^", landed.commit);
    Some(shell::command("git checkout", &[&before, "--", &removed.path]))
}

/// Returns the known content of a record: the version in effect, else the landed one, else the last readable one.
fn known_content(record_state: &RecordState) -> Option<&Record> {
    let content = record_state.effective.as_deref().or(record_state.stated.as_deref());
    content.or(record_state.last_read.as_deref())
}

struct AdviceStep {
    action: String,
    command: Option<String>,
    by: By,
}

enum By {
    /// The owner of the record.
    Owner,
    /// The owner of a compensating control.
    Control(usize),
    /// Those who can give the missing approvals, and whether it is for the change of a branch.
    Approvers(Vec<MissingApproval>, bool),
    Named(Vec<Person>),
    Proposer(Option<Person>),
    Successor,
    /// Anyone who did not close the record.
    Reviewer,
    Anybody,
}

/// Returns a step; without its command if that holds what nobody can type in a line, as ids of reports may.
fn step(action: impl Into<String>, command: impl Into<String>, by: By) -> AdviceStep {
    let command: String = command.into();
    let command = Some(command).filter(|command| !command.chars().any(char::is_control));
    AdviceStep { action: action.into(), command, by }
}

fn step_without_command(action: impl Into<String>) -> AdviceStep {
    AdviceStep { action: action.into(), command: None, by: By::Anybody }
}

struct AdviceCase<'a> {
    record_state: &'a RecordState,
    id: &'a str,
    record: Option<&'a Record>,
    around: AdviceContext<'a>,
    /// Who can approve what landed, and what is on the branch.
    eligibility: [OnceCell<Eligibility<'a>>; 2],
}

impl<'a> AdviceCase<'a> {
    fn new(
        record_state: &'a RecordState,
        id: &'a str,
        around: AdviceContext<'a>,
    ) -> AdviceCase<'a> {
        let record = known_content(record_state);
        AdviceCase { record_state, id, record, around, eligibility: Default::default() }
    }

    fn finish(&self, step: AdviceStep, due: Option<&DueRecord>) -> NextStep {
        let step = self.for_asker(step);
        let but = self.but(&step.by);
        let waits_for = self.people(step.by);
        let mut next = NextStep {
            action: step.action,
            command: step.command.map(|command| self.run_here(command)),
            but: if waits_for.is_empty() { but } else { Vec::new() },
            waits_for,
            timing: due.map_or_else(|| self.landed(), |due| due.timing),
        };
        let late = due.filter(|due| due.urgency == Urgency::Overdue);
        let escalated_to = late.map(|due| self.escalated(due, &next.waits_for));
        if let Some(escalated_to) = escalated_to.filter(|escalated_to| !escalated_to.is_empty()) {
            let names: Vec<&str> =
                escalated_to.iter().map(|person| person.email.as_str()).collect();
            next.action.push_str(&format!("; escalated to {}", names.join(", ")));
        }
        next
    }

    // Returns a command about the landed record that also runs where the checkout lacks that.
    fn run_here(&self, command: String) -> String {
        const IN_WORK_TREE: [&str; 6] = ["close", "lint", "reject", "renew", "review", "transfer"];
        let to_merge = self.around.asker.and_then(|asker| asker.to_merge.as_deref());
        let (name, arguments) = match command.strip_prefix("exledger ") {
            Some(words) => words.split_once(' ').unwrap_or((words, "")),
            None => return command,
        };
        let approves = name == "approve" && !arguments.contains(" --ref ");
        let is_job = self.around.asker.is_some_and(|asker| asker.is_job);
        let is_decision = !is_job && IN_WORK_TREE.contains(&name);
        let Some(base) = to_merge.filter(|_| approves || is_decision) else {
            return command;
        };
        match self.record_state.landed {
            Some(_) if self.around.landed.is_here(self.record_state) => command,
            None => command,
            Some(_) if approves => command + &shell::command(" --ref", &[base]),
            Some(_) => format!("{} && {command}", shell::command("git merge", &[base])),
        }
    }

    fn by_status(&self) -> Option<AdviceStep> {
        let record_state = self.record_state;
        let reason = reason::first(&record_state.reasons);
        let pending = self.pending().filter(|_| record_state.landed.is_none());
        let proposer = || pending.map_or(By::Owner, |pending| By::Proposer(pending.author.clone()));
        // What stands on a branch alone is not in the work tree.
        let on_branch = pending.and_then(|pending| Some(self.diff(pending.branch.as_deref()?)));
        match record_state.status {
            Status::Unknown => {
                let obstacle = reason::obstacle(&record_state.reasons);
                let object = obstacle.and_then(|obstacle| obstacle.object());
                let remedy = object.map(Obstacle::remedy);
                let command = remedy.as_ref().and_then(Remedy::command);
                // The reason says what is lacking, and how it comes.
                Some(match (object, command) {
                    (Some(Obstacle::Shallow { .. } | Obstacle::Missing { .. }), Some(fetch)) => {
                        step("fetch what this clone lacks", fetch, By::Anybody)
                    }
                    (Some(Obstacle::Shallow { .. } | Obstacle::Missing { .. }), None) => {
                        step_without_command("ask in a clone that lacks nothing")
                    }
                    _ => {
                        let action = obstacle.map_or(reason, ToString::to_string);
                        step(action, command.unwrap_or("exledger verify"), By::Anybody)
                    }
                })
            }
            // A draft whose answers are still to come is not broken.
            Status::Invalid if reason.contains(MARK.trim_end_matches([':', ' '])) => {
                let complete =
                    || shell::command("exledger new --complete", &[file::stem(&record_state.path)]);
                let action = "fill in what is left open in the draft";
                Some(step(action, on_branch.unwrap_or_else(complete), proposer()))
            }
            Status::Invalid => {
                let action = "fix the file: it can't be read as a record and grants nothing";
                let lint = || shell::command("exledger lint", &[&record_state.path]);
                Some(step(action, on_branch.unwrap_or_else(lint), proposer()))
            }
            Status::Removed => {
                let action = "restore its file, and close it: records are closed, never removed";
                Some(step(action, restore(record_state)?, By::Owner))
            }
            Status::Conflicted => {
                let command = on_branch.unwrap_or_else(|| "exledger lint".to_owned());
                Some(step(reason, command, proposer()))
            }
            _ => None,
        }
    }

    // Returns the step for a record that is over, and whose older text somebody brought back.
    fn reopened(&self) -> Option<AdviceStep> {
        let state = self.record_state;
        let action = "restore its closure, and file another one if it is needed: what is closed stays closed";
        let restore = || match &state.closed_in {
            Some(commit) => shell::command("git checkout", &[commit, "--", &state.path]),
            None => self.close(),
        };
        let settled = || self.settled_in(&["closed"]);
        state.is_reopened().then(|| settled().unwrap_or_else(|| step(action, restore(), By::Owner)))
    }

    fn by_reason(&self) -> AdviceStep {
        let reason = reason::first(&self.record_state.reasons);
        step(reason, self.show(), By::Owner)
    }

    fn by_bucket(&self, bucket: Bucket) -> AdviceStep {
        // `lint` refuses a decision on what nobody owns.
        let is_decision = matches!(bucket, Bucket::ReviewDue | Bucket::ControlStale);
        let bucket = match is_decision && !self.record_state.ownerless.is_empty() {
            true => Bucket::Ownerless,
            false => bucket,
        };
        if let Some(settles) = self.settled_by(bucket) {
            return settles;
        }
        let is_looked_at =
            matches!(bucket, Bucket::Fired | Bucket::ReviewDue | Bucket::ControlStale);
        if let Some(witness) = self.witness().filter(|_| is_looked_at) {
            return witness;
        }
        match bucket {
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
                self.command("exledger renew"),
                By::Owner,
            ),
            Bucket::EmergencyReviewDue => self.emergency(),
            Bucket::ReviewDue => step(
                format!("review it{}", self.by_others()),
                self.command("exledger review"),
                By::Owner,
            ),
            Bucket::ControlStale => self.stale(),
            Bucket::Ownerless => step(
                "transfer it to an active owner",
                self.command("exledger transfer"),
                By::Successor,
            ),
            Bucket::FixOverdue => step(
                "complete the fix and close it, or have a later `fix.due` approved",
                self.close(),
                By::Owner,
            ),
            Bucket::Urgent | Bucket::Soon => self.ending(),
            Bucket::PostClosureReviewDue => step(
                "review the closure, unless you closed it",
                self.close() + " --reviewed",
                By::Reviewer,
            ),
            Bucket::WaitingApproval => self.waiting(),
        }
    }

    fn command(&self, words: &'static str) -> String {
        shell::command(words, &[self.id])
    }

    fn show(&self) -> String {
        self.command("exledger show")
    }

    fn close(&self) -> String {
        self.command("exledger close")
    }

    fn fired(&self) -> AdviceStep {
        let waits = |fired: &&crate::status::state::Fired| fired.is_waiting;
        let fired: Vec<_> = self.record_state.fired.iter().filter(waits).collect();
        let ends = fired.iter().find(|fired| fired.then != Then::Review);
        let name = |fired: Option<&&crate::status::state::Fired>| {
            fired.map_or("a trigger".to_owned(), |fired| format!("trigger {}", fired.trigger))
        };
        match ends {
            Some(_) => step(
                format!("end the access and close it: {} fired", name(ends.copied().as_ref())),
                self.close(),
                By::Owner,
            ),
            None => step(
                format!("review it{}: {} fired", self.by_others(), name(fired.first())),
                self.command("exledger review"),
                By::Owner,
            ),
        }
    }

    fn stale(&self) -> AdviceStep {
        let mut controls = self.record_state.controls.iter().filter(|control| !control.fresh);
        // Of one that was dropped since the approval, a verification makes it active again.
        let stale = controls.clone().find(|control| !control.dropped).or_else(|| controls.next());
        let id = stale.map_or("CONTROL", |control| control.id.as_str());
        let landed = self.record_state.stated.as_deref().or(self.record);
        let mut stated = landed.into_iter().flat_map(|record| &record.compensating_controls);
        let place = stated.clone().position(|control| control.id == id);
        let is_given_up = stated
            .find(|control| control.id == id)
            .is_none_or(|control| control.status == ControlStatus::Withdrawn);
        if is_given_up && stale.is_some_and(|control| control.dropped) {
            return self.waiting();
        }
        step(
            format!("verify control {id} again{}", self.by_others()),
            shell::command("exledger review", &[self.id, "--control", id]),
            place.map_or(By::Owner, By::Control),
        )
    }

    fn ending(&self) -> AdviceStep {
        if self.record.and_then(|record| record.deviates_from.baseline) == Some(Baseline::Adopted) {
            let action = "judge it: say why, remove it, or call it a false positive";
            return step(action, self.show(), By::Owner);
        }
        let renewals = &self.record_state.renewals;
        let is_left = renewal::is_left(renewals, self.record, self.around.instant);
        let action = if is_left {
            "close it when it is no longer needed, or renew it in time"
        } else {
            "close it in time: no renewals are left without a linked redesign"
        };
        step(action, self.close(), By::Owner)
    }

    fn by_others(&self) -> &'static str {
        let record = self.record.filter(|_| !self.grants_when_degraded());
        match record.map(|record| self.for_review(record).is_signed()) {
            Some(true) => ", and have an approver who did not write it sign that",
            Some(false) => ", and have an approver who did not write it merge that",
            None => "",
        }
    }

    fn grants_when_degraded(&self) -> bool {
        let tier = self.record_state.tier.as_ref();
        tier.is_none_or(|tier| tier.degraded != Degraded::Deny)
    }

    fn landed(&self) -> Timing {
        let landed = self.record_state.landed.as_ref();
        landed.map_or(Timing::Undated, |landed| Timing::Since(landed.at))
    }
}
