//! `attest`: records that a compensating control was verified.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::picker;
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::attest;
use exledger::plan::offer::Offer;
use exledger::record::Record;

/// Record that a compensating control was verified
///
/// Sets the control's `verified` to today, and changes a planned control to active. Evidence files are copied to
/// `evidence/` and recorded with their digest.
#[derive(Debug, Parser)]
#[command(name = "attest")]
#[command(
    after_help = "EXAMPLE\n  exledger attest 7F3KQ CC1 --evidence dashboard:https://grafana.example.com/d/abc"
)]
pub(crate) struct AttestArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Id of the control in the record; asked for on a terminal
    control: Option<String>,

    /// Evidence: a file, URL or commit; repeatable
    #[arg(long, value_name = "[ID=]KIND:PATH|URL|COMMIT")]
    evidence: Vec<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(crate) const COMMAND: Command = Command::of::<AttestArgs>();

impl Run for AttestArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let id = self.id.as_deref();
        let id = picker::id_or_ask(ctx, "attest", id, &|| picker::open(&ctx.home()?))?;
        let control = picker::part_or_ask(
            ctx,
            ("attest", "control"),
            &id,
            self.control.as_deref(),
            &controls,
        )?;
        let shown = ctx.shown(&ctx.home()?, &self.evidence)?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "attest",
                event: ChangeEvent::Attested,
                which: Which::One(&id),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| attest::attest(taken, &control, &shown),
            },
        )
    }
}

/// Returns the controls of a record, for a list.
fn controls(record: &Record) -> Vec<Offer> {
    let controls = record.compensating_controls.iter();
    controls.map(|it| picker::offer(it.id.clone(), it.description.as_str())).collect()
}
