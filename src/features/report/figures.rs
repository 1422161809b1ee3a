//! The figures of a report, as part of its answer.
//!
//! Uses record, survey. Pure. Start at `PeriodView`. Follows `docs/spec/cli.md`, report.

use serde::Serialize;

use crate::record::time::Day;
use crate::survey::figures::Period;
use crate::survey::summary::{GroupCounts, OwnerCounts, ProofCounts, TierCounts};

#[derive(Serialize)]
pub(super) struct PeriodView {
    from: Day,
    to: Day,
    opened: usize,
    closed: usize,
    repeated: usize,
    mean_days_in_force: Option<f64>,
    overrides: Option<f64>,
}

/// The counts of an owner; name and email are null for records that can't be read.
#[derive(Serialize)]
pub(super) struct OwnerCountsView<'a> {
    name: Option<&'a str>,
    email: Option<&'a str>,
    #[serde(flatten)]
    counts: CountsView,
}

/// The counts of a tier; null for records that have none.
#[derive(Serialize)]
pub(super) struct GroupView<'a> {
    tier: Option<&'a str>,
    #[serde(flatten)]
    counts: CountsView,
}

#[derive(Serialize)]
struct CountsView {
    open: usize,
    in_force: usize,
    overdue: usize,
    awaiting: usize,
}

#[derive(Serialize)]
pub(super) struct ApprovalLevelsView {
    attested: usize,
    forge_signed: usize,
    claimed: usize,
}

impl<'a> OwnerCountsView<'a> {
    pub(super) fn of(owner: &OwnerCounts<'a>) -> OwnerCountsView<'a> {
        OwnerCountsView {
            name: known(owner.name),
            email: known(owner.email),
            counts: CountsView::of(owner.counts),
        }
    }
}

impl<'a> GroupView<'a> {
    pub(super) fn of(tier: &TierCounts<'a>) -> GroupView<'a> {
        GroupView { tier: known(tier.tier), counts: CountsView::of(tier.counts) }
    }
}

fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

impl CountsView {
    fn of(counts: GroupCounts) -> CountsView {
        let GroupCounts { open, in_force, overdue, awaiting } = counts;
        CountsView { open, in_force, overdue, awaiting }
    }
}

impl ApprovalLevelsView {
    pub(super) fn of(proofs: ProofCounts) -> ApprovalLevelsView {
        let ProofCounts { attested, forge_signed, claimed } = proofs;
        ApprovalLevelsView { attested, forge_signed, claimed }
    }
}

impl PeriodView {
    pub(super) fn of(period: &Period) -> PeriodView {
        PeriodView {
            from: period.span.from,
            to: period.span.to,
            opened: period.opened,
            closed: period.closed,
            repeated: period.repeated,
            mean_days_in_force: period.mean_days_in_force,
            overrides: period.overrides,
        }
    }
}
