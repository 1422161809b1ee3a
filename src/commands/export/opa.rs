//! `export opa`: the records in force as data of OPA.
//!
//! Start at [`OpaArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, OutputFlags};
use exledger::interop::export::opa::TARGET;

/// Write a bundle of data for OPA
///
/// The records in force, with indexes by identity, application, asset, control and finding. The data grants nothing by
/// itself: a policy compares starts_ns and not_after_ns with the time, and the scope with its input.
#[derive(Debug, Parser)]
#[command(name = "opa")]
#[command(after_help = "\
EXAMPLE
  exledger export opa -o bundle
  exledger export opa -o bundle.tar.gz")]
pub(crate) struct OpaArgs {
    #[command(flatten)]
    output: OutputFlags,
}

pub(crate) const COMMAND: Command = Command::of::<OpaArgs>();

impl Run for OpaArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).run(ctx)
    }
}
