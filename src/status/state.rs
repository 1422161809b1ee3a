//! The state of a record at an instant: status, duties, proposals, and reasons.
//!
//! Pure. Start at [`RecordState`]. Follows `docs/spec/status.md`.

use serde::Serialize;

use crate::approval::verdict::MissingApproval;
use crate::history::objects::Obstacle;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::tier::Resolved;
use crate::record::address::Address;
use crate::record::time::Instant;
use crate::record::vocabulary::{ControlStatus, ReviewOutcome, Then, words};
use crate::status::reason::Reason;
use crate::{approval, record};
use std::rc::Rc;

words! {
    /// The status of a record at one instant: the first that applies.
    pub enum Status {
        /// Required objects are missing or malformed.
        Unknown,
        /// The file was removed from the approved ref.
        Removed,
        /// It can't be parsed or violates the record format.
        Invalid,
        /// Two files have this id.
        Conflicted,
        /// Not on the approved ref, but proposed.
        Proposed,
        Rejected,
        Closed,
        /// On the approved ref without the approvals it needs.
        Unapproved,
        /// Approved, and starts in the future.
        Scheduled,
        /// At or after its end.
        Expired,
        /// Ended by a fired trigger, and not closed yet.
        Revoked,
        /// In its window, but a safeguard is overdue.
        Degraded,
        /// None of the above.
        Active,
    }
}

impl Status {
    /// Returns the status with a name.
    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| status.as_str() == word)
    }
}

/// Whether a record grants anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InForce {
    Yes,
    No,
    /// Undetermined, so it grants nothing.
    Undetermined,
}

/// The state of one record at one instant, and what must be done about it.
#[derive(Clone, Debug)]
pub struct RecordState {
    /// The record's key in history: its id, or the path of a file that can't be read.
    pub key: String,
    /// The file as landed; for a removed record the last one, for a proposed record the proposed one.
    pub path: String,
    pub status: Status,
    pub in_force: InForce,
    /// The reasons, with the remedy; never empty.
    pub reasons: Vec<Reason>,
    /// The instant at which it got this status, if a date decides that; for a record that starts later, its start.
    pub decided_at: Option<Instant>,
    /// The evaluated record: the approved version narrowed by everything landed since; `None` if there
    /// is no grant to narrow.
    pub effective: Option<Rc<record::Record>>,
    /// The content of the file as landed or proposed; `None` if it can't be read.
    pub stated: Option<Rc<record::Record>>,
    /// The last readable content of a file that can't be read now.
    pub last_read: Option<Rc<record::Record>>,
    /// The version whose grant is in force.
    pub approved: Option<ApprovedGrant>,
    /// The content of that version, or of the first one during an emergency's grace period;
    /// `None` if nothing is granted.
    pub as_approved: Option<Rc<record::Record>>,
    /// Whether an unapproved change landed since.
    pub changed_since_approval: bool,
    /// The approval of the landed version.
    pub approval: Option<Rc<approval::verdict::ApprovalVerdict>>,
    /// The landing of the landed version.
    pub landed: Option<LandingInfo>,
    /// Whether something of the landed version would be in time, were somebody else to approve it: a review, or a verification.
    pub awaits_witness: bool,
    /// The commit in which its file stated a closure last; `None` if the landed text states one, or no closure is in effect.
    pub closed_in: Option<String>,
    /// The digest of the landed file, 64 hexadecimal digits.
    pub digest: Option<String>,
    /// The first instant after its dates, from which they no longer grant anything.
    pub not_after: Option<Instant>,
    /// Whole days until then, rounded down, negative after it.
    pub days_left: Option<i64>,
    /// When it ended, by its date or by a trigger, whatever its status, including proposed records; `None` if it has
    /// not ended, is closed or removed, or is undetermined.
    pub ended: Option<Instant>,
    /// The reviews with the outcome close or reduce that nothing followed, in landing order.
    pub unanswered: Vec<UnansweredReview>,
    /// The tier under the current policy.
    pub tier: Option<Rc<Resolved>>,
    /// How often it was renewed, and the limits.
    pub renewals: Renewals,
    /// How long it was actually in place.
    pub in_place: InPlace,
    /// Everything about it that has a date, earliest first.
    pub duties: Vec<Duty>,
    pub fired: Vec<Fired>,
    /// The unavailable owners, as landed or as last approved.
    pub ownerless: Vec<Address>,
    /// The compensating controls and their freshness.
    pub controls: Vec<ControlFreshness>,
    /// The first instant from now on at which it no longer grants; `None` if it does not grant now.
    pub end: Option<Instant>,
    /// The proposals in branches and the work tree.
    pub pending: Vec<Pending>,
}

impl RecordState {
    /// Returns the id for display: the record's own, or the stem of a file that has none.
    pub fn id(&self) -> &str {
        let stem = || {
            let name = self.path.rsplit('/').next().unwrap_or(&self.path);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem)
        };
        self.content().map_or_else(stem, |record| record.id.as_str())
    }

    /// Returns the content for display: what is in force, else the content of the file.
    pub fn content(&self) -> Option<&record::Record> {
        self.effective.as_deref().or(self.stated.as_deref())
    }

    /// Tells whether a closure is in effect that the landed text lacks: somebody brought an older text back.
    pub fn is_reopened(&self) -> bool {
        let landed = self.stated.as_ref().filter(|_| self.landed.is_some());
        matches!(self.status, Status::Closed | Status::Rejected)
            && landed.is_some_and(|record| record.closure.is_none())
    }

    /// Tells whether it is a request that its own branch closes, as by a rejection.
    pub fn is_closed_proposal(&self) -> bool {
        let stated = self.stated.as_ref().filter(|_| self.status == Status::Proposed);
        stated.is_some_and(|record| record.closure.is_some())
    }

    pub fn is_unread(&self) -> bool {
        matches!(self.status, Status::Invalid | Status::Conflicted)
    }

    /// Returns the content for display, else the last readable content of the file.
    pub fn known_content(&self) -> Option<&record::Record> {
        self.content().or(self.last_read.as_deref())
    }
}

/// The version whose grant is in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApprovedGrant {
    pub commit: String,
    /// When it was approved.
    pub at: Instant,
    /// The digest of its file, 64 hexadecimal digits.
    pub digest: Option<String>,
    pub approvers: Vec<approval::verdict::Statement>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LandingInfo {
    pub commit: String,
    /// The earliest time at which it was effective.
    pub at: Instant,
    pub by: Option<Person>,
    /// The pull request that it names.
    pub pull_request: Option<String>,
}

/// How often a record was renewed, according to history and including refiling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Renewals {
    pub count: u32,
    /// The maximum number of renewals.
    pub limit: Option<u32>,
    /// Days from begin to end.
    pub total_days: Option<i64>,
    /// The maximum number of days.
    pub limit_days: Option<i64>,
    /// The ids of the earlier records for the same exception, latest first; each counts as a renewal, and its
    /// days count toward the total.
    pub refiled: Vec<String>,
}

/// How long a record was actually in place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InPlace {
    /// When it was first approved.
    pub first_approved: Option<Instant>,
    /// Days in force, rounded up: the union of the intervals.
    pub days: i64,
    /// Days between its end and its closure, or now.
    pub overrun_days: i64,
}

/// Something about a record that has a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub kind: DutyKind,
    /// The first instant at which it is overdue.
    pub at: Instant,
    /// The id of the control or trigger that it is about.
    pub subject: Option<String>,
}

/// The kinds of dates of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyKind {
    Start,
    Expiry,
    /// It must be reviewed again.
    Review,
    /// A compensating control must be verified again.
    ControlVerification,
    /// An emergency must be approved.
    EmergencyReview,
    /// The fix must be done.
    Fix,
    /// Someone else must review the closure.
    PostClosureReview,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    pub trigger: String,
    pub then: Then,
    /// When the fired entry landed.
    pub at: Instant,
    /// Whether an action is still due: a review, or else the closure.
    pub is_waiting: bool,
}

/// A review with the outcome close or reduce that nothing followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnansweredReview {
    /// Its outcome: [`ReviewOutcome::Close`] or [`ReviewOutcome::Reduce`].
    pub outcome: ReviewOutcome,
    pub at: Instant,
}

/// A compensating control, and whether it was verified in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlFreshness {
    pub id: String,
    /// The weaker of its landed and its approved status; `None` if the landed version lacks it.
    pub status: Option<ControlStatus>,
    /// Whether the approved version relies on it and the landed one no longer has it active.
    pub dropped: bool,
    /// Whether its last verification is still recent enough; planned and withdrawn controls never become stale. A
    /// dropped control is not fresh.
    pub fresh: bool,
    /// Until when it is fresh, exclusive.
    pub until: Option<Instant>,
}

/// A proposed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The branch; `None` for the work tree.
    pub branch: Option<String>,
    /// The tip of the branch.
    pub commit: Option<String>,
    pub is_merge: bool,
    /// Since when it is proposed, by the stated commit time.
    pub since: Option<Instant>,
    pub author: Option<Person>,
    /// Those whose approval of the change doesn't count, each once.
    pub authors: Vec<Person>,
    /// Those of them who are authors of a commit of the branch.
    pub makers: Vec<Person>,
    /// Why not all of those commits can be read, so that others may be authors, too.
    pub unread: Option<Obstacle>,
    /// Those who signed a rejection of the proposed bytes.
    pub rejected_by: Vec<Person>,
    /// Whether some of what would count of these statements is in this clone alone.
    pub is_unpushed: bool,
    /// Whether it has a review or a verification that counts only with evidence of others than `authors`, those of what is approved.
    pub needs_witness: bool,
    /// Whether a change of a landed record only ends or narrows what is approved, or adds what grants nothing.
    pub needs_none: bool,
    /// Those who signed an approval of the proposed bytes, which counts once they land.
    pub approved_by: Vec<Person>,
    /// The approvals that are missing beside theirs; empty if nobody signed one.
    pub missing: Vec<MissingApproval>,
    /// The events of the change, by their names in `docs/spec/cli.md`.
    pub events: Vec<&'static str>,
}

/// A record, with the data needed to evaluate it.
#[derive(Clone, Copy)]
pub struct RecordFacts<'a> {
    /// The key of its trail.
    pub key: &'a TrailKey,
    pub history: &'a History,
    /// One verdict for each version of the trail.
    pub verdicts: &'a [Rc<approval::verdict::ApprovalVerdict>],
    /// The governance of the tree in question.
    pub governance: &'a Governance,
}
