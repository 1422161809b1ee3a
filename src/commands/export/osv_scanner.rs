//! `export osv-scanner`: the configuration of osv-scanner.
//!
//! Start at [`OsvScannerArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::osv_scanner::TARGET;

/// Write an osv-scanner.toml for each folder
///
/// Each finding of the tool osv-scanner in a record in force becomes an entry that ends with the record, in the folder
/// of each lock file that it names. Such a file is about all lock files of its folder, so a finding that covers only some
/// of them is left out and named.
#[derive(Debug, Parser)]
#[command(name = "osv-scanner")]
#[command(after_help = "\
EXAMPLE
  exledger export osv-scanner -o ignores
  exledger export osv-scanner --into services/billing/osv-scanner.toml")]
pub(crate) struct OsvScannerArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<OsvScannerArgs>();

impl Run for OsvScannerArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).into(&self.into).run(ctx)
    }
}
