//! `export prometheus`: metrics for Prometheus.
//!
//! Start at [`PrometheusArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, OutputFlags};
use exledger::interop::export::prometheus::TARGET;

/// Write metrics for Prometheus
///
/// For the textfile collector of node_exporter: how many records have which status, and when those in force end. Alert on an
/// old exledger_evaluated_timestamp_seconds too.
#[derive(Debug, Parser)]
#[command(name = "prometheus")]
#[command(after_help = "\
EXAMPLE
  exledger export prometheus -o exledger.prom")]
pub(crate) struct PrometheusArgs {
    #[command(flatten)]
    output: OutputFlags,
}

pub(crate) const COMMAND: Command = Command::of::<PrometheusArgs>();

impl Run for PrometheusArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output).run(ctx)
    }
}
