//! `redesign assess`: records whether a redesign worked.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::listed_values::ListedValues;
use crate::commands::decision::{self, DecisionFlags};
use crate::commands::exit::Outcome;
use crate::commands::prompts;
use crate::commands::redesign::named::id_or_ask;
use crate::commands::redesign::written::{self, RedesignEvent};
use exledger::features;
use exledger::features::redesign;
use exledger::features::redesign::plan::RecurredPattern;
use exledger::policy::redesign::{Redesign, RedesignOutcome};
use exledger::record::vocabulary::Vocabulary as _;
use exledger::session::Session;
use exledger::session::snapshot::walk::Scope;
use exledger::survey::redesign::{RedesignStatus, redesign_states};

/// Record whether a redesign worked
///
/// Writes the assessment of somebody other than its owner and who did it. A redesign is effective if its exceptions
/// stopped, recurred if they came back, and abandoned if it is given up; only what was done can be effective.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger redesign assess 4T9PK --outcome effective --reason \"None landed in 60 days\""
)]
pub(crate) struct RedesignAssessArgs {
    /// Redesign id, any unambiguous prefix or suffix of it, or its file's path
    redesign: Option<String>,

    /// Outcome of the assessment
    #[arg(long, value_name = "OUTCOME", value_parser = ListedValues::of::<RedesignOutcome>())]
    outcome: Option<String>,

    /// What shows it
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(super) const COMMAND: Command = Command::of::<RedesignAssessArgs>("assess");

impl Run for RedesignAssessArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let session = ctx.home()?;
        let by = decision::decider(&session, &self.flags)?;
        prompts::needs(
            ctx,
            Some(("--outcome", RedesignOutcome::words())),
            &[("--outcome", self.outcome.is_some()), ("--reason", self.reason.is_some())],
        )?;
        let id = id_or_ask(ctx, "assess", self.redesign.as_deref(), &|it| it.assessed.is_none())?;
        let outcome: RedesignOutcome =
            prompts::word_or_ask(ctx, self.outcome.as_deref(), "--outcome", "Did it work")?;
        let reason =
            prompts::text_or_ask(ctx, self.reason.as_deref(), "--reason", "What shows it")?;
        let recurrence = match outcome {
            RedesignOutcome::Effective => recurrence(ctx, &session, &id)?,
            RedesignOutcome::Recurred | RedesignOutcome::Abandoned => None,
        };
        let prepared =
            features::redesign::prepare_edit(&session, &ctx.moment(), (&id, &by), &|taken| {
                redesign::plan::assess(taken, outcome, &reason, recurrence.as_ref())
            })?;
        let happened = RedesignEvent {
            command: "redesign-assess",
            event: "assessed",
            branch: "assess-",
            subject: "Assess the redesign",
            is_dry: self.flags.dry_run,
        };
        written::write(ctx, &session, prepared, &happened)
    }
}

/// Returns what landed after a redesign was done, if it is more than was expected.
fn recurrence(ctx: &Ctx, session: &Session, id: &str) -> anyhow::Result<Option<RecurredPattern>> {
    let Some(Redesign { id, .. }) = features::redesign::read(session, id)? else {
        return Ok(None);
    };
    let approved = ctx.approved_only(session, Scope::Everything)?;
    approved.refuse_incomplete()?;
    let neighbours = approved.neighbours();
    let states = redesign_states(&neighbours, approved.governance(), neighbours.until);
    let mut states = states.into_iter();
    let state = states.find(|state| state.id.as_deref() == Some(id.as_str()));
    let recurred = state.filter(|state| state.status == RedesignStatus::Recurred);
    Ok(recurred.map(|state| RecurredPattern {
        ids: state.landed_after.into_iter().flat_map(|occurrence| occurrence.ids).collect(),
    }))
}
