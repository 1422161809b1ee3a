//! The state of a ledger in numbers: by owner and by tier, how firmly it is approved, what is due in the coming weeks, and the
//! records whose end is nearest.
//!
//! Pure. Start at [`LedgerSummary::of`]. Follows `docs/spec/cli.md`, report. What is overdue is decided by [`due`], what is
//! in force by `status`.

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::policy::demand::Proof;
use crate::record::time::{Day, Instant};
use crate::status::state::{DutyKind, InForce, RecordState};
use crate::survey::due::{self, Horizon};
use crate::survey::follow_up::FollowUp;
use crate::survey::queue::QueueItem;
use crate::survey::select;

/// How many weeks the calendar of a report covers, this one included.
pub const WEEKS: i64 = 6;

/// The state of a ledger in numbers.
#[derive(Clone, Debug)]
pub struct LedgerSummary<'a> {
    /// Records that grant something now.
    pub in_force: usize,
    /// Records that are neither closed, rejected nor removed.
    pub open: usize,
    /// Records and redesigns of which a deadline has passed.
    pub overdue: usize,
    /// Records whose status can't be determined.
    pub undetermined: usize,
    /// The counts of each owner, most overdue first.
    pub owners: Vec<OwnerCounts<'a>>,
    /// The counts of each tier, in order of name.
    pub tiers: Vec<TierCounts<'a>>,
    /// The approvals of what is in force.
    pub proofs: ProofCounts,
    /// What is due from today to the end of the calendar, in order.
    pub coming: Vec<ComingDuty<'a>>,
}

/// How many records of a group are open, in force, overdue and waiting for approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GroupCounts {
    pub open: usize,
    pub in_force: usize,
    /// A closed record can be overdue, too: its closure may have to be reviewed.
    pub overdue: usize,
    pub awaiting: usize,
}

/// The records of an owner; name and email are empty for records that can't be read.
#[derive(Clone, Debug, Serialize)]
pub struct OwnerCounts<'a> {
    #[serde(serialize_with = "write_known")]
    pub name: &'a str,
    #[serde(serialize_with = "write_known")]
    pub email: &'a str,
    #[serde(flatten)]
    pub counts: GroupCounts,
}

/// The records of a tier; its name is empty for records that have none.
#[derive(Clone, Debug, Serialize)]
pub struct TierCounts<'a> {
    #[serde(serialize_with = "write_known")]
    pub tier: &'a str,
    #[serde(flatten)]
    pub counts: GroupCounts,
}

/// Writes a text that is null if it is empty.
fn write_known<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    if text.is_empty() { to.serialize_none() } else { to.serialize_str(text) }
}

/// How many approvals of what is in force are known how firmly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProofCounts {
    pub attested: usize,
    pub forge_signed: usize,
    pub claimed: usize,
}

/// Something that has to be done by a day that is not over.
#[derive(Clone, Debug)]
pub struct ComingDuty<'a> {
    /// The last day on which it is in time.
    pub day: Day,
    pub kind: DutyKind,
    pub record_state: &'a RecordState,
}

impl<'a> LedgerSummary<'a> {
    /// Counts the records of a ledger; `queue` are those that need attention, and `redesigns` those that do.
    pub fn of(
        records: &'a [RecordState],
        (queue, redesigns): (&[QueueItem<'_>], &'a [FollowUp]),
        horizon: &Horizon,
        instant: Instant,
    ) -> LedgerSummary<'a> {
        let late: BTreeSet<(&str, &str)> = queue
            .iter()
            .filter(|item| item.is_overdue())
            .map(|item| place(item.record_state))
            .collect();
        let mut owners: BTreeMap<&str, OwnerCounts<'_>> = BTreeMap::new();
        let mut tiers: BTreeMap<&str, TierCounts<'_>> = BTreeMap::new();
        let mut total = GroupCounts::default();
        for record_state in records {
            let one = GroupCounts {
                open: usize::from(!select::is_ended(record_state.status)),
                in_force: usize::from(record_state.in_force == InForce::Yes),
                overdue: usize::from(late.contains(&place(record_state))),
                awaiting: usize::from(due::waiting(record_state, horizon, instant).is_some()),
            };
            total.add(one);
            let owner = record_state.known_content().map(|record| &record.owner);
            let (name, email) =
                owner.map_or(("", ""), |owner| (owner.name.as_str(), owner.email.as_str()));
            let counts = GroupCounts::default();
            owners.entry(email).or_insert(OwnerCounts { name, email, counts }).counts.add(one);
            let tier = record_state.tier.as_ref().map_or("", |tier| tier.tier.as_str());
            tiers.entry(tier).or_insert(TierCounts { tier, counts }).counts.add(one);
        }
        for due in redesigns.iter().filter_map(FollowUp::redesign) {
            let one = GroupCounts { overdue: 1, ..GroupCounts::default() };
            total.add(one);
            let owner = &due.redesign.owner;
            let (name, email) = (owner.name.as_str(), owner.email.as_str());
            let counts = GroupCounts::default();
            owners.entry(email).or_insert(OwnerCounts { name, email, counts }).counts.add(one);
        }
        let mut owners: Vec<OwnerCounts<'_>> =
            owners.into_values().filter(|owner| owner.counts != GroupCounts::default()).collect();
        owners.order_by_key(|owner| {
            let GroupCounts { open, overdue, .. } = owner.counts;
            (std::cmp::Reverse((overdue, open)), owner.name, owner.email)
        });
        LedgerSummary {
            in_force: total.in_force,
            open: total.open,
            overdue: total.overdue,
            undetermined: records.iter().filter(|it| it.in_force == InForce::Undetermined).count(),
            owners,
            tiers: tiers.into_values().filter(|it| it.counts != GroupCounts::default()).collect(),
            proofs: ProofCounts::of(records),
            coming: coming(records, instant),
        }
    }
}

impl std::iter::Sum for GroupCounts {
    fn sum<I: Iterator<Item = GroupCounts>>(each: I) -> GroupCounts {
        let mut sum = GroupCounts::default();
        each.for_each(|one| sum.add(one));
        sum
    }
}

impl GroupCounts {
    fn add(&mut self, other: GroupCounts) {
        self.open += other.open;
        self.in_force += other.in_force;
        self.overdue += other.overdue;
        self.awaiting += other.awaiting;
    }
}

impl ProofCounts {
    fn of(records: &[RecordState]) -> ProofCounts {
        let in_force = records.iter().filter(|record| record.in_force == InForce::Yes);
        let grants = in_force.filter_map(|state| state.approved.as_ref());
        let mut counts = ProofCounts::default();
        for approver in grants.flat_map(|grant| &grant.approvers) {
            match approver.level {
                Proof::Attested => counts.attested += 1,
                Proof::ForgeSigned => counts.forge_signed += 1,
                Proof::Claimed => counts.claimed += 1,
            }
        }
        counts
    }
}

fn place(record_state: &RecordState) -> (&str, &str) {
    (record_state.key.as_str(), record_state.path.as_str())
}

/// Returns the first day of the calendar: the Monday of the week of a day.
pub fn monday(day: Day) -> Day {
    // 2024-01-01 was a Monday.
    let since = Day::new("2024-01-01").map_or(0, |monday| day.days_since(monday));
    day.plus_days(-since.rem_euclid(7))
}

fn coming<'a>(records: &'a [RecordState], instant: Instant) -> Vec<ComingDuty<'a>> {
    let end = monday(instant.day()).plus_days(7 * WEEKS);
    let of_record = |record_state: &'a RecordState| {
        let duties = record_state.duties.iter();
        let ahead = duties.filter(move |duty| duty.kind != DutyKind::Start && duty.at > instant);
        ahead.map(move |duty| ComingDuty {
            day: duty.at.plus_seconds(-1).day(),
            kind: duty.kind,
            record_state,
        })
    };
    let mut coming: Vec<ComingDuty<'_>> =
        records.iter().flat_map(of_record).filter(|duty| duty.day < end).collect();
    coming.order_by_key(|duty| (duty.day, duty.kind, duty.record_state.id()));
    coming
}

/// Returns the open records that landed and have an end, those whose end is nearest to an instant first.
pub fn nearest_ends(records: &[RecordState], instant: Instant) -> Vec<(&RecordState, Instant)> {
    let open =
        records.iter().filter(|record| !select::is_ended(record.status) && record.landed.is_some());
    let mut ends: Vec<(&RecordState, Instant)> =
        open.filter_map(|record| Some((record, record.not_after?))).collect();
    ends.order_by_key(|(record, end)| (end.seconds_since(instant).saturating_abs(), record.id()));
    ends
}
