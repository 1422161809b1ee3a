//! The program without a command: in a ledger, its state in a few lines; elsewhere, the help.
//!
//! Start at [`answer`]. Follows `docs/spec/cli.md`, overview.

use crate::commands::context::{Ctx, unknown};
use crate::commands::exit::Outcome;
use exledger::features::overview;
use exledger::session::error::{Error, Undetermined};
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::due::Horizon;
use exledger::survey::overview::{Attention, Overview};
use exledger::survey::queue;
use exledger::view::doc::Doc;

/// Answers about the surrounding ledger; `None` without one, so that the help is shown.
pub(crate) fn answer(ctx: &Ctx) -> anyhow::Result<Option<Outcome>> {
    let home = match ctx.home() {
        Err(error) if is_elsewhere(&error) => return Ok(None),
        home => home?,
    };
    let approved = ctx.approved_of(&home, Scope::Worklist)?;
    ctx.show(doc(&approved))?;
    if !approved.records().iter().any(|state| unknown::is_unknown(&state)) {
        unknown::of_history(ctx, &approved, Outcome::Fine);
    }
    // No gate reads this answer: it counts the records that could not be determined, and the first of them comes next.
    Ok(Some(Outcome::Fine))
}

pub(crate) fn doc(approved: &Snapshot<'_>) -> Doc<'static> {
    let horizon = Horizon::from_policy(&approved.governance().policy);
    let records = approved.records();
    let asker = approved.asker();
    let around = approved.around_for(&asker);
    let items = queue::collect(records.iter(), &RecordState::id, &horizon, around);
    let follow_ups = approved.follow_ups();
    let attention = Attention { queue: &items, follow_ups: &follow_ups };
    let overview = Overview::of(records, attention, &horizon, approved.stamp().instant);
    overview::doc(&overview, approved.stamp())
}

fn is_elsewhere(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<Error>(),
        Some(Error::Undetermined(Undetermined::NoLedger { .. }))
    )
}
