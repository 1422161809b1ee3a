//! `redesign done`: records that a redesign was done.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::decision::{self, DecisionFlags};
use crate::commands::exit::Outcome;
use crate::commands::redesign::named::id_or_ask;
use crate::commands::redesign::written::{self, RedesignEvent};
use exledger::features;
use exledger::features::redesign;

/// Record that a redesign was done
///
/// Writes the date, who did it, and the evidence. From then on, new records of its pattern count against it, and earlier
/// ones no longer freeze the pattern. Evidence files are copied to `evidence/` and recorded with their digest.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger redesign done 4T9PK --evidence E1=change:3f2c9a7b\n  exledger redesign done 4T9PK --evidence E1=log:cutover.txt"
)]
pub(crate) struct RedesignDoneArgs {
    /// Redesign id, any unambiguous prefix or suffix of it, or its file's path
    redesign: Option<String>,

    /// Evidence: a file, URL or commit; repeatable
    #[arg(long, value_name = "ID=KIND:PATH|URL|COMMIT")]
    evidence: Vec<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(super) const COMMAND: Command = Command::of::<RedesignDoneArgs>("done");

impl Run for RedesignDoneArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let session = ctx.home()?;
        let by = decision::decider(&session, &self.flags)?;
        let id = id_or_ask(ctx, "done", self.redesign.as_deref(), &|redesign| {
            redesign.done.is_none() && redesign.assessed.is_none()
        })?;
        let evidence = ctx.shown(&session, &self.evidence)?;
        let prepared =
            features::redesign::prepare_edit(&session, &ctx.moment(), (&id, &by), &|taken| {
                redesign::plan::done(taken, &evidence)
            })?;
        let happened = RedesignEvent {
            command: "redesign-done",
            event: "done",
            branch: "done-",
            subject: "Record that the redesign is done:",
            is_dry: self.flags.dry_run,
        };
        written::write(ctx, &session, prepared, &happened)
    }
}
