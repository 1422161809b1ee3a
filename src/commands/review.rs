//! `review`: records a periodic review of exceptions, or that a compensating control was verified.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::OtherFilters;
use crate::commands::context::{Ctx, filter};
use crate::commands::decision::{DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{decision, picker, prompts};
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::{review, review_control};
use exledger::record::vocabulary::ReviewOutcome;

/// Record that it is still needed, or a control works
///
/// Adds an entry to `reviews`, which restarts the review interval. Does not affect what is granted. If the tier grants
/// nothing while degraded, the review counts only if someone who could approve the record, and did not write that, signs, pushes or merges it.
/// With --control, sets that control's `verified` to today instead, and changes a planned control to active. Evidence
/// files are copied to `evidence/` and recorded with their digest.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger review 7F3KQ --outcome still-needed --note \"The job still runs; retired on 18 December\"\n  exledger review 7F3KQ --control CC1 --evidence dashboard:https://grafana.example.com/d/abc"
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

    /// Id of the compensating control that was verified, instead of the exception as a whole
    #[arg(long, value_name = "ID", conflicts_with_all = ["outcome", "note"])]
    control: Option<String>,

    /// With --control: evidence, a file, URL or commit; repeatable
    #[arg(long, value_name = "[ID=]KIND:PATH|URL|COMMIT", requires = "control", conflicts_with_all = ["outcome", "note"])]
    evidence: Vec<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: OtherFilters,
}

pub(crate) const COMMAND: Command = Command::of::<ReviewArgs>("review");

impl Run for ReviewArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let filter = self.filters.filter();
        let ids = picker::ids_or_ask(ctx, &self.ids, &filter)?;
        let which = Which::Several(&ids, &filter);
        if let Some(control) = &self.control {
            let shown = ctx.shown(&ctx.home()?, &self.evidence)?;
            return decision::decide(
                ctx,
                &DecisionJob {
                    command: "review",
                    event: ChangeEvent::Attested,
                    which,
                    needs_history: false,
                    flags: &self.flags,
                    plan: &|taken| review_control::review_control(taken, control, &shown),
                },
            );
        }
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
                which,
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| review::review(taken, outcome, self.note.as_deref()),
            },
        )
    }
}
