//! The dates of a record: its window, reviews, controls and triggers.
//!
//! Pure. Start at [`Clocks::read`]. Follows `docs/spec/status.md`, dates that count for `degraded`, and
//! `docs/spec/policy.md`, terms and clocks.

use crate::policy::governance::Governance;
use crate::policy::people::{self, RosterState};
use crate::policy::term;
use crate::policy::tier::Resolved;
use crate::policy::tiers::{Degraded, Require};
use crate::record::address::Address;
use crate::record::time::{self, Day, Instant, Term, When};
use crate::record::vocabulary::{ControlStatus, Then};
use crate::record::{CompensatingControl, Record};
use crate::status::effective::EvaluatedRecord;
use crate::status::past::TrailPast;

#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    /// Its start, if it states one.
    pub starts: Option<Instant>,
    pub not_after: Instant,
    /// When its terms begin: its start, else its first landing.
    pub begin: When,
    /// The intervals at which it must be reviewed.
    pub intervals: Vec<Term>,
    /// The days of the reviews that count.
    pub reviewed: Vec<ReviewDay>,
    /// The reviewers whose reviews do not count, because only their own author vouches for them.
    pub discounted: Vec<Address>,
    pub controls: Vec<ControlClock>,
    pub fired: Vec<FiredClock>,
    /// Controls that the approved version relies on and the landed one no longer has active.
    pub dropped: Vec<DroppedControl>,
    /// Whether the tier requires a control and none is left.
    pub bare: bool,
    /// Unavailable owners: an address and their state in the roster.
    pub ownerless: Vec<(Address, RosterState)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ReviewDay {
    /// The day of the review, or that of its landing if that is earlier.
    pub day: Day,
    /// The index of the version that added it.
    pub brought: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct ControlClock {
    pub id: String,
    /// The first instant at which it is stale; `None` if never.
    pub stale_from: Option<Instant>,
    /// Whether the last verification does not count, because only its author vouches for it.
    pub discounted: bool,
}

/// A control that the approved version relies on and the landed one no longer has active.
#[derive(Clone, Debug)]
pub(crate) struct DroppedControl {
    pub id: String,
    /// Its landed status; `None` if it was removed.
    pub landed: Option<ControlStatus>,
}

#[derive(Clone, Debug)]
pub(crate) struct FiredClock {
    pub trigger: String,
    pub then: Then,
    /// The day on which it fired, or that of its landing if that is earlier.
    pub day: Day,
    pub landed: Instant,
    /// The index of the version that added it.
    pub brought: usize,
}

/// Returns when the terms of a record begin. A later start that nobody approved puts off the grant, and no review.
fn begin(record: &Record, approved: Option<&Record>, landed: Instant) -> When {
    let of = |record: &Record| term::begin(record, Some(landed));
    let begins = [Some(record), approved].into_iter().flatten().filter_map(of);
    begins.min_by_key(When::start).unwrap_or_else(|| When::instant(landed))
}

impl Clocks {
    pub(crate) fn read(
        past: TrailPast,
        judged: &EvaluatedRecord,
        governance: &Governance,
    ) -> Clocks {
        let record = &judged.record;
        let first_landed = past.landed(judged.first).unwrap_or(Instant::MIN);
        let tier = judged.tier.as_ref();
        let approved = judged.approved.and_then(|index| past.record(index));
        let mut clocks = Clocks {
            starts: record.starts.as_ref().map(When::start),
            not_after: time::not_after(&record.expires),
            begin: begin(record, approved, first_landed),
            intervals: intervals(past, judged),
            reviewed: Vec::new(),
            discounted: Vec::new(),
            controls: Vec::new(),
            fired: fired(past, judged),
            dropped: dropped(past, judged),
            bare: bare(past.record(past.tip).unwrap_or(record), tier.map(AsRef::as_ref)),
            ownerless: ownerless(past, judged, governance),
        };
        let strict = tier.is_some_and(|tier| tier.degraded == Degraded::Deny);
        clocks.review(past, judged, strict);
        clocks.controls = controls(past, judged, &clocks.begin, strict);
        clocks
    }

    fn review(&mut self, past: TrailPast, judged: &EvaluatedRecord, strict: bool) {
        for review in &judged.record.reviews {
            let Some((brought, landed)) =
                brought(past, judged, |record| record.reviews.contains(review))
            else {
                continue;
            };
            if strict && !is_witnessed(past, brought) {
                self.discounted.push(review.by.clone());
                continue;
            }
            let day = term::counted(review.date, Some(landed));
            self.reviewed.push(ReviewDay { day, brought });
        }
    }

    /// Returns the first instant at which a review is overdue, considering the reviews up to an instant.
    pub(crate) fn review_overdue(&self, at: Instant) -> Option<Instant> {
        let days = self.reviewed.iter().map(|review| review.day);
        let last = days.filter(|day| *day <= at.day()).max().map(When::Day);
        let from = last.as_ref().unwrap_or(&self.begin);
        term::review_due(from, &self.intervals).map(term::overdue_from)
    }

    pub(crate) fn revoked(&self) -> Option<&FiredClock> {
        self.fired.iter().find(|fired| fired.then != Then::Review)
    }

    pub(crate) fn revoked_at(&self) -> Option<Instant> {
        let ending = self.fired.iter().filter(|fired| fired.then != Then::Review);
        ending.map(|fired| fired.landed).min()
    }

    pub(crate) fn waits(&self, fired: &FiredClock, at: Instant) -> bool {
        let is_reviewed = self.reviewed.iter().any(|review| {
            review.brought >= fired.brought && review.day >= fired.day && review.day <= at.day()
        });
        fired.then == Then::Review && !is_reviewed
    }
}

/// Returns the version since which the record contains something without interruption, and when that version landed.
/// For content that only the approved version has, the search goes up to the last version that has it.
pub(crate) fn brought(
    past: TrailPast,
    judged: &EvaluatedRecord,
    holds: impl Fn(&Record) -> bool,
) -> Option<(usize, Instant)> {
    brought_by(past, judged, |index| past.record(index).map(&holds))
}

fn brought_by(
    past: TrailPast,
    judged: &EvaluatedRecord,
    has: impl Fn(usize) -> Option<bool>,
) -> Option<(usize, Instant)> {
    let has = |index: &usize| has(*index);
    let last = (judged.first..=past.tip).rev().find(|index| has(index) == Some(true))?;
    let gap = (judged.first..=last).rev().find(|index| has(index) == Some(false));
    let since = gap.map_or(judged.first, |gap| gap + 1);
    let first = (since..=last).find(|index| has(index) == Some(true))?;
    Some((first, past.landed(first)?))
}

fn intervals(past: TrailPast, judged: &EvaluatedRecord) -> Vec<Term> {
    // Which of two is the shorter one depends on the month, so those of all versions since the approved one count.
    let mut intervals = match judged.tier.as_ref() {
        Some(tier) => term::review_intervals(&judged.record, tier),
        None => judged.record.review_every.into_iter().collect(),
    };
    let since = judged.approved.unwrap_or(judged.first)..=past.tip;
    for term in since.filter_map(|index| past.record(index)?.review_every) {
        if !term.is_zero() && !intervals.contains(&term) {
            intervals.push(term);
        }
    }
    intervals
}

/// Tells whether someone other than the approved version's authors made a version or gave counted evidence for it.
pub(crate) fn is_witnessed(past: TrailPast, index: usize) -> bool {
    let since = past.verdict(index).and_then(|verdict| verdict.witnessed_at);
    since.is_some_and(|since| past.known.is_none_or(|known| since <= known))
}

fn fired(past: TrailPast, judged: &EvaluatedRecord) -> Vec<FiredClock> {
    let record = &judged.record;
    let clock = |firing: &crate::record::decision::Firing| {
        // Of a trigger that was changed since its approval, what ends the record decides.
        let mut named = record.triggers.iter().filter(|trigger| trigger.id == firing.trigger);
        let ends = named.clone().find(|trigger| trigger.then != Then::Review);
        let trigger = ends.or_else(|| named.next())?;
        // It counts in a misnamed or doubled file, too.
        let has = |index| past.ending(index).map(|record| record.fired.contains(firing));
        let (brought, landed) = brought_by(past, judged, has)?;
        Some(FiredClock {
            trigger: trigger.id.clone(),
            then: trigger.then,
            day: term::counted(firing.date, Some(landed)),
            landed,
            brought,
        })
    };
    record.fired.iter().filter_map(clock).collect()
}

/// Returns the controls that are active in the approved version and not in the landed one, and the planned ones that
/// have since been withdrawn or removed.
fn dropped(past: TrailPast, judged: &EvaluatedRecord) -> Vec<DroppedControl> {
    let approved = past.record(judged.approved.unwrap_or(judged.first));
    let landed = past
        .record(past.tip)
        .map(|record| record.compensating_controls.as_slice())
        .unwrap_or_default();
    let mut dropped: Vec<DroppedControl> = Vec::new();
    for control in approved.iter().flat_map(|record| &record.compensating_controls) {
        let now = landed.iter().find(|other| other.id == control.id).map(|other| other.status);
        let is_dropped = match control.status {
            ControlStatus::Active => now != Some(ControlStatus::Active),
            ControlStatus::Planned => matches!(now, None | Some(ControlStatus::Withdrawn)),
            ControlStatus::Withdrawn => false,
        };
        if is_dropped && !dropped.iter().any(|known| known.id == control.id) {
            dropped.push(DroppedControl { id: control.id.clone(), landed: now });
        }
    }
    dropped
}

fn bare(record: &Record, tier: Option<&Resolved>) -> bool {
    let wanted = tier.is_some_and(|tier| tier.require.contains(&Require::CompensatingControls));
    let there = record
        .compensating_controls
        .iter()
        .any(|control| control.status != ControlStatus::Withdrawn);
    wanted && !there
}

fn ownerless(
    past: TrailPast,
    judged: &EvaluatedRecord,
    governance: &Governance,
) -> Vec<(Address, RosterState)> {
    let records = [Some(past.tip), judged.approved].into_iter().flatten();
    let mut found: Vec<(Address, RosterState)> = Vec::new();
    for record in records.filter_map(|index| past.record(index)) {
        let owner = &record.owner.email;
        let state = people::roster_state(governance, owner);
        let gone = matches!(state, RosterState::NotListed | RosterState::Inactive);
        if gone && !found.iter().any(|(known, _)| known == owner) {
            found.push((owner.clone(), state));
        }
    }
    found
}

/// Returns the dates of the controls, one per id: entries that differ only in their verification are the same control.
fn controls(
    past: TrailPast,
    judged: &EvaluatedRecord,
    begin: &When,
    strict: bool,
) -> Vec<ControlClock> {
    let mut clocks: Vec<ControlClock> = Vec::new();
    let entries = &judged.record.compensating_controls;
    for control in entries {
        if has_later_twin(control, entries) {
            continue;
        }
        let clock = clock(past, judged, control, begin, strict);
        match clocks.iter_mut().find(|known| known.id == clock.id) {
            // Of two versions of a control, the one that becomes stale first decides.
            Some(known) => {
                let earlier = known.stale_from.into_iter().chain(clock.stale_from).min();
                known.stale_from = earlier;
                known.discounted |= clock.discounted;
            }
            None => clocks.push(clock),
        }
    }
    clocks
}

fn has_later_twin(control: &CompensatingControl, entries: &[CompensatingControl]) -> bool {
    entries.iter().any(|other| {
        let mut twin = other.clone();
        twin.verified = control.verified;
        twin == *control && other.verified > control.verified
    })
}

fn clock(
    past: TrailPast,
    judged: &EvaluatedRecord,
    control: &CompensatingControl,
    begin: &When,
    strict: bool,
) -> ControlClock {
    let mut clock = ControlClock { id: control.id.clone(), stale_from: None, discounted: false };
    let Some(every) = control.verify_every.filter(|_| control.status == ControlStatus::Active)
    else {
        return clock;
    };
    let mut last = None;
    for day in verified_until(past, judged, control) {
        let says = |record: &Record| {
            record
                .compensating_controls
                .iter()
                .any(|other| other.id == control.id && other.verified == Some(day))
        };
        let Some((brought, landed)) = brought(past, judged, says) else {
            continue;
        };
        clock.discounted = strict && !is_witnessed(past, brought);
        if !clock.discounted {
            last = last.max(Some(term::counted(day, Some(landed))));
        }
    }
    clock.stale_from = term::fresh_through(last, Some(begin), Some(every)).map(term::overdue_from);
    clock
}

/// Returns the verifications of a control up to the one that currently counts, earliest first.
fn verified_until(
    past: TrailPast,
    judged: &EvaluatedRecord,
    control: &CompensatingControl,
) -> Vec<Day> {
    let Some(latest) = control.verified else {
        return Vec::new();
    };
    let mut days: Vec<Day> = (judged.first..=past.tip)
        .filter_map(|index| past.record(index))
        .flat_map(|record| &record.compensating_controls)
        .filter(|other| other.id == control.id)
        .filter_map(|other| other.verified)
        .filter(|day| *day <= latest)
        .collect();
    days.sort();
    days.dedup();
    days
}
