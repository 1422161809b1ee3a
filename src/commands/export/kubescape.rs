//! `export kubescape`: the exceptions file of kubescape.
//!
//! Start at [`KubescapeArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::kubescape::TARGET;

/// Write the exceptions file of kubescape
///
/// Each finding of the tool kubescape in a record in force becomes a policy that ends with the record. Kubescape ignores the
/// end before version 4.0.7: generate the file in the job that scans.
#[derive(Debug, Parser)]
#[command(name = "kubescape")]
#[command(after_help = "\
EXAMPLE
  exledger export kubescape -o exceptions.json
  exledger export kubescape --into exceptions.json")]
pub(crate) struct KubescapeArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<KubescapeArgs>();

impl Run for KubescapeArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).allowing(&self.losses).into(&self.into).run(ctx)
    }
}
