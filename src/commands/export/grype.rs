//! `export grype`: the ignore rules of grype.
//!
//! Start at [`GrypeArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::grype::TARGET;

/// Write grype.yaml for grype
///
/// Ignore rules of grype have no end, so each finding of the tool grype is left out and named unless --allow-lossy=term
/// is given. Then write the file in the job that scans, and never commit it: the next job has a new one.
#[derive(Debug, Parser)]
#[command(name = "grype")]
#[command(after_help = "\
EXAMPLE
  exledger export grype --allow-lossy=term -o grype.yaml")]
pub(crate) struct GrypeArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<GrypeArgs>();

impl Run for GrypeArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).into(&self.into).run(ctx)
    }
}
