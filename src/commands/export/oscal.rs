//! `export oscal`: a plan of action and milestones in OSCAL.
//!
//! Start at [`OscalArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, OutputFlags};
use exledger::interop::export::oscal::TARGET;

/// Write an OSCAL plan of action and milestones
///
/// Each record in force becomes a risk with an approved deviation and an item of the plan, with its fix, its compensating
/// controls and its approval (OSCAL 1.2.1, JSON).
#[derive(Debug, Parser)]
#[command(name = "oscal")]
#[command(after_help = "\
EXAMPLE
  exledger export oscal -o poam.json")]
pub(crate) struct OscalArgs {
    #[command(flatten)]
    output: OutputFlags,
}

pub(crate) const COMMAND: Command = Command::of::<OscalArgs>();

impl Run for OscalArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).run(ctx)
    }
}
