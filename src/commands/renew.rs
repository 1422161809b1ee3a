//! `renew`: another end, a later one with its reason.
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
use exledger::diag;
use exledger::features::decide::ends::{LatestEnd, first_reason};
use exledger::features::decide::select::Which;
use exledger::features::decide::{self, ends::RecordEnd};
use exledger::history::change::event::ChangeEvent;
use exledger::plan::renew::{self, NewEnd};
use exledger::record::address::Address;
use exledger::record::time::{MomentOrTerm, Term, When, not_after};
use exledger::session::Session;
use exledger::session::error::Error;

/// Move an end
///
/// A later end adds an entry with the reason to `renewals`, and counts once it is approved. Beyond the limits of the tier,
/// it is possible only with a linked redesign. An earlier end needs no reason and no approval, and takes the ends of the
/// credential and the event along.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger renew 7F3KQ --for 30d --reason \"The vendor ships the rotation API in January\"\n  exledger renew 7F3KQ --until 2026-12-04"
)]
pub(crate) struct RenewArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// New end, later or earlier: a date (inclusive) or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = read_until, conflicts_with = "term")]
    until: Option<When>,

    /// How long to extend, counted from the current end
    #[arg(long = "for", id = "term", value_name = "DURATION", value_parser = filter::term)]
    term: Option<Term>,

    /// Reason why it cannot end yet; an earlier end needs none
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<RenewArgs>("renew");

const MOST_SHOWN: usize = 5;

impl Run for RenewArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?;
        let filter = self.filters.filter();
        let which = Which::Several(&ids, &filter);
        let (end, reason) = if prompts::can_prompt(ctx) {
            self.ask(ctx, which)?
        } else {
            (self.given_end()?, self.given_reason(ctx)?)
        };
        decision::decide(
            ctx,
            &DecisionJob {
                command: "renew",
                event: ChangeEvent::Renewed,
                which,
                needs_history: true,
                flags: &self.flags,
                plan: &|taken| renew::move_end(taken, &end, reason.as_deref()),
            },
        )
    }
}

impl RenewArgs {
    fn end(&self) -> Option<NewEnd> {
        let until = self.until.clone().map(NewEnd::Until);
        until.or(self.term.map(NewEnd::For))
    }

    fn given_end(&self) -> anyhow::Result<NewEnd> {
        let both = "--until or --for, and --reason for a later end,";
        let lacks = if self.reason.is_some() { "--until or --for" } else { both };
        self.end().ok_or_else(|| prompts::missing(lacks))
    }

    /// Returns the reason; without one, the plan of a later end says that it is missing.
    fn given_reason(&self, ctx: &Ctx) -> anyhow::Result<Option<String>> {
        let given = self.reason.as_deref();
        if self.term.is_some() && given.is_none() {
            return Err(prompts::missing("--reason"));
        }
        given.map(|_| prompts::text_or_ask(ctx, given, "--reason", REASON)).transpose()
    }

    /// Returns the end and the reason, from the flags or from a person, who sees the present and the latest end first.
    fn ask(&self, ctx: &Ctx, which: Which<'_>) -> anyhow::Result<(NewEnd, Option<String>)> {
        if self.end().is_some() && self.reason.is_some() {
            return Ok((self.given_end()?, self.given_reason(ctx)?));
        }
        let session = ctx.home()?;
        let by = decision::decider(&session, &self.flags)?;
        let ends = ctx.noting(decide::read_ends(&session, &ctx.moment(), which))?;
        let asked = RenewQuestion { ctx, session: &session, which, by: &by };
        let end = match self.end() {
            Some(end) => {
                // What is impossible anyhow is refused before anybody writes a reason.
                decide::try_end(&session, &ctx.moment(), (which, &by), &end)?;
                end
            }
            None => {
                asked.show(&ends)?;
                let last = ends.iter().map(|end| not_after(&end.present)).max().unwrap_or(ctx.now);
                let example = last.plus_seconds(30 * 86_400).day();
                let question = format!("New end, or how long to extend ({example}, 30d)");
                let parse = |text: &str| asked.parse(text);
                prompts::value_or_ask(ctx, "--until or --for", &question, &parse)?
            }
        };
        let is_later = match &end {
            NewEnd::For(_) => true,
            NewEnd::Until(until) => ends.iter().any(|it| not_after(until) > not_after(&it.present)),
        };
        let given = self.reason.as_deref();
        let reason = (is_later || given.is_some())
            .then(|| prompts::text_or_ask(ctx, given, "--reason", REASON))
            .transpose()?;
        Ok((end, reason))
    }
}

const REASON: &str = "Why can it not end yet";

fn read_until(text: &str) -> Result<When, String> {
    match Term::new(text) {
        Some(term) => Err(format!("`{term}` is a duration: give it with --for {term}")),
        None => filter::moment(text),
    }
}

struct RenewQuestion<'a> {
    ctx: &'a Ctx,
    session: &'a Session,
    which: Which<'a>,
    by: &'a Address,
}

impl RenewQuestion<'_> {
    fn show(&self, ends: &[RecordEnd]) -> anyhow::Result<()> {
        for end in ends.iter().take(MOST_SHOWN) {
            let latest = decide::latest_end(self.session, &self.ctx.moment(), self.by, end)?;
            let latest = match latest {
                LatestEnd::At(latest) => format!("a renewal may move it to {latest} at the latest"),
                LatestEnd::Unlimited => "no limit to a renewal".to_owned(),
                LatestEnd::Refused(why) => format!("it cannot end later: {why}"),
            };
            self.ctx.tell(&format!("{} ends on {}; {latest}", end.id, end.present));
        }
        if let Some(more) = ends.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            self.ctx.tell(&format!("and {} more", diag::count(more, "record")));
        }
        Ok(())
    }

    fn parse(&self, text: &str) -> Result<NewEnd, String> {
        let end = match filter::moment_or_term(text)? {
            MomentOrTerm::Term(term) => NewEnd::For(term),
            MomentOrTerm::Moment(until) => NewEnd::Until(until),
        };
        let tried = decide::try_end(self.session, &self.ctx.moment(), (self.which, self.by), &end);
        match tried {
            Err(error @ Error::Usage(_)) => Err(first_reason(&error)),
            // What can't be determined is said once the decision is made.
            Ok(()) | Err(_) => Ok(end),
        }
    }
}
