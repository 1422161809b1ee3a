//! `queue`: what needs attention, most urgent first, with the next step; healthy records are counted.

use clap::Parser;
use exledger::features::queue::show;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::Filters;
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::due::Horizon;
use exledger::survey::queue::{self, QueueItem};
use exledger::survey::select::{self, Filter};
use std::collections::BTreeSet;

/// Show what needs attention, most urgent first
///
/// Shows for each record the next step, the command for it, how long the record has been waiting, and for whom. Healthy
/// records are counted but not listed. Repeated causes that are frozen without a redesign in time are listed, too. With
/// --strict, exits 1 if something is overdue, or such a cause is listed.
#[derive(Debug, Parser)]
#[command(name = "queue")]
#[command(
    after_help = "EXAMPLE\n  exledger queue\n  exledger queue --team billing --approved-only --strict"
)]
pub(crate) struct QueueArgs {
    #[command(flatten)]
    filters: Filters,

    /// Leave out records that are only proposed
    #[arg(long)]
    approved_only: bool,
}

pub(crate) const COMMAND: Command = Command::of::<QueueArgs>();

impl Run for QueueArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let filter = self.filters.filter();
        let approved = if self.approved_only {
            ctx.approved_only(&home, Scope::Worklist)?
        } else {
            ctx.approved_of(&home, Scope::Worklist)?
        };
        let selected = approved.selected(&filter);
        let horizon = Horizon::from_policy(&approved.governance().policy);
        let items =
            queue::collect(selected.iter().copied(), &RecordState::id, &horizon, approved.around());
        let mut follow_ups = approved.follow_ups();
        if filter != Filter::default() {
            // A group is selected by its records, a redesign also by its owner.
            let ids: BTreeSet<&str> = selected.iter().map(|it| it.id()).collect();
            follow_ups.retain(|it| {
                it.records().iter().any(|id| ids.contains(id.as_str()))
                    || it.is_owned_by(&filter.owner, approved.governance())
            });
        }
        let is_bad = items.iter().any(QueueItem::is_overdue) || !follow_ups.is_empty();
        let is_problem = follow_ups.iter().any(|it| it.bucket.is_problem());
        let outcome = if ctx.globals.strict && is_bad || is_problem {
            Outcome::ProblemsFound
        } else {
            Outcome::Fine
        };
        // A closed record is over, so it does not count as healthy.
        let is_open = |record_state: &&&RecordState| !select::is_ended(record_state.status);
        let n_open = selected.iter().filter(is_open).count();
        let shown = items.iter().map(|item| item.record_state);
        let n_shown = shown.filter(|record_state| is_open(&record_state)).count();
        let queue = show::Queue {
            stamp: approved.stamp(),
            items,
            follow_ups,
            hidden: n_open - n_shown,
            reads: ctx.format.reads,
        };
        ctx.show(&show::doc(&queue, &*approved))?;
        ctx.of_notices(&approved.waiting_reviews(&|_| true));
        Ok(unknown::outcome(ctx, unknown::selected(&approved, &filter), outcome))
    }
}
