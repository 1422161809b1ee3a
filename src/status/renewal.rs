//! How often a record was renewed, and how long it runs in total.
//!
//! Pure. Start at [`count_renewals`]. Follows M31 of the mission and `docs/spec/policy.md`, terms and clocks.
//! `survey::renewed`, which sees all records, adds earlier records for the same exception.

use crate::approval::next::text::Advised;
use crate::history::change::entries::ExpiryExtension;
use crate::policy::redesign::read_id;
use crate::policy::term;
use crate::record::time::{Day, Instant, When};
use crate::record::{Record, dates, reference};
use crate::status::clocks::Clocks;
use crate::status::effective::EvaluatedRecord;
use crate::status::past::TrailPast;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::Renewals;
use crate::status::timeline::days_up;

pub(crate) fn count_renewals(
    past: TrailPast,
    judged: &EvaluatedRecord,
    clocks: &Clocks,
) -> Renewals {
    let tier = judged.tier.as_ref();
    let limits = tier.map(|tier| tier.max_total.as_slice()).unwrap_or_default();
    let begin = begin(past, judged, clocks);
    let days_of = |end: Instant| days_up(end.seconds_since(begin));
    Renewals {
        count: count(past, judged),
        limit: tier.map(|tier| tier.max_renewals),
        total_days: Some(days_of(match &judged.record.expires {
            When::Day(day) => day.start(),
            When::Instant(instant, _) => *instant,
        })),
        limit_days: limits.iter().map(|limit| days_of(limit.term.after(begin))).min(),
        refiled: Vec::new(),
    }
}

fn begin(past: TrailPast, judged: &EvaluatedRecord, clocks: &Clocks) -> Instant {
    let earlier = earliest_begin(approved(past, judged), past.landed(judged.first));
    let begins = earlier.iter().chain([&clocks.begin]);
    let begin = begins.min_by_key(|begin| begin.start()).unwrap_or(&clocks.begin);
    match judged.record.expires {
        When::Day(_) => begin.day().start(),
        When::Instant(..) => begin.start(),
    }
}

fn approved<'a>(past: TrailPast<'a>, judged: &EvaluatedRecord) -> impl Iterator<Item = &'a Record> {
    let versions = (judged.first..=past.tip).filter(move |index| past.is_approved(*index));
    versions.filter_map(move |index| past.record(index))
}

fn count(past: TrailPast, judged: &EvaluatedRecord) -> u32 {
    let approved = || approved(past, judged);
    let entries = approved().last().map_or(0, |record| record.renewals.len());
    counted(approved()).max(u32::try_from(entries).unwrap_or(u32::MAX))
}

/// Returns how often an approved version ended later than the previous approved one. A later end without an entry
/// counts once, and several entries added together each count.
pub(crate) fn counted<'a>(mut approved: impl Iterator<Item = &'a Record>) -> u32 {
    let Some(mut before) = approved.next() else {
        return 0;
    };
    let mut count = before.renewals.len();
    for after in approved {
        if ExpiryExtension::between(before, after).is_later() {
            let entries = after.renewals.len().saturating_sub(before.renewals.len());
            count += entries.max(1);
        }
        before = after;
    }
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Returns the earliest begin of some versions of a series, which first landed at this instant.
pub(crate) fn earliest_begin<'a>(
    versions: impl Iterator<Item = &'a Record>,
    landed: Option<Instant>,
) -> Option<When> {
    versions.filter_map(|record| term::begin(record, landed)).min_by_key(When::start)
}

/// Tells whether a record links a redesign that lifts limits: a well-formed reference, and a due date of the
/// fix that is not past.
pub(crate) fn is_redesigned(record: &Record, instant: Option<Instant>) -> bool {
    let redesign = record.references.as_ref().and_then(|references| references.redesign.as_deref());
    let due = record.fix.as_ref().and_then(|fix| fix.due);
    let is_past = |due: Day| instant.is_some_and(|instant| instant >= due.end());
    let is_link = |text: &str| reference::is_ticket(text) || read_id(text).is_ok();
    redesign.is_some_and(is_link) && due.is_some_and(|due| !is_past(due))
}

pub(crate) fn is_left(renewals: &Renewals, record: Option<&Record>, instant: Instant) -> bool {
    let has_times = renewals.limit.is_none_or(|limit| renewals.count < limit);
    let days = renewals.total_days.zip(renewals.limit_days);
    let has_days = days.is_none_or(|(total, limit)| total < limit);
    has_times && has_days || record.is_some_and(|record| is_redesigned(record, Some(instant)))
}

pub(crate) fn ended(not_after: Instant, is_left: bool) -> Reason {
    let advice = match is_left {
        true => ": close it, or renew it with a reason",
        false => ": close it; no renewals are left without a linked redesign",
    };
    ReasonKind::Ended.says(Advised::new(format!("ended {}", dates::ended(not_after)), advice))
}
