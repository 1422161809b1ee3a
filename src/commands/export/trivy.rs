//! `export trivy`: the ignore file of trivy.
//!
//! Start at [`TrivyArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::trivy::TARGET;

/// Write .trivyignore.yaml for trivy
///
/// Each finding of the tools trivy, trivy-misconfig, trivy-secret and trivy-license in a record in force becomes an entry
/// that ends with the record. Run trivy with --ignorefile .trivyignore.yaml: by default it reads only .trivyignore.
#[derive(Debug, Parser)]
#[command(name = "trivy")]
#[command(after_help = "\
EXAMPLE
  exledger export trivy -o trivy-ignores.yaml
  exledger export trivy --into .trivyignore.yaml")]
pub(crate) struct TrivyArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<TrivyArgs>();

impl Run for TrivyArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).into(&self.into).run(ctx)
    }
}
