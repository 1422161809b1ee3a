//! `export prowler`: the mutelist of prowler.
//!
//! Start at [`ProwlerArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::prowler::TARGET;

/// Write the mutelist of prowler
///
/// Each finding of the tool prowler in a record in force becomes an entry. A mutelist has no end, so it is written only with
/// --allow-lossy=term: generate it in the job that scans, and don't commit it.
#[derive(Debug, Parser)]
#[command(name = "prowler")]
#[command(after_help = "\
EXAMPLE
  exledger export prowler --allow-lossy=term -o mutelist.yaml
  exledger export prowler --allow-lossy=term --into mutelist.yaml")]
pub(crate) struct ProwlerArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<ProwlerArgs>();

impl Run for ProwlerArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).allowing(&self.losses).into(&self.into).run(ctx)
    }
}
