//! What a record is at an instant: status, duties, what waits, and why.
//!
//! Uses record, policy, history, approval. Pure. Start at [`RecordState`]. Follows `docs/spec/status.md`.

use crate::approval;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::tier::Resolved;
use crate::record;
use crate::record::address::Address;
use crate::record::time::Instant;
use crate::record::vocabulary::{ControlStatus, ReviewOutcome, Then};
use crate::status::reason::Reason;
use std::rc::Rc;

/// What a record is at one instant; the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Objects that are needed to decide are missing or malformed.
    Unknown,
    /// The file is gone from the approved ref.
    Removed,
    /// It does not parse or breaks a rule of shape.
    Invalid,
    /// Two files carry this id.
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
    /// In its window, but something that keeps it safe is overdue.
    Degraded,
    /// None of the above.
    Active,
}

impl Status {
    /// All of them, in the order in which they are evaluated.
    pub const ALL: &'static [Status] = &[
        Status::Unknown,
        Status::Removed,
        Status::Invalid,
        Status::Conflicted,
        Status::Proposed,
        Status::Rejected,
        Status::Closed,
        Status::Unapproved,
        Status::Scheduled,
        Status::Expired,
        Status::Revoked,
        Status::Degraded,
        Status::Active,
    ];

    /// Returns the word of `docs/spec/status.md`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unknown => "unknown",
            Status::Removed => "removed",
            Status::Invalid => "invalid",
            Status::Conflicted => "conflicted",
            Status::Proposed => "proposed",
            Status::Rejected => "rejected",
            Status::Closed => "closed",
            Status::Unapproved => "unapproved",
            Status::Scheduled => "scheduled",
            Status::Expired => "expired",
            Status::Revoked => "revoked",
            Status::Degraded => "degraded",
            Status::Active => "active",
        }
    }

    /// Returns the status of a word.
    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| status.as_str() == word)
    }
}

/// Whether a record grants anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InForce {
    Yes,
    No,
    /// It can't be told, so it does not.
    Undetermined,
}

/// What one record is at one instant, and what has to be done about it.
#[derive(Clone, Debug)]
pub struct RecordState {
    /// The record's key in history: its id, or the path of a file that can't be read.
    pub key: String,
    /// The file, as landed; of a removed one the last, of a proposed one the proposed.
    pub path: String,
    pub status: Status,
    pub in_force: InForce,
    /// Why, in words that name the way out; never empty.
    pub reasons: Vec<Reason>,
    /// The instant at which it became what it is, where a date decides that; of what starts later, its start.
    pub decided_at: Option<Instant>,
    /// The record judged: the approved version narrowed by everything landed since; `None` where nothing is granted
    /// that could be narrowed.
    pub effective: Option<Rc<record::Record>>,
    /// What the file says as it landed, or as it is proposed; `None` where it can't be read.
    pub stated: Option<Rc<record::Record>>,
    /// What the file last said that could be read, where it can't be read now.
    pub last_read: Option<Rc<record::Record>>,
    /// The version whose grant is in force.
    pub approved: Option<ApprovedGrant>,
    /// What that version said, of an emergency on its grace what the first one did; `None` where nothing is granted.
    pub as_approved: Option<Rc<record::Record>>,
    /// Whether something landed since that nobody approved.
    pub changed_since_approval: bool,
    /// The approval of the landed version.
    pub approval: Option<Rc<approval::verdict::ApprovalVerdict>>,
    /// Where the landed version landed.
    pub landed: Option<LandingInfo>,
    /// The digest of the landed file, 64 hexadecimal digits.
    pub digest: Option<String>,
    /// The first moment at which its dates no longer grant anything.
    pub not_after: Option<Instant>,
    /// Whole days until then, rounded down, negative after it.
    pub days_left: Option<i64>,
    /// When it ended, by its date or by a trigger, whatever its status, proposed ones included; `None` while it has not,
    /// once it is closed or removed, and of what can't be told.
    pub ended: Option<Instant>,
    /// The reviews that say close or reduce and that nothing followed, in the order in which they landed.
    pub unanswered: Vec<UnansweredReview>,
    /// The tier that the policy of now finds.
    pub tier: Option<Rc<Resolved>>,
    /// How often it was renewed, and what is allowed.
    pub renewals: Renewals,
    /// How long it was really in place.
    pub in_place: InPlace,
    /// Everything about it that is dated, earliest first.
    pub duties: Vec<Duty>,
    pub fired: Vec<Fired>,
    /// The owners who are not there, as landed or as last approved.
    pub ownerless: Vec<Address>,
    /// Compensating controls with what the clock says of them.
    pub controls: Vec<ControlFreshness>,
    /// The first instant from now on at which it no longer grants, `None` where it does not now.
    pub end: Option<Instant>,
    /// What branches and the work tree propose.
    pub pending: Vec<Pending>,
}

impl RecordState {
    /// Returns the id under which it is shown: the record's own, or the stem of a file that has none.
    pub fn id(&self) -> &str {
        let stem = || {
            let name = self.path.rsplit('/').next().unwrap_or(&self.path);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem)
        };
        self.content().map_or_else(stem, |record| record.id.as_str())
    }

    /// Returns what is shown of it: what is in force, else what its file states.
    pub fn content(&self) -> Option<&record::Record> {
        self.effective.as_deref().or(self.stated.as_deref())
    }

    /// Returns what is shown of it, else what its file said when it could last be read.
    pub fn known_content(&self) -> Option<&record::Record> {
        self.content().or(self.last_read.as_deref())
    }
}

/// The version whose grant is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovedGrant {
    pub commit: String,
    /// Since when it is approved.
    pub at: Instant,
    /// The digest of its file, 64 hexadecimal digits.
    pub digest: Option<String>,
    pub approvers: Vec<approval::verdict::Approver>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LandingInfo {
    pub commit: String,
    /// Its effective time: not before this.
    pub at: Instant,
    pub by: Option<Person>,
    /// The pull request it names.
    pub pull_request: Option<String>,
}

/// How often a record was renewed, from history, refiling included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewals {
    pub count: u32,
    /// How often it may be.
    pub limit: Option<u32>,
    /// Days from begin to end.
    pub total_days: Option<i64>,
    /// How many it may be.
    pub limit_days: Option<i64>,
    /// The ids of the records that count as this one filed before, the latest first; each counts as a renewal, and its
    /// days toward the total.
    pub refiled: Vec<String>,
}

/// How long a record was really in place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// The first instant at which it is missed.
    pub at: Instant,
    /// What it is about: the id of a control or trigger.
    pub subject: Option<String>,
}

/// The dated things of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyKind {
    Start,
    Expiry,
    /// It must be looked at again.
    Review,
    /// A compensating control must be verified again.
    ControlVerification,
    /// An emergency must be approved.
    EmergencyReview,
    /// The fix must be done.
    Fix,
    /// Someone else must look at the closure.
    PostClosureReview,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    pub trigger: String,
    pub then: Then,
    /// When the entry landed that says so.
    pub at: Instant,
    /// Whether something still has to be done: a review, or else the closure.
    pub is_waiting: bool,
}

/// A review that says close or reduce, and that nothing followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnansweredReview {
    /// What it says: [`ReviewOutcome::Close`] or [`ReviewOutcome::Reduce`].
    pub outcome: ReviewOutcome,
    pub at: Instant,
}

/// A compensating control, and whether it was verified in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlFreshness {
    pub id: String,
    /// What it is: as it landed or as it was approved, whichever says less; `None` where it is gone from what landed.
    pub status: Option<ControlStatus>,
    /// Whether the approved version relies on it and the landed one does no longer.
    pub dropped: bool,
    /// Whether its last verification still holds; planned and withdrawn ones don't go stale. One that was dropped is
    /// not fresh.
    pub fresh: bool,
    /// Until when, exclusive.
    pub until: Option<Instant>,
}

/// A change that somebody proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The branch, `None` for the work tree.
    pub branch: Option<String>,
    /// Since when, by its own account.
    pub since: Option<Instant>,
    pub author: Option<Person>,
    /// What changes in meaning, in the words of `docs/spec/cli.md`.
    pub events: Vec<&'static str>,
}

/// A record, and what is needed to tell what it is.
#[derive(Clone, Copy)]
pub struct RecordFacts<'a> {
    /// What it is known by.
    pub key: &'a TrailKey,
    pub history: &'a History,
    /// One verdict for each version of the trail.
    pub verdicts: &'a [Rc<approval::verdict::ApprovalVerdict>],
    /// The governance of the tree that is asked about.
    pub governance: &'a Governance,
}
