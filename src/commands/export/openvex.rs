//! `export openvex`: a document of OpenVEX.
//!
//! Start at [`OpenvexArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, OutputFlags};
use exledger::interop::export::openvex::TARGET;

/// Write an OpenVEX document
///
/// One statement for each record in force, vulnerability and package. Its status is always affected: an exception shows that
/// a risk is accepted, not that nothing can be exploited, so no scanner hides a finding because of it.
#[derive(Debug, Parser)]
#[command(name = "openvex")]
#[command(after_help = "\
EXAMPLE
  exledger export openvex -o exceptions.openvex.json")]
pub(crate) struct OpenvexArgs {
    #[command(flatten)]
    output: OutputFlags,
}

pub(crate) const COMMAND: Command = Command::of::<OpenvexArgs>();

impl Run for OpenvexArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).run(ctx)
    }
}
