//! `fire`: records that a trigger fired.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::picker;
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::fire;
use exledger::plan::offer::Offer;
use exledger::record::Record;

/// Record that a trigger fired
///
/// Adds an entry to `fired`. A trigger that closes or revokes ends the exception as soon as the entry is merged,
/// approved or not; a trigger that asks for a review makes the review due at once.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger fire 7F3KQ T1 --note \"The vendor shipped OAuth client credentials on Tuesday\""
)]
pub(crate) struct FireArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Id of the trigger in the record; asked for on a terminal
    trigger: Option<String>,

    /// What was observed
    #[arg(long)]
    note: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(crate) const COMMAND: Command = Command::of::<FireArgs>("fire");

impl Run for FireArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let id = self.id.as_deref();
        let id = picker::id_or_ask(ctx, "fire", id, &|| picker::open(&ctx.home()?))?;
        let trigger =
            picker::part_or_ask(ctx, ("fire", "trigger"), &id, self.trigger.as_deref(), &triggers)?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "fire",
                event: ChangeEvent::Fired,
                which: Which::One(&id),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| fire::fire(taken, &trigger, self.note.as_deref()),
            },
        )
    }
}

fn triggers(record: &Record) -> Vec<Offer> {
    let triggers = record.triggers.iter();
    triggers.map(|trigger| picker::offer(trigger.id.clone(), trigger.when.as_str())).collect()
}
