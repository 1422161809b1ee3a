//! `export csv`: the exceptions as a table for spreadsheets.
//!
//! Start at [`CsvArgs`]. Follows `docs/spec/interop.md`, target 10.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::rows::RowArgs;
use exledger::render;
use exledger::view;

/// Write the exceptions in force as CSV
///
/// Writes one row for each exception in force, with the content that was approved: who owns it, when it ends, which
/// controls it deviates from, who approved it. The columns are always the same, and the header stands there without
/// any row too. A cell that a spreadsheet would calculate gets an apostrophe in front.
#[derive(Debug, Parser)]
#[command(name = "csv")]
#[command(after_help = "\
EXAMPLE
  exledger export csv -o exceptions.csv
  exledger export csv --all --as-of 2026-06-30")]
pub(crate) struct CsvArgs {
    #[command(flatten)]
    rows: RowArgs,
}

pub(crate) const COMMAND: Command = Command::of::<CsvArgs>();

impl Run for CsvArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let columns = view::exception_row::columns();
        self.rows.export(ctx, |doc, out| Ok(render::csv::write_rows(doc, &columns, out)?))
    }
}
