//! `review`: records a periodic review of exceptions.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::Filters;
use crate::commands::context::{Ctx, filter};
use crate::commands::decision::{DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{decision, picker, prompts};
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::review;
use exledger::record::vocabulary::ReviewOutcome;

/// Record a periodic review
///
/// Adds an entry to `reviews`, which restarts the review interval. Does not affect what is granted. If the tier grants
/// nothing while degraded, the review counts only if someone who could approve it, and did not write it, pushes or merges it.
#[derive(Debug, Parser)]
#[command(name = "review")]
#[command(
    after_help = "EXAMPLE\n  exledger review 7F3KQ --outcome still-needed --note \"The job still runs; retired on 18 December\""
)]
pub(crate) struct ReviewArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// Outcome of the review
    #[arg(long, value_name = "OUTCOME", value_parser = filter::words::<ReviewOutcome>())]
    outcome: Option<String>,

    /// What was observed
    #[arg(long)]
    note: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<ReviewArgs>();

impl Run for ReviewArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters)?;
        let outcome: ReviewOutcome = prompts::word_or_ask(
            ctx,
            self.outcome.as_deref(),
            "--outcome",
            "Outcome of the review",
        )?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "review",
                event: ChangeEvent::Reviewed,
                which: Which::Several(&ids, &self.filters.filter()),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| review::review(taken, outcome, self.note.as_deref()),
            },
        )
    }
}
