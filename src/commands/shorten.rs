//! `shorten`: an earlier end.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::{self, Filters};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::prompts;
use clap::Parser;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::shorten;
use exledger::record::time::When;
use exledger::session::decide::select::Which;

/// Let exceptions end earlier
///
/// Moves `expires` and writes no entry: an earlier end only narrows what was approved. Say why in the commit message.
#[derive(Debug, Parser)]
#[command(name = "shorten")]
#[command(after_help = "EXAMPLE\n  exledger shorten 7F3KQ --until 2026-12-04")]
pub(crate) struct ShortenArgs {
    /// Record ids, any unambiguous prefix or suffix of each, or the paths of their files; else a filter
    ids: Vec<String>,

    /// The new end: a day, which it covers, or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = filter::moment)]
    until: Option<When>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<ShortenArgs>();

impl Run for ShortenArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is written now; --on says its day");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = prompts::ids_or_ask(ctx, &self.ids, &self.filters)?;
        let until = match self.until {
            Some(until) => until,
            None => prompts::value_or_ask(ctx, "--until", "Until when (2027-01-10)", &|text| {
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
                plan: &|taken| Ok(shorten::shorten(taken, &until)?.into()),
            },
        )
    }
}
