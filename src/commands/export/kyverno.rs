//! `export kyverno`: the exceptions of kyverno.
//!
//! Start at [`KyvernoArgs`]. Follows `docs/spec/interop.md`, 3.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::runner::{ExportRun, LossFlags, OutputFlags};
use exledger::interop::export::kyverno::TARGET;

/// Write PolicyExceptions for kyverno
///
/// Each finding of the tool kyverno in a record in force becomes an object: kyverno.io/v2 for a rule of a ClusterPolicy,
/// policies.kyverno.io/v1 for a policy in CEL, which needs kyverno 1.19 or later to end. Exceptions are off in kyverno unless
/// you turn them on, and perhaps bound to a namespace.
#[derive(Debug, Parser)]
#[command(name = "kyverno")]
#[command(after_help = "\
EXAMPLE
  exledger export kyverno -o exceptions.yaml
  exledger export kyverno --namespace kyverno-exceptions")]
pub(crate) struct KyvernoArgs {
    #[command(flatten)]
    output: OutputFlags,

    #[command(flatten)]
    losses: LossFlags,

    /// Namespace of the objects [default: that of their resources]
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,
}

pub(crate) const COMMAND: Command = Command::of::<KyvernoArgs>();

impl Run for KyvernoArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        ExportRun::new(&TARGET, &self.output)
            .allowing(&self.losses)
            .in_namespace(self.namespace.as_deref())
            .run(ctx)
    }
}
