//! `log`: the history of one record.

use clap::Parser;
use exledger::features::log;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::{Ctx, unknown};
use crate::commands::exit::Outcome;
use crate::commands::picker;
use exledger::features::log::Log;
use exledger::session::snapshot::walk::Scope;

/// Show the history of one exception
///
/// Shows each merged change: the earliest time it can have taken effect, what it means, who wrote it, who approved it
/// and on what evidence, and the commit. Also works for closed, rejected and removed records.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger log 7F3KQ --patch")]
pub(crate) struct LogArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Show the old and new value of each change
    #[arg(long)]
    patch: bool,
}

pub(crate) const COMMAND: Command = Command::of::<LogArgs>("log");

impl Run for LogArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        picker::named(ctx, "log", self.id.as_deref())?;
        let home = ctx.home()?;
        let all = || Ok(picker::among(&*ctx.approved(&home)?, &|_| true));
        let id = picker::id_or_ask(ctx, "log", self.id.as_deref(), &all)?;
        let approved = ctx.approved_of(&home, Scope::About(&[&id]))?;
        let record_state = approved.find(&id)?;
        let acts = approved.acts(record_state);
        if acts.is_empty() {
            ctx.hint(&format!("{}: {}", record_state.id(), log::vacant(record_state)));
        }
        ctx.show(log::doc(&Log {
            stamp: approved.stamp(),
            record_state,
            acts,
            lapses: approved.lapses(record_state),
            evidence: approved.evidence(record_state),
            shows_values: self.patch,
        }))?;
        Ok(unknown::outcome(
            ctx,
            Some(record_state).filter(unknown::is_unknown).into_iter(),
            Outcome::Fine,
        ))
    }
}
