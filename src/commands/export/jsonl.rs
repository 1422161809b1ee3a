//! `export jsonl`: the exceptions as one JSON object per line.
//!
//! Start at [`JsonlArgs`]. Follows `docs/spec/interop.md`, target 10.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::rows::RowArgs;
use exledger::render;

/// Write the exceptions in force as JSON lines
///
/// Writes one object per line for each exception in force, with the content that was approved. The keys are the
/// columns of `export csv`; lists stay lists, and unknown values are null.
#[derive(Debug, Parser)]
#[command(name = "jsonl")]
#[command(after_help = "\
EXAMPLE
  exledger export jsonl --all -o exceptions.jsonl")]
pub(crate) struct JsonlArgs {
    #[command(flatten)]
    rows: RowArgs,
}

pub(crate) const COMMAND: Command = Command::of::<JsonlArgs>();

impl Run for JsonlArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        self.rows.export(ctx, |doc, out| Ok(render::jsonl::write_rows(doc, out)?))
    }
}
