//! Finds reviews with the outcome close or reduce that nothing followed.
//!
//! Pure. Start at [`unanswered_reviews`]. Follows `docs/spec/status.md`, reviews that ask for something. Closed records are
//! left out.

use crate::diag::sorting::StableSort as _;
use crate::history::change;
use crate::history::change::event::ChangeEvent;
use crate::policy::tiers::Degraded;
use crate::record::Record;
use crate::record::decision::Review;
use crate::record::vocabulary::ReviewOutcome;
use crate::status::clocks;
use crate::status::effective::EvaluatedRecord;
use crate::status::past::TrailPast;
use crate::status::state::UnansweredReview;

/// Returns the reviews that still wait for a closure, a narrowing, an earlier end or a later review with the
/// outcome `still-needed`, in landing order.
pub(crate) fn unanswered_reviews(
    past: TrailPast,
    judged: &EvaluatedRecord,
) -> Vec<UnansweredReview> {
    let from = judged.approved.unwrap_or(judged.first);
    let mut reviews: Vec<(usize, &Review)> = Vec::new();
    // An entry removed by a later version counts until that version is approved.
    for record in (from..=past.tip).filter_map(|index| past.record(index)) {
        for review in &record.reviews {
            if reviews.iter().any(|(_, known)| *known == review) {
                continue;
            }
            let holds = |record: &Record| record.reviews.contains(review);
            if let Some((brought, _)) = clocks::brought(past, judged, holds) {
                reviews.push((brought, review));
            }
        }
    }
    // Of the entries in one landing, the last in the list is the latest.
    reviews.order_by_key(|(brought, _)| *brought);
    let is_strict = judged.tier.as_ref().is_some_and(|tier| tier.degraded == Degraded::Deny);
    let counts = |brought: usize| !is_strict || clocks::is_witnessed(past, brought);
    let settled = reviews.iter().rposition(|(brought, review)| {
        review.outcome == ReviewOutcome::StillNeeded && counts(*brought)
    });
    let open = reviews.into_iter().skip(settled.map_or(0, |last| last + 1));
    open.filter(|(brought, review)| {
        review.outcome != ReviewOutcome::StillNeeded && !is_narrowed(past, judged, *brought)
    })
    .filter_map(|(brought, review)| {
        Some(UnansweredReview { outcome: review.outcome, at: past.landed(brought)? })
    })
    .collect()
}

/// Tells whether the record now grants less, or ends earlier, than before the landing that added a review.
fn is_narrowed(past: TrailPast, judged: &EvaluatedRecord, brought: usize) -> bool {
    let before = (judged.first..brought).rev().find_map(|index| past.record(index));
    let Some(before) = before.or(past.record(brought)) else {
        return false;
    };
    let events = change::events(Some(before), &judged.record);
    let narrows =
        |event: &ChangeEvent| matches!(event, ChangeEvent::Shortened | ChangeEvent::ScopeNarrowed);
    let widens = |event: &ChangeEvent| {
        matches!(event, ChangeEvent::Extended | ChangeEvent::Renewed | ChangeEvent::ScopeWidened)
    };
    events.iter().any(narrows) && !events.iter().any(widens)
}
