//! `renew`: a later end, with its reason.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::{self, Filters};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::picker;
use crate::commands::prompts;
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::renew::{self, Later};
use exledger::record::time::{Term, When};

/// Extend exceptions to a later end
///
/// Moves `expires` and adds an entry with the reason to `renewals`. The renewal counts once it is approved. Beyond the
/// limits of the tier, it is possible only with a linked redesign.
#[derive(Debug, Parser)]
#[command(name = "renew")]
#[command(
    after_help = "EXAMPLE\n  exledger renew 7F3KQ --for 30d --reason \"The vendor ships the rotation API in January\""
)]
pub(crate) struct RenewArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// New end: a date (inclusive) or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = filter::moment, conflicts_with = "term")]
    until: Option<When>,

    /// How long to extend, counted from the current end
    #[arg(long = "for", id = "term", value_name = "DURATION", value_parser = filter::term)]
    term: Option<Term>,

    /// Reason why it cannot end yet
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<RenewArgs>();

impl Run for RenewArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?;
        prompts::needs(
            ctx,
            &[
                ("--until or --for", self.until.is_some() || self.term.is_some()),
                ("--reason", self.reason.is_some()),
            ],
        )?;
        let later = self.later(ctx)?;
        let reason = prompts::text_or_ask(
            ctx,
            self.reason.as_deref(),
            "--reason",
            "Why can it not end yet",
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
                let question = "New end, or how long to extend (2027-01-10, 30d)";
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
