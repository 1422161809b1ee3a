//! `export cyclonedx`: a VEX document of CycloneDX.
//!
//! Start at [`CyclonedxArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, OutputFlags};
use exledger::interop::export::cyclonedx::TARGET;

/// Write a CycloneDX VEX document
///
/// One vulnerability for each record in force, vulnerability and package. Its state is always exploitable: an exception shows
/// that a risk is accepted, not that nothing can be exploited.
#[derive(Debug, Parser)]
#[command(name = "cyclonedx")]
#[command(after_help = "\
EXAMPLE
  exledger export cyclonedx -o exceptions.cdx.json")]
pub(crate) struct CyclonedxArgs {
    #[command(flatten)]
    output: OutputFlags,
}

pub(crate) const COMMAND: Command = Command::of::<CyclonedxArgs>();

impl Run for CyclonedxArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).run(ctx)
    }
}
