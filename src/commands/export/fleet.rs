//! `export fleet`: a ledger's rows for an engine that reads thousands of ledgers.
//!
//! Start at [`FleetArgs`]. Follows `docs/spec/interop.md`, the note on fleets. An earlier `ledger.json` is removed
//! before the rows are replaced, and the new one written last: a ledger without it did not answer, whatever rows lie there.

use exledger::features::pack;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, place, unknown};
use crate::commands::exit::Outcome;
use exledger::session::snapshot::walk::Scope;
use exledger::store::streams;
use exledger::survey::landed_record::LedgerCounts;
use exledger::{render, view};

const ROWS: &str = "exceptions.jsonl";

const LEDGER: &str = "ledger.json";

/// Write a ledger's rows for an engine that reads many ledgers
///
/// Writes exceptions.jsonl, the rows of `export jsonl --all`, and then ledger.json, which counts them and says that the
/// ledger answered. A rerun replaces both files. A bare clone will do; it needs the whole history.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger -C shop.git export fleet -o /srv/fleet/day=2026-11-20/ledger=shop")]
pub(crate) struct FleetArgs {
    /// Folder to write to; it is created if it is missing
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

pub(crate) const COMMAND: Command = Command::of::<FleetArgs>("fleet");

impl Run for FleetArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let folder = place::unlinked_folder(ctx.folder.join(&self.output))?;
        let rows_path = place::not_a_link(folder.join(ROWS))?;
        let ledger_path = place::not_a_link(folder.join(LEDGER))?;
        let home = ctx.home_without_levels()?;
        let approved = ctx.approved_only(&home, Scope::Everything)?;
        approved.refuse_incomplete()?;
        let records = approved.landed_records();
        let (mut lines, mut ledger) = (Vec::new(), Vec::new());
        let doc = view::exception_row::doc(&records, &*approved, approved.stamp());
        render::jsonl::write_rows(&doc, &mut lines)?;
        let counts = LedgerCounts::count(&records);
        render::jsonl::write_rows(&pack::show::ledger(approved.stamp(), counts), &mut ledger)?;
        streams::folder(&folder)?;
        streams::remove(&ledger_path)?;
        place::write(&rows_path, &lines)?;
        place::write(&ledger_path, &ledger)?;
        if ctx.globals.directory.is_some() && self.output.is_relative() {
            ctx.hint(&format!("hint: -o is relative to -C: written to {}", folder.display()));
        }
        let unknown = approved.records().iter().filter(unknown::is_unknown);
        Ok(unknown::outcome(ctx, unknown, Outcome::Fine))
    }
}
