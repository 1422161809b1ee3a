//! What is known of a record independently of the instant: the last approved version
//! intersected with everything landed since.
//!
//! Uses record, policy, history, approval. Pure. Start at [`Ground::evaluate`]. Follows `docs/spec/approval.md`,
//! 1.9 and V9, and `docs/spec/status.md`.

use crate::approval::verdict::{Grace, GracePeriod, UsedGrace};
use crate::history::change;
use crate::history::version::{Content, OneId};
use crate::policy::governance::{Governance, State};
use crate::policy::tier::Resolved;
use crate::policy::tier::fact::Facts;
use crate::policy::{Policy, tier};
use crate::record::Record;
use crate::record::decision::Closure;
use crate::record::time::Instant;
use crate::record::vocabulary::Class;
use crate::status::obstacle::StatusObstacle;
use crate::status::past::TrailPast;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(crate) enum Ground {
    /// Undetermined.
    Unknown(StatusObstacle),
    Removed,
    /// The file can't be read.
    Invalid,
    /// Two or more files have the id.
    Conflicted(OneId),
    Judged(Box<EvaluatedRecord>),
}

#[derive(Clone, Debug)]
pub(crate) struct EvaluatedRecord {
    /// The index of the first version of the series.
    pub first: usize,
    /// The index of the last approved version of the series.
    pub approved: Option<usize>,
    /// When an unapproved emergency stops counting as approved, exclusive.
    pub grace: Option<Instant>,
    /// The earlier emergency that leaves no grace to an unapproved one.
    pub used_grace: Option<UsedGrace>,
    /// The record narrowed by everything landed since its approval, or since it was filed if it was never approved.
    pub record: Rc<Record>,
    /// The fields that must be equal in all of these versions but differ.
    pub unequal: Vec<String>,
    /// The first closure that landed since, and the version that added it.
    pub closure: Option<(usize, Closure)>,
    /// Tier and class under the policy in question: the first tier of all versions that count.
    pub tier: Option<Rc<Resolved>>,
}

impl Ground {
    pub(crate) fn granted(&self) -> Option<&Rc<Record>> {
        match self {
            Ground::Judged(judged) => Some(&judged.record),
            _ => None,
        }
    }

    pub(crate) fn doubt(&self) -> Option<StatusObstacle> {
        match self {
            Ground::Unknown(doubt) => Some(doubt.clone()),
            _ => None,
        }
    }

    pub(crate) fn evaluate(past: TrailPast, governance: &Governance) -> Ground {
        let Some(version) = past.version(past.tip) else {
            return Ground::Removed;
        };
        match version.record.content() {
            Content::Gone => Ground::Removed,
            Content::Unreadable(..) | Content::File => Ground::Invalid,
            Content::Conflicted(paths) => Ground::Conflicted(paths.clone()),
            Content::Missing(obstacle) => Ground::Unknown(obstacle.clone().into()),
            Content::Record(landed) => judged(past, governance, landed),
        }
    }
}

fn judged(past: TrailPast, governance: &Governance, landed: &Record) -> Ground {
    let policy = &governance.policy;
    let first = past.first();
    let approved = past.last_approved();
    let from = approved.unwrap_or(first);
    let closure = find_closure(past, first, from);
    // A closure counts without approval, and only a later version could reopen the record, so missing objects don't
    // matter.
    let is_closed = landed.closure.is_some();
    let since = approved.map_or(first, |approved| approved + 1);
    if !is_closed && let Some(doubt) = past.doubt(since..=past.tip) {
        return Ground::Unknown(doubt);
    }
    // The built-in defaults grant nothing.
    if governance.state == State::Absent && !is_closed {
        return Ground::Unknown(StatusObstacle::NoPolicy);
    }
    let mut versions = (from..=past.tip).filter_map(|index| past.shared(index));
    let Some(mut record) = versions.next().map(Rc::clone) else {
        return Ground::Invalid;
    };
    let mut unequal = Vec::new();
    for later in versions {
        let meeting = change::meet(&record, later);
        record = if meeting.record == **later { Rc::clone(later) } else { Rc::new(meeting.record) };
        for field in meeting.unequal {
            if !unequal.contains(&field) {
                unequal.push(field);
            }
        }
    }
    let endings = (from..=past.tip).filter_map(|index| past.ending(index));
    for fired in endings.flat_map(|ending| &ending.fired) {
        if !record.fired.contains(fired) {
            Rc::make_mut(&mut record).fired.push(fired.clone());
        }
    }
    Ground::Judged(Box::new(EvaluatedRecord {
        first,
        approved,
        grace: if approved.is_none() { grace(past, policy, first) } else { None },
        used_grace: if approved.is_none() { used_grace(past, first) } else { None },
        record,
        unequal,
        closure,
        tier: strictest(policy, (from..=past.tip).filter_map(|index| past.record(index)))
            .map(Rc::new),
    }))
}

/// Returns the first closure that landed since a version, and the version that added it, which may be an earlier one.
fn find_closure(past: TrailPast, first: usize, from: usize) -> Option<(usize, Closure)> {
    let closed = |index: usize| past.ending(index).map(|record| record.closure.is_some());
    let found = (from..=past.tip).find(|index| closed(*index) == Some(true))?;
    let open = (first..found).rev().find(|index| closed(*index) == Some(false));
    let brought =
        (open.map_or(first, |open| open + 1)..=found).find(|index| closed(*index) == Some(true))?;
    Some((brought, past.ending(found)?.closure.as_deref().cloned()?))
}

fn grace(past: TrailPast, policy: &Policy, first: usize) -> Option<Instant> {
    let record = past.record(first).filter(|_| first == 0)?;
    let period = match &past.verdict(first)?.grace {
        Grace::None | Grace::Rejected(_) | Grace::Denied(_) | Grace::UsedUp(_) => return None,
        Grace::Within(period) => *period,
    };
    if record.class != Class::Emergency {
        return None;
    }
    Some(until(record, period, policy))
}

fn used_grace(past: TrailPast, first: usize) -> Option<UsedGrace> {
    match &past.verdict(first).filter(|_| first == 0)?.grace {
        Grace::UsedUp(used) => Some((**used).clone()),
        _ => None,
    }
}

/// Returns when an emergency must be approved: after the shorter term of the policy before its landing
/// and the one in question.
pub(crate) fn until(record: &Record, period: GracePeriod, policy: &Policy) -> Instant {
    let of_now = tier::resolve(policy, &Facts::of(record)).and_then(|now| now.review_within);
    let then = period.term.after(period.begin);
    of_now.map_or(then, |term| term.after(period.begin).min(then))
}

/// Returns tier and class of the version whose approving tier comes first in the policy; of several, the one whose tier by cause or
/// baseline does; of several, the latest. Whether it grants while degraded, how often it is reviewed and what it requires, is the
/// strictest of all.
fn strictest<'a>(policy: &Policy, versions: impl Iterator<Item = &'a Record>) -> Option<Resolved> {
    let place = |name: &str| {
        let mut tiers = policy.tiers.iter();
        tiers.position(|tier| tier.name == name).unwrap_or(usize::MAX)
    };
    let mut resolved: Vec<Resolved> =
        versions.filter_map(|record| tier::resolve(policy, &Facts::of(record))).collect();
    resolved.reverse();
    let strictest = resolved.iter();
    let strictest = strictest.min_by_key(|tier| (place(&tier.approving), place(&tier.tier)))?;
    let mut strictest = strictest.clone();
    // A tier that is left by what nobody approved still says when the grant rests.
    for other in resolved {
        strictest.degraded = strictest.degraded.min(other.degraded);
        strictest.require.extend(other.require);
        for term in other.review_every {
            if !strictest.review_every.contains(&term) {
                strictest.review_every.push(term);
            }
        }
    }
    Some(strictest)
}
