//! `export conforma`: the exclusions of a Conforma policy.
//!
//! Start at [`ConformaArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::conforma::TARGET;

/// Write the volatileConfig of a Conforma policy
///
/// Each finding of the tool conforma in a record in force becomes an exclusion for its components and for each of its images.
/// With --into, the exclusions of this ledger are replaced in every source of an existing policy.
#[derive(Debug, Parser)]
#[command(name = "conforma")]
#[command(after_help = "\
EXAMPLE
  exledger export conforma -o policy.yaml
  exledger export conforma --into policy.yaml")]
pub(crate) struct ConformaArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<ConformaArgs>();

impl Run for ConformaArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).allowing(&self.losses).into(&self.into).run(ctx)
    }
}
