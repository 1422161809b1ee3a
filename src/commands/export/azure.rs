//! `export azure`: the exemptions of Azure Policy.
//!
//! Start at [`AzureArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, LossFlags, OutputFlags};
use exledger::interop::export::azure::TARGET;

/// Write ARM templates with exemptions from Azure Policy
///
/// Each finding of the tool azure-policy in a record in force becomes a template for each of its scopes. An exemption covers
/// its scope and everything below it. Azure keeps the object after its end, without effect.
#[derive(Debug, Parser)]
#[command(name = "azure")]
#[command(after_help = "\
EXAMPLE
  exledger export azure -o exemptions")]
pub(crate) struct AzureArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<AzureArgs>();

impl Run for AzureArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).allowing(&self.losses).run(ctx)
    }
}
