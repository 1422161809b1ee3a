//! `shorten`: an earlier end.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::{self, Filters};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{picker, prompts};
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::renew;
use exledger::record::time::When;

/// Move the end of exceptions earlier
///
/// Moves `expires` without adding an entry, because an earlier end only narrows what was approved. Give the
/// reason in the commit message.
#[derive(Debug, Parser)]
#[command(name = "shorten")]
#[command(after_help = "EXAMPLE\n  exledger shorten 7F3KQ --until 2026-12-04")]
pub(crate) struct ShortenArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// New end: a date (inclusive) or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = filter::moment)]
    until: Option<When>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<ShortenArgs>();

impl Run for ShortenArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?;
        let until = match self.until {
            Some(until) => until,
            None => prompts::value_or_ask(ctx, "--until", "New end (2027-01-10)", &|text| {
                prompts::end_to_come(ctx, text)
            })?,
        };
        decision::decide(
            ctx,
            &DecisionJob {
                command: "shorten",
                event: ChangeEvent::Shortened,
                which: Which::Several(&ids, &self.filters.filter()),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| Ok(renew::shorten(taken, &until)?.into()),
            },
        )
    }
}
