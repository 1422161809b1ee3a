//! A repeated group with whom it concerns, its redesign, and what to change.
//!
//! Pure. Start at [`AdvisedGroup::new`]. Follows `docs/spec/policy.md`, repetition in events.

use crate::policy::governance::Governance;
use crate::policy::settings::PatternKey;
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::survey::patterns::advice;
use crate::survey::redesign::RedesignState;
use crate::survey::repetition::RepeatedGroup;
use crate::survey::route::{Route, RouteSubject, Router};

/// A repeated group, and what follows from it.
#[derive(Clone, Debug)]
pub struct AdvisedGroup {
    pub repeated: RepeatedGroup,
    pub route: Route,
    /// The redesign of its pattern: one in time, else the first by id.
    pub redesign: Option<RedesignState>,
    pub advice: &'static str,
}

impl AdvisedGroup {
    pub fn new(
        repeated: RepeatedGroup,
        router: Router<'_>,
        redesigns: &[RedesignState],
        governance: &Governance,
    ) -> AdvisedGroup {
        let route = router.route(&RouteSubject {
            identity: repeated.value(PatternKey::Identity),
            asset: repeated.value(PatternKey::Asset),
            application: repeated.value(PatternKey::Application),
            ..RouteSubject::default()
        });
        let group = repeated.group.folded();
        let about = || redesigns.iter().filter(|redesign| redesign.covers(&group, governance));
        let redesign = about().find(|redesign| redesign.lifts).or_else(|| about().next()).cloned();
        let cause = repeated.value(PatternKey::RootCause).and_then(RootCause::from_word);
        let advice = cause.and_then(advice::remedy).unwrap_or(CLASSIFY);
        AdvisedGroup { repeated, route, redesign, advice }
    }
}

const CLASSIFY: &str = "classify the cause first, as `data.cause` of the events: an unclassified cause can't be fixed once for all";

impl RepeatedGroup {
    /// Returns the value of a key, as it is spelled.
    pub fn value(&self, key: PatternKey) -> Option<&str> {
        let place = self.keys.iter().position(|other| *other == key)?;
        self.group.values.get(place)?.as_deref()
    }
}
