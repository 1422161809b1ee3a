//! The step for what waits for approval: proposals, changes on branches, content that landed unapproved.
//!
//! Pure. Start at [`awaited_approval`] and `AdviceCase::waiting`. Follows `docs/spec/cli.md`, queue: whoever can't approve
//! is told whom it waits for.

use super::{AdviceCase, AdviceStep, By, known_content, step, step_without_command};
use crate::approval::next::steps::{self, ApprovalStep, ApprovalWay, Blocker, NextSteps, Standing};
use crate::approval::next::text::{self, ContentNames};
use crate::approval::next::who::Eligibility;
use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::approval::verdict::{ApprovalVerdict, MissingApproval, NotCounted, Satisfied};
use crate::diag::shell;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::time::not_after;
use crate::record::vocabulary::Class;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{Pending, RecordState, Status};
use crate::survey::branch;
use crate::survey::due::{self, Bucket, DueRecord, Horizon, Urgency};
use crate::survey::escalate::AdviceContext;

/// In how many seconds after a merge the job that records its reviews is done.
const LONGEST_JOB: i64 = 5 * 60;

/// An approval that a record waits for.
#[derive(Clone, Debug)]
pub struct AwaitedApproval {
    /// Why it is due: the record's own bucket, or that it waits for approval beside something more urgent.
    pub due: DueRecord,
    /// Who can approve, sorted by address: never an author, a bot or an agent.
    pub approvers: Vec<Person>,
    /// What the others are told: whom it waits for.
    pub wait: String,
    /// The command that shows it.
    pub look: String,
    /// The branch that holds it; `None` if it has landed.
    pub branch: Option<String>,
}

/// Returns the approval that a due record waits for; `None` if it waits for none, or nobody can give it.
pub fn awaited_approval(
    record_state: &RecordState,
    due: &DueRecord,
    around: AdviceContext<'_>,
) -> Option<AwaitedApproval> {
    let record = known_content(record_state)?;
    let case = AdviceCase::new(record_state, record_state.id(), around);
    if case.by_status().is_some() {
        return None;
    }
    let of_due = |due: &DueRecord| match case.by_bucket(due.bucket).by {
        By::Approvers(missing, is_on_branch) => Some((missing, is_on_branch, due.clone())),
        _ => None,
    };
    let horizon = Horizon::from_policy(&around.governance.policy);
    let besides = || {
        let is_beside = due.also.contains(&Bucket::WaitingApproval);
        let waiting = due::waiting_record(record_state, &horizon, around.instant);
        of_due(&waiting.filter(|_| is_beside)?)
    };
    let (missing, is_on_branch, due) = of_due(due).or_else(besides)?;
    let on_branch = case.pending().filter(|_| is_on_branch);
    // An approval has no effect if the landed text is spoiled, or the policy accepts no way.
    let is_spoiled = on_branch.is_none() && case.spoiled().is_some();
    let next = case.next_steps(on_branch);
    if missing.is_empty() || is_spoiled || next.steps.is_empty() {
        return None;
    }
    // What landed is merged again only where nobody can approve it as it is.
    let steps = match on_branch {
        Some(_) => next.steps.iter().collect(),
        None => Vec::from_iter(next.nearest()),
    };
    let eligibility = case.eligibility(record, on_branch.is_some());
    let counted = case.counted(on_branch.is_some());
    let can_fill = |person: &Person| eligibility.can_fill(&missing, &counted, person);
    let can_take = |person: &Person| steps.iter().any(|it| eligibility.can_take(it.way, person));
    let mut approvers: Vec<Person> = Vec::new();
    for one in &missing {
        let all = eligibility.candidates(std::slice::from_ref(one)).into_iter();
        let all: Vec<Person> = all.filter(can_fill).collect();
        let is_open = all.iter().any(can_take);
        for person in all.into_iter().filter(|person| !is_open || can_take(person)) {
            branch::add(&mut approvers, person);
        }
    }
    approvers.sort_by(|one, other| one.email.cmp(&other.email));
    let branch = on_branch.and_then(|pending| pending.branch.clone());
    Some(AwaitedApproval {
        wait: case.wait(&due, &approvers, &missing),
        approvers,
        look: case.show(),
        branch,
        due,
    })
}

impl<'a> AdviceCase<'a> {
    pub(super) fn emergency(&self) -> AdviceStep {
        let step = self.unfetched().or_else(|| self.refused_by_lint());
        if let Some(step) = step.or_else(|| self.vetoed()) {
            return step;
        }
        let why = match self.record_state.status {
            Status::Unapproved => "nobody else approved it in time, so it grants nothing",
            _ => "only its filer has decided on it so far",
        };
        let (how, command) = self.approve("approve it");
        let action = format!("{how}, or close it: {why}");
        AdviceStep { action, command, by: By::Approvers(self.missing(), false) }
    }

    /// Returns the step for what waits for approval: a proposal, a change of a landed
    /// record, or unapproved landed content.
    pub(super) fn waiting(&self) -> AdviceStep {
        let landed_unapproved = !matches!(self.record_state.status, Status::Proposed)
            && (self.record_state.status == Status::Unapproved || !self.missing().is_empty());
        if landed_unapproved {
            let step = self.unpushed(None).or_else(|| self.unfetched());
            let step = step.or_else(|| self.refused_by_lint());
            let step = step.or_else(|| self.vetoed());
            if let Some(step) = step.or_else(|| self.missing_facts()) {
                return step;
            }
            let what = match self.approved_other_bytes() {
                true => "approve the text as it is now (your approval is for other bytes)",
                false => "approve the merged version",
            };
            let (how, command) = self.approve(what);
            let missing = self.missing();
            let next = self.next_steps(None);
            let is_review = next.nearest().is_some_and(|way| way.way == ApprovalWay::ForgeReviews);
            if let Some((action, command)) = self.records_reviews(&next).filter(|_| is_review) {
                let by = By::Approvers(missing, false);
                return AdviceStep { action, command: Some(command), by };
            }
            let action = match missing.iter().find_map(|missing| missing.add.as_ref()) {
                Some(to_add) => format!("add {to_add}, then {how}, or reject it"),
                None => format!("{how}, or reject it"),
            };
            return AdviceStep { action, command, by: By::Approvers(missing, false) };
        }
        match self.pending() {
            Some(pending) => self.proposed(pending),
            None => {
                let (how, command) = self.approve("approve it");
                let by = By::Approvers(self.missing(), false);
                AdviceStep { action: format!("{how}, or reject it"), command, by }
            }
        }
    }

    // Returns the step for a review or a verification that landed, and only its authors vouch for: somebody else can still sign it.
    pub(super) fn witness(&self) -> Option<AdviceStep> {
        let next = self.for_review(self.record.filter(|_| self.record_state.awaits_witness)?);
        next.is_signed().then(|| {
            let action = "sign the review that was merged, unless you wrote the record: nobody else vouches for it";
            let by = By::Approvers(next.missing, false);
            step(action, self.command("exledger approve"), by)
        })
    }

    // Returns how others than the authors of what is approved vouch for a review.
    pub(super) fn for_review(&self, record: &Record) -> NextSteps {
        let around = self.around;
        let at = (around.instant, around.landed.merging());
        steps::for_review(around.governance, record, &self.authors(false), at)
    }

    // Returns who asks, if git names anybody.
    fn asker(&self) -> Option<&'a Person> {
        self.around.asker.and_then(|asker| asker.person.as_ref())
    }

    // Returns the step for what landed where no approval ends what is wrong with it.
    fn refused_by_lint(&self) -> Option<AdviceStep> {
        let command = || shell::command("exledger lint", &[&self.record_state.path]);
        let is_refused = self.around.landed.refuses(self.record_state);
        let refused = is_refused.then(|| step(text::REFUSED_BY_LINT, command(), By::Owner));
        let put_back = || self.around.landed.put_back(self.record_state);
        refused.or_else(|| Some(step(text::PUT_BACK, put_back()?, By::Owner)))
    }

    /// Returns the step for a landed version that somebody rejects.
    fn vetoed(&self) -> Option<AdviceStep> {
        let by = self.next_steps(None).blockers.into_iter().find_map(|blocker| match blocker {
            Blocker::Rejected { by, .. } => Some(by),
            _ => None,
        })?;
        Some(self.rejected(by, self.command("exledger approve")))
    }

    /// Returns the step for a text that these people reject; the command is theirs alone.
    fn rejected(&self, by: Vec<Person>, approve: String) -> AdviceStep {
        let asker = self.asker();
        let is_own = asker.is_some_and(|asker| by.iter().any(|person| person.key == asker.key));
        let names: Vec<&str> = by.iter().map(|person| person.email.as_str()).collect();
        let (action, command) = match is_own {
            true => ("approve it after all, or leave it: you rejected it".to_owned(), approve),
            false => (
                format!(
                    "change the text, or have them approve it: {} rejected it",
                    names.join(", ")
                ),
                self.show(),
            ),
        };
        AdviceStep { action, command: Some(command), by: By::Named(by) }
    }

    /// Tells whether the asker approved another text than the one that landed.
    fn approved_other_bytes(&self) -> bool {
        let asker = self.asker();
        let blockers = self.next_steps(None).blockers;
        asker.is_some_and(|asker| {
            blockers.iter().any(|blocker| match blocker {
                Blocker::FileRefused { by, reason: NotCounted::OtherBytes(_) } => {
                    by.key == asker.key
                }
                _ => false,
            })
        })
    }

    // What is signed in this clone alone counts for nobody else.
    fn unpushed(&self, on_branch: Option<&Pending>) -> Option<AdviceStep> {
        let (statements, remote) = (self.around.statements?, self.around.remote?);
        let landed = self.record_state.digest.as_ref();
        let is_said = match on_branch {
            Some(pending) => pending.is_unpushed,
            None => statements.unpushed.iter().any(|stated| Some(&stated.sha256) == landed),
        };
        let branch = on_branch.and_then(|pending| pending.branch.as_deref());
        let words = branch.map_or_else(|| vec![self.id], |branch| vec![self.id, "--ref", branch]);
        is_said.then(|| match statements.is_behind {
            // A push is refused until an approval puts what is here on top of what others pushed.
            true => step(
                "put what was signed in this clone alone on top of what others pushed, and push it",
                shell::command("exledger approve", &words),
                By::Anybody,
            ),
            false => step(
                "push what was signed in this clone alone",
                text::push_after(&statements.command, remote),
                By::Anybody,
            ),
        })
    }

    // Returns the step for an approval that may be there already, in the branch of signed statements, and not in this clone.
    fn unfetched(&self) -> Option<AdviceStep> {
        let (governance, remote) = (self.around.governance, self.around.statements?);
        // A job states the reviews soon after the merge; without one, the branch may not exist, unless this clone asks for others
        // alone.
        let has_job = Keys::from_governance(governance, governance).has_bridge();
        let landed = self.record_state.landed.as_ref();
        let stated = landed.map(|landed| landed.at.plus_seconds(LONGEST_JOB));
        let is_early = has_job && remote.seen < stated;
        let is_missing = has_job && !remote.is_known && remote.fetched.is_none();
        let what = "fetch the signed approvals, and ask again";
        let is_open = !remote.is_followed || is_early || is_missing;
        is_open.then(|| step(what, remote.command.clone(), By::Anybody))
    }

    fn missing_facts(&self) -> Option<AdviceStep> {
        let governance = self.around.governance;
        let next = self.next_steps(None);
        let unknown = next.blockers.iter().find_map(|blocker| match blocker {
            Blocker::AccountUnknown(unknown) => Some(unknown),
            _ => None,
        });
        // Once the line is there, another approval can count.
        let logins = &governance.policy.people.logins;
        let is_open = |keys: &[String]| keys.iter().any(|key| !logins.contains_key(key));
        if let Some(unknown) = unknown.filter(|unknown| is_open(&unknown.keys)) {
            let page = self.around.asker.and_then(|asker| asker.policy_page.as_deref());
            let page = page.unwrap_or("the forge's web page");
            let line = unknown.to_add();
            let action = format!("add {line} on {page}, and let somebody else merge that");
            return Some(step_without_command(action));
        }
        None
    }

    fn records_reviews(&self, next: &NextSteps) -> Option<(String, String)> {
        let request = self.record_state.landed.as_ref()?.pull_request.as_deref()?;
        let number = forge::request_number(request)?;
        let is_recorded = |step: &ApprovalStep| step.way == ApprovalWay::ForgeReviews;
        // A statement that is refused was recorded.
        let is_refused = |blocker: &Blocker| {
            matches!(blocker, Blocker::FileRefused { .. } | Blocker::OnlyAuthorsSay { .. })
        };
        let is_open = next.steps.iter().any(is_recorded) && !next.blockers.iter().any(is_refused);
        is_open.then(|| {
            let action =
                format!("have somebody else approve it, or the reviews of {request} recorded");
            (action, format!("exledger ci merged --pull-request {number}"))
        })
    }

    /// Returns a step that the asker can take: who can't give an approval is told who can.
    pub(super) fn for_asker(&self, step: AdviceStep) -> AdviceStep {
        let (By::Approvers(missing, is_on_branch), Some(record)) = (&step.by, self.record) else {
            return step;
        };
        let next = self.next_steps(self.pending().filter(|_| *is_on_branch));
        let counted = self.counted(*is_on_branch);
        let eligibility = self.eligibility(record, *is_on_branch);
        let for_nobody = eligibility.for_nobody(missing, &counted);
        let Some(asker) = self.asker() else {
            let another = for_nobody.map(|lost| self.list_another(lost, false));
            return another.unwrap_or(step);
        };
        let can_take = |person: &Person| {
            next.steps.iter().any(|step| eligibility.can_take(step.way, person))
                && eligibility.can_fill(missing, &counted, person)
        };
        let is_one_of = |people: &[Person]| people.iter().any(|person| person.key == asker.key);
        let is_author = is_one_of(&self.authors(*is_on_branch));
        let may_as_author = next.authors_may && is_author && eligibility.may_as_author(asker);
        if next.steps.is_empty() || may_as_author || can_take(asker) {
            return step;
        }
        if is_author && let Some(merge) = self.merges_first(record) {
            return merge;
        }
        let why = if is_author && next.is_witness {
            ": you wrote the record"
        } else if is_author && self.is_filer_alone(asker, *is_on_branch) {
            ": you filed the record"
        } else if is_author {
            ": you wrote it"
        } else if is_one_of(&eligibility.barred()) {
            ": you own it, or asked for it"
        } else {
            ""
        };
        if let Some(lost) = for_nobody {
            // The filer is an author of what prolongs or widens it, whoever makes that.
            let mut authors = self.authors(*is_on_branch).into_iter();
            let is_change = is_author && self.record_state.approved.is_some() && !next.is_witness;
            let is_with_filer = is_change && authors.any(|author| author.key != asker.key);
            return self.list_another(lost, is_with_filer);
        }
        let candidates = eligibility.candidates(missing).into_iter();
        let approvers: Vec<Person> = candidates.filter(|it| can_take(it)).collect();
        // Where nobody's key is listed, the step says so.
        if approvers.is_empty() && why.is_empty() {
            return step;
        }
        if !is_on_branch && let Some((action, command)) = self.records_reviews(&next) {
            return AdviceStep { action, command: Some(command), by: By::Named(approvers) };
        }
        let action = format!("somebody else must approve it{why}");
        AdviceStep { action, command: Some(self.show()), by: By::Named(approvers) }
    }

    // Returns those whose approval counts already.
    pub(super) fn counted(&self, is_on_branch: bool) -> Vec<Person> {
        if is_on_branch {
            return self.pending().map(|pending| pending.approved_by.clone()).unwrap_or_default();
        }
        // What was approved before says nothing of a review since.
        let verdict =
            self.record_state.approval.iter().filter(|_| !self.record_state.awaits_witness);
        let approvers = verdict.flat_map(|verdict| &verdict.approvers);
        approvers.map(|approver| approver.person.clone()).collect()
    }

    fn list_another(&self, lost: &MissingApproval, or_filer_alone: bool) -> AdviceStep {
        let or = if or_filer_alone { ", or let the filer make this change alone" } else { "" };
        let action = match &lost.group {
            Some(group) => {
                format!("list another person in group {group}{or}: nobody in it may approve this")
            }
            None => format!("list another person{or}: nobody who is listed may approve it"),
        };
        AdviceStep { action, command: Some(self.show()), by: By::Anybody }
    }

    fn merges_first(&self, record: &Record) -> Option<AdviceStep> {
        let is_new = self.record_state.status == Status::Proposed;
        let tier = self.record_state.tier.as_ref().filter(|_| is_new)?;
        let within = tier.review_within.filter(|_| record.class == Class::Emergency)?;
        let branch = self.pending()?.branch.as_deref()?;
        let action = format!(
            "merge {branch}: the first emergency about a subject counts for {within}, and longer once somebody else approves it"
        );
        Some(step(action, self.diff(branch), By::Anybody))
    }

    fn proposed(&self, pending: &Pending) -> AdviceStep {
        let what = match (self.record_state.status, pending.events.as_slice()) {
            (Status::Proposed, _) | (_, []) => String::new(),
            (_, events) => format!(" ({})", events.join(", ")),
        };
        if pending.events.contains(&"removed") {
            return self.removed(pending);
        }
        let Some(branch) = &pending.branch else {
            return step(
                format!("commit the change in the work tree{what} and open a pull request"),
                "exledger diff",
                By::Proposer(pending.author.clone()),
            );
        };
        // What a closed record says is changed by nobody (`closed-edited`), although git may merge it.
        if pending.events.contains(&"reopened") {
            let action = format!("drop {branch}{what}: the record is closed; ask for another one");
            let command = self.command("exledger new --like");
            return step(action, command, By::Proposer(pending.author.clone()));
        }
        // A change that only ends or narrows an approved record needs no approval; it only has to be merged, as does
        // a request that its branch rejects.
        let verdict = self.record_state.approval.as_deref();
        let needs_none = match self.record_state.status {
            Status::Proposed => verdict.is_some_and(|verdict| verdict.satisfied == Satisfied::Yes),
            _ => pending.needs_none,
        };
        if needs_none && !pending.needs_witness {
            let action = format!("merge {branch}{what}: it needs no approval");
            return step(action, self.diff(branch), By::Owner);
        }
        if let Some(push) = self.unpushed(Some(pending)) {
            return push;
        }
        if !pending.rejected_by.is_empty() {
            let approve = shell::command("exledger approve", &[self.id, "--ref", branch]);
            return self.rejected(pending.rejected_by.clone(), approve);
        }
        if let Some(obstacle) = &pending.unread {
            let remedy = obstacle.remedy();
            let action = format!("find out who wrote {branch}{what}: {obstacle}");
            let command = remedy.command().map_or_else(|| self.diff(branch), str::to_owned);
            return step(action, command, By::Anybody);
        }
        if !pending.approved_by.is_empty() && pending.missing.is_empty() {
            let action = format!("merge {branch}{what}: it is approved");
            return step(action, self.diff(branch), By::Owner);
        }
        if let Some(push) = self.push(pending) {
            let action = format!("push {branch}{what}: it is merged in this clone alone");
            return step(action, push, By::Anybody);
        }
        if self.around.landed.refuses_on(self.record_state, pending) {
            let action = format!("correct {branch}{what}: `exledger lint` finds an error in it");
            let remote = self
                .around
                .remote
                .and_then(|remote| branch.strip_prefix(remote)?.strip_prefix('/'));
            let switch = shell::command("git switch", &[remote.unwrap_or(branch)]);
            let lint = shell::command("exledger lint", &[&self.record_state.path]);
            let by = By::Proposer(pending.author.clone());
            return step(action, format!("{switch} && {lint}"), by);
        }
        let next = self.next_steps(Some(pending));
        let named = (branch.as_str(), &*shell::quoted(branch), what.as_str());
        let to_check_out = self.around.asker.and_then(|asker| asker.to_check_out.as_deref());
        let switch = to_check_out.map(|branch| shell::command("git switch", &[branch]));
        // Otherwise the push of the merge is refused.
        let behind = self.around.asker.and_then(|_| self.around.landed.behind());
        let words = self.around.remote.zip(behind.as_deref()).map(<[&str; 2]>::from);
        let pull = words.map(|words| shell::command("git pull --ff-only", &words));
        let before = switch.into_iter().chain(pull).map(|command| command + " && ").collect();
        let commands = (before, self.diff(branch));
        let (action, command) = text::branch_step(&next, self.names(), named, commands);
        step(action, command, By::Approvers(next.missing, true))
    }

    /// Returns the command that pushes what somebody else than its authors merged into the approved branch of this clone alone.
    fn push(&self, pending: &Pending) -> Option<String> {
        let (branch, remote) = (pending.branch.as_deref()?, self.around.remote?);
        let is_maker =
            |asker: &Person| pending.authors.iter().any(|author| author.key == asker.key);
        let is_merged = pending.is_merge
            && self.around.base == format!("{remote}/{branch}")
            && !self.asker().is_some_and(is_maker);
        is_merged.then(|| shell::command("git push", &[remote, branch]))
    }

    // Returns what can still be done about the approval of the landed version, or of a proposal, by the policy that it will
    // land on; where the asker can take some of the steps, only those.
    fn next_steps(&self, on_branch: Option<&Pending>) -> NextSteps {
        let verdict = self.record_state.approval.as_deref();
        let around = self.around;
        let (governance, at) = (around.governance, (around.instant, around.landed.merging()));
        let mut next = match (self.record_state.status, on_branch, self.record) {
            (Status::Proposed, _, Some(record)) => {
                let authors = verdict.map(ApprovalVerdict::author_persons).unwrap_or_default();
                steps::for_change(governance, record, &authors, at)
            }
            (Status::Proposed, _, None) => NextSteps::default(),
            (_, Some(pending), Some(record)) => match pending.needs_witness {
                true => steps::for_review(governance, record, &pending.authors, at),
                false => steps::for_change(governance, record, &pending.authors, at),
            },
            (_, Some(_), None) => NextSteps::default(),
            (_, None, Some(record)) if self.record_state.awaits_witness => {
                let mut next = self.for_review(record);
                // What has landed is merged by nobody any more.
                next.steps.retain(|step| step.way == ApprovalWay::SignedFile);
                next
            }
            (_, None, _) => {
                verdict.map(|verdict| steps::steps(Standing::Landed(verdict))).unwrap_or_default()
            }
        };
        if let Some(pending) = on_branch.filter(|pending| !pending.approved_by.is_empty()) {
            next.signed.clone_from(&pending.approved_by);
            next.missing.clone_from(&pending.missing);
        }
        let asker = self.asker();
        if let (Some(asker), Some(record)) = (asker, self.record) {
            let eligibility = self.eligibility(record, on_branch.is_some());
            let can_take = |step: &ApprovalStep| eligibility.can_take(step.way, asker);
            if next.steps.iter().any(can_take) {
                next.steps.retain(can_take);
            }
            for step in &mut next.steps {
                if step.way == ApprovalWay::SignedFile && !can_take(step) {
                    step.after = Some(Blocker::NoKeyListed);
                }
            }
        }
        next
    }

    fn eligibility(&self, record: &Record, is_on_branch: bool) -> &Eligibility<'a> {
        let [of_landed, of_branch] = &self.eligibility;
        let eligibility = if is_on_branch { of_branch } else { of_landed };
        eligibility.get_or_init(|| {
            let makers = self.authors(is_on_branch);
            let people = (self.around.governance, self.around.known);
            let eligibility = Eligibility::new(people, record, None, &makers);
            let pending = self.pending().filter(|_| is_on_branch);
            let awaits_witness = self.record_state.awaits_witness;
            match pending.map_or(awaits_witness, |pending| pending.needs_witness) {
                true => eligibility.of_others(),
                false => eligibility,
            }
        })
    }

    fn names(&self) -> ContentNames<'_> {
        ContentNames { id: self.id, signers: &self.around.governance.policy.approval.signers }
    }

    /// Returns why only another text can be approved: the landed one is rejected, or its signature is bad.
    fn spoiled(&self) -> Option<&Reason> {
        let spoils = |reason: &&Reason| {
            matches!(reason.kind(), ReasonKind::Vetoed | ReasonKind::BadSignature)
        };
        self.record_state.reasons.iter().find(spoils)
    }

    fn removed(&self, pending: &Pending) -> AdviceStep {
        let (place, command) = match &pending.branch {
            Some(branch) => (format!("on {branch}"), self.diff(branch)),
            None => ("in the work tree".to_owned(), "exledger diff".to_owned()),
        };
        step(
            format!("restore the file that is missing {place}: records are closed, never removed"),
            command,
            By::Proposer(pending.author.clone()),
        )
    }

    pub(super) fn settled_in(&self, events: &[&str]) -> Option<AdviceStep> {
        if events.contains(&"renewed") && self.is_extension_unapproved() {
            return Some(self.waiting());
        }
        let fits = |pending: &&Pending| pending.events.iter().any(|event| events.contains(event));
        let mut fitting = self.record_state.pending.iter().filter(fits);
        let on_branch = fitting.clone().find(|pending| pending.branch.is_some());
        Some(self.proposed(on_branch.or_else(|| fitting.next())?))
    }

    fn is_extension_unapproved(&self) -> bool {
        let state = self.record_state;
        let end = state.stated.as_ref().map(|stated| not_after(&stated.expires));
        // What is over by its stated end, too, is closed.
        let runs = state.ended.is_none()
            || state.status == Status::Expired && end > Some(self.around.instant);
        state.landed.is_some() && runs && end > state.not_after && !self.missing().is_empty()
    }

    pub(super) fn settled_by(&self, bucket: Bucket) -> Option<AdviceStep> {
        let settles: &[&str] = match bucket {
            Bucket::OverdueClosure | Bucket::Expired => &["closed", "rejected", "renewed"],
            Bucket::Fired => &["closed", "reviewed"],
            Bucket::ReviewSaysClose | Bucket::ReviewSaysReduce => {
                &["closed", "shortened", "scope-narrowed", "reviewed"]
            }
            Bucket::ReviewDue => &["reviewed", "closed"],
            Bucket::ControlStale => &["attested", "closed"],
            Bucket::Ownerless => &["transferred", "owner-changed", "closed"],
            Bucket::Urgent | Bucket::Soon => &["renewed", "closed"],
            Bucket::PostClosureReviewDue => &["post-reviewed"],
            Bucket::EmergencyReviewDue | Bucket::FixOverdue | Bucket::WaitingApproval => &[],
        };
        self.settled_in(settles)
    }

    // Returns the step for a request that its own branch rejects: it is merged, so that it stays on record.
    pub(super) fn closed_proposal(&self) -> Option<AdviceStep> {
        let pending = self.pending().filter(|_| self.record_state.is_closed_proposal());
        pending.map(|pending| self.proposed(pending))
    }

    pub(super) fn expired(&self) -> AdviceStep {
        match (self.record_state.status, self.pending()) {
            (Status::Proposed, Some(pending)) => step(
                "give it a later end, or drop it: it ended before anyone approved it",
                match &pending.branch {
                    Some(branch) => self.diff(branch),
                    None => "exledger diff".to_owned(),
                },
                By::Proposer(pending.author.clone()),
            ),
            _ if self.record_state.approved.is_none() => step(
                "reject it: it ended, and nobody approved it",
                self.command("exledger reject"),
                By::Owner,
            ),
            _ => step("close it: it ended, and was never in force", self.close(), By::Owner),
        }
    }

    /// Returns how landed content can be approved, and the command; `plain` is the wording for a signed file.
    fn approve(&self, plain: &str) -> (String, Option<String>) {
        let next = self.next_steps(None);
        // Where it is not known who wrote it, nothing that anybody says of it helps.
        let is_without_way = next.steps.is_empty() && next.blockers.is_empty();
        let why = self.record_state.reasons.first().filter(|_| is_without_way);
        if let Some(reason) = self.spoiled().or(why) {
            return (reason.to_string(), Some(self.show()));
        }
        let landed = self.record_state.landed.as_ref().map(|landed| landed.commit.as_str());
        let (action, command) = text::landed_step(&next, self.names(), (plain, landed));
        (action, Some(command.unwrap_or_else(|| self.show())))
    }

    pub(super) fn diff(&self, branch: &str) -> String {
        shell::command("exledger diff", &[self.around.base, branch])
    }

    pub(super) fn pending(&self) -> Option<&'a Pending> {
        self.record_state.pending.first()
    }

    // Returns the approvals that the landed version lacks, or the proposal if the record is only proposed. One that needs nobody
    // lacks them where the record grants nothing without.
    pub(super) fn missing(&self) -> Vec<MissingApproval> {
        let state = self.record_state;
        let missing = state.approval.as_deref().and_then(|verdict| match state.status {
            Status::Unapproved => verdict.lacking(),
            _ => Some(&verdict.missing),
        });
        missing.map(<[MissingApproval]>::to_vec).unwrap_or_default()
    }

    pub(super) fn authors(&self, is_on_branch: bool) -> Vec<Person> {
        let verdict = self.record_state.approval.as_ref();
        let landed = || verdict.map(|verdict| verdict.author_persons()).unwrap_or_default();
        let is_new = self.record_state.status == Status::Proposed;
        let mut authors: Vec<Person> = if is_on_branch && !is_new { Vec::new() } else { landed() };
        let pending = if is_on_branch { self.pending() } else { None };
        for person in pending.iter().flat_map(|pending| &pending.authors) {
            branch::add(&mut authors, person.clone());
        }
        authors
    }

    /// Tells whether somebody is an author of a branch's change by what they did before it: they filed what it prolongs or
    /// widens, or changed it since.
    fn is_filer_alone(&self, person: &Person, is_on_branch: bool) -> bool {
        let pending = self.pending().filter(|_| is_on_branch);
        pending.is_some_and(|pending| pending.makers.iter().all(|maker| maker.key != person.key))
    }

    fn wait(&self, due: &DueRecord, approvers: &[Person], missing: &[MissingApproval]) -> String {
        let whom = text::waits_for(approvers, missing);
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
