//! `renew`: a later end, with its reason.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::{self, Filters};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::prompts;
use clap::Parser;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::renew::{self, Later};
use exledger::record::time::{Term, When};
use exledger::session::decide::select::Which;

/// Ask for a later end
///
/// Moves `expires` and adds an entry to `renewals` that says why. It counts once it is approved anew; past the limits
/// of the tier only a redesign permits another.
#[derive(Debug, Parser)]
#[command(name = "renew")]
#[command(
    after_help = "EXAMPLE\n  exledger renew 7F3KQ --for 30d --reason \"The vendor ships the rotation API in January\""
)]
pub(crate) struct RenewArgs {
    /// Record ids, any unambiguous prefix or suffix of each, or the paths of their files; else a filter
    ids: Vec<String>,

    /// The new end: a day, which it covers, or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = filter::moment, conflicts_with = "term")]
    until: Option<When>,

    /// How long after the present end
    #[arg(long = "for", id = "term", value_name = "DURATION", value_parser = filter::term)]
    term: Option<Term>,

    /// Why it can't end yet
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<RenewArgs>();

impl Run for RenewArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is written now; --on says its day");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = prompts::ids_or_ask(ctx, &self.ids, &self.filters)?;
        prompts::needs(
            ctx,
            &[
                (
                    "--until or --for",
                    self.until.is_some() || self.term.is_some(),
                ),
                ("--reason", self.reason.is_some()),
            ],
        )?;
        let later = self.later(ctx)?;
        let reason = prompts::text_or_ask(
            ctx,
            self.reason.as_deref(),
            "--reason",
            "Why can't it end yet",
        )?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "renew",
                event: ChangeEvent::Renewed,
                which: Which::Several(&ids, &self.filters.filter()),
                needs_history: true,
                flags: &self.flags,
                plan: &|taken| Ok(renew::renew(taken, &later, &reason)?.into()),
            },
        )
    }
}

impl RenewArgs {
    fn later(&self, ctx: &Ctx) -> anyhow::Result<Later> {
        match (&self.until, self.term) {
            (Some(until), _) => Ok(Later::Until(until.clone())),
            (None, Some(term)) => Ok(Later::For(term)),
            (None, None) => {
                let question = "Until when, or for how long (2027-01-10, 30d)";
                prompts::value_or_ask(ctx, "--until or --for", question, &|text| match Term::new(
                    text,
                ) {
                    Some(term) => Ok(Later::For(term)),
                    None => prompts::end_to_come(ctx, text).map(Later::Until),
                })
            }
        }
    }
}
