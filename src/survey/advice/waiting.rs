//! The next step for what waits for approval: proposals, changes on branches, unapproved landed content.
//!
//! Uses approval, status, survey's buckets. Pure. Start at [`AdviceCase::waiting`].

use super::{AdviceCase, AdviceStep, By, step};
use crate::approval::next::ways::{ApprovalWay, ApprovalWays};
use crate::approval::next::who;
use crate::approval::verdict::MissingApproval;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{Pending, Status};
use crate::survey::due::Bucket;

impl<'a> AdviceCase<'a> {
    /// Returns the step of an emergency that nobody approved.
    pub(super) fn emergency(&self) -> AdviceStep {
        let why = match self.record_state.status {
            Status::Unapproved => "nobody else approved it in time, so it grants nothing",
            _ => "only its filer has decided on it so far",
        };
        let (how, command) = self.approve("approve it");
        let action = format!("{how}, or close it: {why}");
        step(action, command, By::Approvers(self.missing()))
    }

    /// Returns the step for what waits for approval: a proposal, a change of a landed
    /// record, or unapproved landed content.
    pub(super) fn waiting(&self) -> AdviceStep {
        let landed_unapproved = !matches!(self.record_state.status, Status::Proposed)
            && (self.record_state.status == Status::Unapproved || !self.missing().is_empty());
        if landed_unapproved {
            let (how, command) = self.approve("approve the merged version");
            let missing = self.missing();
            let action = match missing.iter().find_map(|it| it.add.as_ref()) {
                Some(to_add) => format!("add {to_add}, then {how}, or reject it"),
                None => format!("{how}, or reject it"),
            };
            return step(action, command, By::Approvers(missing));
        }
        match self.pending() {
            Some(pending) => self.proposed(pending),
            None => {
                let (how, command) = self.approve("approve it");
                step(format!("{how}, or reject it"), command, By::Approvers(self.missing()))
            }
        }
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
        // A change that only ends or narrows an approved record needs no approval; it only has to be merged.
        let is_approved = self.record_state.approved.is_some();
        let ends = |event: &&str| match *event {
            "closed" | "rejected" | "post-reviewed" => true,
            "shortened" | "scope-narrowed" => is_approved,
            _ => false,
        };
        if !pending.events.is_empty() && pending.events.iter().all(ends) {
            return step(
                format!("merge {branch}{what}: it needs no approval"),
                self.diff(branch),
                By::Owner,
            );
        }
        let (action, command) = self.approve_branch(branch, &what);
        step(action, command, By::Approvers(self.missing_of(pending)))
    }

    /// Returns how to approve the proposal of a branch, and the command.
    fn approve_branch(&self, branch: &str, what: &str) -> (String, String) {
        let name = self.shell_quoted(branch);
        let sign = format!("exledger approve {} --ref {name}", self.id);
        let signers = &self.around.governance.policy.approval.signers;
        let ways = self.ways_of_proposal();
        match ways.nearest() {
            Some(ApprovalWay::SignedFile) => {
                (format!("approve and merge {branch}{what}, or reject it"), sign)
            }
            Some(ApprovalWay::SignedFileOnceListed) => (
                format!(
                    "approve {branch}{what} once {signers} lists your key and merge it, or reject it"
                ),
                sign,
            ),
            Some(ApprovalWay::Merge) => (
                format!(
                    "merge {branch}{what} with a merge commit, unless you wrote it, or reject it"
                ),
                format!("git merge --no-ff {name}"),
            ),
            Some(ApprovalWay::MergeWithTrailers) => (
                format!(
                    "merge {branch}{what} with a merge commit that ends with `Approved-by: NAME <ADDRESS>` for each \
                     further approver, or reject it"
                ),
                format!("git merge --no-ff {name}"),
            ),
            Some(ApprovalWay::SignedMerge) => (
                format!(
                    "merge {branch}{what} with a merge commit that you sign, unless you wrote it, or reject it"
                ),
                format!("git merge --no-ff -S {name}"),
            ),
            Some(ApprovalWay::ForgeReviews | ApprovalWay::ReviewNote) => (
                format!("review {branch}{what} on the forge and merge it, or reject it"),
                self.diff(branch),
            ),
            None => (ways.no_way(), self.diff(branch)),
        }
    }

    /// Returns the ways to approve a proposal, by the policy that it will land on.
    pub(super) fn ways_of_proposal(&self) -> ApprovalWays {
        let verdict = self.record_state.approval.as_ref();
        match (self.record_state.status, self.record) {
            (Status::Proposed, _) => verdict.map(|it| it.ways.clone()).unwrap_or_default(),
            (_, Some(record)) => who::ways(self.around.governance, record),
            (_, None) => ApprovalWays::default(),
        }
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

    /// Returns the step if a branch already proposes what is due.
    pub(super) fn settled_by(&self, bucket: Bucket) -> Option<AdviceStep> {
        let settles: &[&str] = match bucket {
            Bucket::OverdueClosure | Bucket::Expired => &["closed", "renewed"],
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
        let fits = |it: &&Pending| {
            it.branch.is_some() && it.events.iter().any(|event| settles.contains(event))
        };
        Some(self.proposed(self.record_state.pending.iter().find(fits)?))
    }

    /// Returns the step for a record that ended without ever having been in force.
    pub(super) fn expired(&self) -> AdviceStep {
        let pending = self.pending();
        match (self.record_state.status, pending) {
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
                format!("exledger reject {} --reason …", self.id),
                By::Owner,
            ),
            _ => step(
                "close it: it ended, and was never in force",
                self.close_as("withdrawn"),
                By::Owner,
            ),
        }
    }

    /// Returns how landed content can be approved, and the command; `plain` is the wording for a signed file.
    fn approve(&self, plain: &str) -> (String, String) {
        let verdict = self.record_state.approval.as_ref();
        let ways = verdict.map(|verdict| verdict.ways.clone()).unwrap_or_default();
        let signers = &self.around.governance.policy.approval.signers;
        let landed = self.record_state.landed.as_ref();
        let landing = landed.map_or("…", |landed| landed.commit.as_str());
        let needs_change =
            |it: &&Reason| matches!(it.kind(), ReasonKind::Vetoed | ReasonKind::BadSignature);
        if let Some(reason) = self.record_state.reasons.iter().find(needs_change) {
            return (reason.to_string(), format!("exledger show {}", self.id));
        }
        let Some(way) = ways.nearest() else {
            return (ways.no_way(), format!("exledger show {}", self.id));
        };
        let how = match way {
            ApprovalWay::SignedFile => plain.to_owned(),
            ApprovalWay::SignedFileOnceListed => format!("{plain} once {signers} lists your key"),
            _ if ways.authors_may => way.phrase(self.id, signers),
            _ => format!("{}, unless you wrote it", way.phrase(self.id, signers)),
        };
        (how, way.command(self.id, landing))
    }

    pub(super) fn diff(&self, branch: &str) -> String {
        format!(
            "exledger diff {} {}",
            self.shell_quoted(self.around.base),
            self.shell_quoted(branch)
        )
    }

    /// Returns the latest proposal.
    pub(super) fn pending(&self) -> Option<&'a Pending> {
        self.record_state.pending.first()
    }

    /// Returns the approvals that the landed version lacks, or the proposal if the record is only proposed.
    pub(super) fn missing(&self) -> Vec<MissingApproval> {
        let verdict = self.record_state.approval.as_ref();
        verdict.map(|verdict| verdict.missing.clone()).unwrap_or_default()
    }

    /// Returns the approvals that a pending change lacks: those that the record requires,
    /// from others than its proposer.
    fn missing_of(&self, pending: &Pending) -> Vec<MissingApproval> {
        if self.record_state.status == Status::Proposed {
            return self.missing();
        }
        let (governance, makers) = (self.around.governance, &pending.author);
        let lacking = |record| who::lacking(governance, record, None, makers.as_slice(), &[]);
        self.record.map(lacking).unwrap_or_default()
    }
}
