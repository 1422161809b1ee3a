//! `fire`: records that a trigger fired.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use clap::Parser;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::fire;
use exledger::session::decide::select::Which;

/// Record that a trigger fired
///
/// Adds an entry to `fired`. A trigger that closes or revokes ends the exception as soon as the entry is merged,
/// approved or not; a trigger that asks for a review makes the review due at once.
#[derive(Debug, Parser)]
#[command(name = "fire")]
#[command(
    after_help = "EXAMPLE\n  exledger fire 7F3KQ T1 --note \"The vendor shipped OAuth client credentials on Tuesday\""
)]
pub(crate) struct FireArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file
    id: String,

    /// Id of the trigger in the record
    trigger: String,

    /// What was observed
    #[arg(long)]
    note: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(crate) const COMMAND: Command = Command::of::<FireArgs>();

impl Run for FireArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        decision::decide(
            ctx,
            &DecisionJob {
                command: "fire",
                event: ChangeEvent::Fired,
                which: Which::One(&self.id),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| fire::fire(taken, &self.trigger, self.note.as_deref()),
            },
        )
    }
}
