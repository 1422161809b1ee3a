//! The state of a grant from those of its resources and actions: the worst counts, so that nothing hides behind the rest.
//!
//! Pure. Start at `combine`. Follows `docs/spec/cli.md`, access.

use crate::features::access::grant::AccessState;
use crate::features::triage::baseline::Matter;
use crate::gate::answer::Question;
use crate::record::time::Instant;

#[derive(Clone, Debug)]
pub(crate) struct ItemDecision {
    pub(super) state: AccessState,
    pub(super) place: Option<usize>,
    pub(super) record: Option<String>,
    pub(super) end: Option<Instant>,
    pub(super) message: String,
    /// Whether the record does not cover it at all; otherwise it covers it, but not for as long.
    pub(super) is_beyond: bool,
    pub(super) is_doubtful: bool,
}

impl ItemDecision {
    pub(super) fn uncovered(message: String) -> ItemDecision {
        ItemDecision {
            state: AccessState::Uncovered,
            place: None,
            record: None,
            end: None,
            message,
            is_beyond: true,
            is_doubtful: false,
        }
    }

    /// Returns the place of the state among those that several records give: a lower one is preferred. A record in
    /// force that covers it settles the matter; otherwise one that can't be judged prevents any other answer.
    pub(super) fn rank(&self) -> (AccessState, bool, bool) {
        match self.state {
            AccessState::Covered => (AccessState::Covered, false, false),
            _ if self.is_doubtful => (AccessState::Covered, true, false),
            state => (state, false, self.is_beyond),
        }
    }

    fn severity(&self) -> (bool, AccessState, bool) {
        (self.is_doubtful, self.state, self.is_beyond)
    }
}

/// The state of a grant.
#[derive(Clone, Debug)]
pub struct AccessDecision {
    pub state: AccessState,
    /// The index of the deciding record.
    pub place: Option<usize>,
    /// The id of that record.
    pub record: Option<String>,
    /// The end of that record.
    pub end: Option<Instant>,
    /// Whole days since the end of an ended record.
    pub overdue_days: Option<i64>,
    pub message: String,
    /// Whether it can't be judged.
    pub is_doubtful: bool,
    /// The indexes of the policy's baselines that apply.
    pub baselines: Vec<usize>,
    is_unknown: bool,
}

impl AccessDecision {
    pub(super) fn uncovered(message: String) -> AccessDecision {
        let item = ItemDecision::uncovered(message);
        AccessDecision::of_item(item, Instant::MIN)
    }

    fn of_item(item: ItemDecision, instant: Instant) -> AccessDecision {
        let is_ended = item.state == AccessState::Ended;
        AccessDecision {
            state: item.state,
            place: item.place,
            record: item.record,
            end: item.end,
            overdue_days: item.end.filter(|_| is_ended).map(|end| instant.days_since(end).max(0)),
            message: item.message,
            is_doubtful: item.is_doubtful,
            baselines: Vec::new(),
            is_unknown: item.state == AccessState::Uncovered && !item.is_doubtful,
        }
    }
}

/// Combines the states of the parts of a grant. The worst decides; of several covered ones, the one that ends first.
pub(super) fn combine(
    items: impl Iterator<Item = (Question, ItemDecision)>,
    instant: Instant,
) -> AccessDecision {
    let mut worst: Option<(Question, ItemDecision)> = None;
    let (mut n_items, mut n_covered, mut is_unknown) = (0_usize, 0_usize, true);
    for (question, item) in items {
        n_items += 1;
        match item.state {
            AccessState::Covered => n_covered += 1,
            AccessState::Uncovered if !item.is_doubtful => {}
            _ => is_unknown = false,
        }
        let is_worse = worst.as_ref().is_none_or(|(_, worst)| {
            item.severity() > worst.severity()
                || item.severity() == worst.severity() && item.end < worst.end
        });
        if is_worse {
            worst = Some((question, item));
        }
    }
    let Some((question, item)) = worst else {
        return AccessDecision::uncovered("it grants nothing".to_owned());
    };
    let mut decision = AccessDecision::of_item(item, instant);
    decision.is_unknown &= is_unknown;
    if n_items > 1 && decision.state != AccessState::Covered {
        let part: Vec<&str> = [&question.action, &question.resource]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let part = part.join(" ");
        let covered = match n_covered {
            0 => String::new(),
            n => format!(" (covered: {n} of its {n_items} parts)"),
        };
        decision.message = format!("{part}: {}{covered}", decision.message);
    }
    decision
}

/// Applies the baselines for live access: they can make routine what the ledger knows nothing about, and nothing else.
pub(super) fn apply_baseline(decision: &mut AccessDecision, matter: &Matter) {
    match matter {
        Matter::Routine(why) if decision.is_unknown => {
            decision.state = AccessState::Routine;
            decision.message.clone_from(why);
        }
        Matter::Material(Some(why)) if decision.state.is_problem() => {
            decision.message = format!("{why}; {}", decision.message);
        }
        _ => {}
    }
}
