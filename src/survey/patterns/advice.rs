//! The advice for a pattern: where to correct the cause once, so that nobody needs an exception.
//!
//! Pure. Start at `what_to_change`. Follows M20, M51 and M53 of the mission.

use std::collections::BTreeMap;

use crate::diag;
use crate::policy::settings::PatternKey;
use crate::record::vocabulary::{FixTarget, RootCause};
use crate::survey::cause::CauseGroup;
use crate::survey::neighbour::Neighbour;

pub(super) const UNTIL_THEN: &str =
    "; until then a new record links a redesign that is in time in `references.redesign`";

/// Returns what to change: what most of the records propose themselves, else the usual remedy for their cause.
pub(super) fn what_to_change(
    keys: &[PatternKey],
    group: &CauseGroup,
    occurrences: usize,
    records: &[&Neighbour],
    n_systems: usize,
) -> String {
    let value = group.values.first().and_then(Option::as_deref);
    match (keys, value) {
        ([PatternKey::Control, ..], Some(control)) if n_systems > 1 => format!(
            "change the policy or the automation: {control} is waived in {}, so it does not work as it is",
            diag::count(n_systems, "system")
        ),
        ([PatternKey::Application], Some(application)) => format!(
            "change the policy or the automation for {application}: {} make overrides routine",
            diag::count(occurrences, "occurrence")
        ),
        _ => by_cause(records),
    }
}

fn by_cause(records: &[&Neighbour]) -> String {
    let target = most(records.iter().filter_map(|record| Some(record.record.fix.as_ref()?.target)));
    let cause = most(records.iter().map(|record| record.record.root_cause));
    let by_cause = cause.and_then(target_of);
    let Some(target) = target.or(by_cause) else {
        return "classify the cause first: an unclassified cause can't be fixed once for all"
            .to_owned();
    };
    action(target).to_owned()
}

/// Returns the usual remedy for a cause; `None` for `unclassified`.
pub fn remedy(cause: RootCause) -> Option<&'static str> {
    target_of(cause).map(action)
}

fn action(target: FixTarget) -> &'static str {
    match target {
        FixTarget::Policy => {
            "change the policy: the rule requires something these records can't do, or contradicts another rule"
        }
        FixTarget::Entitlement => {
            "change the entitlement: the role repeatedly lacks what the task needs"
        }
        FixTarget::Automation => "change the automation: the same dependency or step keeps failing",
        FixTarget::Data => "fix the data at its source: the rule is applied to wrong data",
        FixTarget::Process => {
            "change the process: the decider, the owner or the handover is repeatedly missing"
        }
    }
}

fn target_of(cause: RootCause) -> Option<FixTarget> {
    match cause {
        RootCause::BadSourceData => Some(FixTarget::Data),
        RootCause::MissingApprovalContext
        | RootCause::HandoffFailure
        | RootCause::UnclearOwnership => Some(FixTarget::Process),
        RootCause::Timeout | RootCause::BrittleDependency => Some(FixTarget::Automation),
        RootCause::PolicyConflict | RootCause::FalsePositive => Some(FixTarget::Policy),
        RootCause::ToolAccess => Some(FixTarget::Entitlement),
        RootCause::Unclassified => None,
    }
}

/// Returns the most frequent value; of equally frequent ones, the one declared first.
fn most<T: Copy + Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts = counts.into_iter();
    let first = counts.next()?;
    let most = counts.fold(first, |most, it| if it.1 > most.1 { it } else { most });
    Some(most.0)
}
