//! `export cargo-deny`: the ignored advisories of cargo-deny.
//!
//! Start at [`CargoDenyArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::cargo_deny::TARGET;

/// Write deny.toml for cargo-deny
///
/// Ignored advisories of cargo-deny have no end, so each finding of the tool cargo-deny is left out and named unless
/// --allow-lossy=term is given. Then write the file in the job that checks, and never commit it.
#[derive(Debug, Parser)]
#[command(name = "cargo-deny")]
#[command(after_help = "\
EXAMPLE
  exledger export cargo-deny --allow-lossy=term -o grants.toml
  exledger export cargo-deny --allow-lossy=term --into deny.toml")]
pub(crate) struct CargoDenyArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<CargoDenyArgs>();

impl Run for CargoDenyArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).into(&self.into).run(ctx)
    }
}
