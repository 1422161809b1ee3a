//! `export dependency-check`: the suppressions of dependency-check.
//!
//! Start at [`DependencyCheckArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, LossFlags, OutputFlags};
use exledger::interop::export::dependency_check::TARGET;

/// Write suppressions for dependency-check
///
/// Each finding of the tool dependency-check in a record in force becomes a suppression that ends within the last minute
/// of the record, in whatever time zone it is read.
#[derive(Debug, Parser)]
#[command(name = "dependency-check")]
#[command(after_help = "\
EXAMPLE
  exledger export dependency-check -o suppressions.xml")]
pub(crate) struct DependencyCheckArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<DependencyCheckArgs>();

impl Run for DependencyCheckArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).run(ctx)
    }
}
