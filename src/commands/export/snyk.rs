//! `export snyk`: the policy of snyk.
//!
//! Start at [`SnykArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, IntoFlags, LossFlags, OutputFlags};
use exledger::interop::export::snyk::TARGET;

/// Write .snyk for Snyk
///
/// Each finding of the tool snyk in a record in force becomes an entry that ends with the record. A finding limited to one
/// version or to files is left out and named, because a path in the file would cover more.
#[derive(Debug, Parser)]
#[command(name = "snyk")]
#[command(after_help = "\
EXAMPLE
  exledger export snyk -o snyk-policy.yaml
  exledger export snyk --into .snyk")]
pub(crate) struct SnykArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    into: IntoFlags,

    #[command(flatten)]
    losses: LossFlags,
}

pub(crate) const COMMAND: Command = Command::of::<SnykArgs>();

impl Run for SnykArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let run = ExportRun::new(&TARGET, &self.output);
        run.allowing(&self.losses).into(&self.into).run(ctx)
    }
}
