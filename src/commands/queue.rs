//! `queue`: what needs attention, most urgent first, with the next step; healthy records are counted.
//!
//! Its messages and its calendar are about the same records. Follows `docs/spec/cli.md`, queue.

use clap::{Parser, ValueEnum};
use exledger::diag::sorting::StableSort as _;
use exledger::features::queue::answer::{Grouping, Queue};
use exledger::features::queue::show;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::{self, Filters};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, output, unknown};
use crate::commands::exit::Outcome;
use exledger::formats::ics::{self, Dated};
use exledger::record::time::{Instant, MomentOrTerm, Term, Unit};
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::survey::messages::{self, MessageSubjects};
use exledger::survey::queue::QueueItem;
use exledger::survey::select::{Filter, Selection};
use exledger::view::{self, doc::Doc};

/// What needs attention, with the next command
///
/// Shows for each record the next step, the command for it, how long the record has been waiting, and for whom. Healthy
/// records are counted but not listed. Repeated causes that are frozen without a redesign in time are listed, too. With
/// --strict, exits 1 if something is overdue, an emergency waits for its approval, or such a cause is listed.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger queue\n  exledger queue --team billing --approved-only --strict\n  exledger queue --messages --since 24h\n  exledger queue --within 90d --format ics > exceptions.ics"
)]
pub(crate) struct QueueArgs {
    /// Group the records, the group of the most urgent one first
    #[arg(long, value_name = "GROUP")]
    by: Option<GroupBy>,

    /// Show records that end within this time [default: set by the policy]
    #[arg(long, value_name = "DURATION", value_parser = filter::term)]
    within: Option<Term>,

    /// Leave out records that are only proposed
    #[arg(long)]
    approved_only: bool,

    /// Print a message for each person who has to act, can approve or has asked, instead of the list
    #[arg(long)]
    messages: bool,

    /// With --messages: report what was decided since then (an instant, a date or a duration) [default: 24h]
    #[arg(long, value_name = "INSTANT|DURATION", requires = "messages", value_parser = filter::moment_or_term)]
    since: Option<MomentOrTerm>,

    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GroupBy {
    /// By owner
    Owner,
}

const DAY: Term = Term { number: 24, unit: Unit::Hours };

/// Returns the instant after which decisions are reported; a duration counts back from the one in question.
fn begin(since: &MomentOrTerm, now: Instant) -> anyhow::Result<Instant> {
    let at = match since {
        MomentOrTerm::Moment(when) => when.start(),
        MomentOrTerm::Term(term) => now.plus_seconds(term.seconds().saturating_neg()),
    };
    if at > now {
        return Err(fault::usage_error(
            format!("--since {at} is later than {now}, which is asked about"),
            "give an earlier instant, or a duration such as 24h",
        ));
    }
    Ok(at)
}

pub(crate) const COMMAND: Command = Command::of::<QueueArgs>("queue");

impl Run for QueueArgs {
    const FORMATS: Formats = Formats::Dated;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home_of_list()?;
        let is_calendar = ctx.globals.format.as_deref() == Some(output::CALENDAR);
        if is_calendar && self.messages {
            return Err(fault::usage_error(
                "messages cannot be written as a calendar",
                "leave out --messages, or choose another format",
            ));
        }
        // A request that was rejected is closed, so a worklist would leave it out.
        let scope = if self.messages { Scope::Everything } else { Scope::Worklist };
        let open = |scope| {
            if self.approved_only {
                ctx.approved_only(&home, scope)
            } else {
                ctx.approved_of(&home, scope)
            }
        };
        let approved = open(scope)?;
        let filter = self.filters.filter();
        let grouping = match self.by {
            Some(GroupBy::Owner) => Grouping::ByOwner,
            None => Grouping::ByRank,
        };
        let queue = Queue::of(&approved, &filter, self.within, (grouping, ctx.format.reads));
        let outcome = outcome(ctx, &queue);
        if is_calendar {
            ctx.print(calendar(&approved, &queue.items).as_bytes())?;
        } else {
            let mut doc = show::doc(&queue, &*approved);
            if self.messages {
                let since = self.since.unwrap_or(MomentOrTerm::Term(DAY));
                add_messages(&mut doc, &approved, &filter, &queue, &since)?;
            }
            ctx.show(doc)?;
        }
        // Only a closed record may have the name, too, which a worklist leaves out.
        if !approved.filter_hints(&filter, approved.records().iter()).is_empty() {
            let all = open(Scope::Everything)?;
            for hint in all.filter_hints(&filter, all.records().iter()) {
                ctx.hint(&hint);
            }
        }
        let outcome = unknown::of_proposals(ctx, &approved, outcome);
        Ok(unknown::of_all(ctx, &approved, unknown::selected(&approved, &filter), outcome))
    }
}

/// Returns whether the queue holds a problem: a redesign that is due, and with `--strict` whatever should be done by now.
fn outcome(ctx: &Ctx, queue: &Queue<'_>) -> Outcome {
    let is_bad = queue.items.iter().any(QueueItem::is_pressing) || !queue.follow_ups.is_empty();
    let is_problem = queue.follow_ups.iter().any(|follow_up| follow_up.bucket.is_problem());
    if ctx.globals.strict && is_bad || is_problem { Outcome::ProblemsFound } else { Outcome::Fine }
}

/// Replaces the list by the messages about its records, and about the decisions on records that the filter selects.
fn add_messages<'a>(
    doc: &mut Doc<'_>,
    approved: &'a Snapshot<'_>,
    filter: &Filter,
    queue: &Queue<'a>,
    since: &MomentOrTerm,
) -> anyhow::Result<()> {
    let around = approved.around();
    let mut decided = approved.decisions(begin(since, around.instant)?);
    decided.retain(|decision| approved.selection(filter, decision.record_state) == Selection::Yes);
    let subjects = MessageSubjects {
        items: &queue.items,
        follow_ups: &queue.follow_ups,
        decided: &decided,
        filer: &|record_state| approved.filed_by(record_state),
    };
    let messages = messages::messages(&subjects, around);
    view::messages::add(doc, &messages, approved.stamp(), around);
    Ok(())
}

fn calendar(approved: &Snapshot<'_>, items: &[QueueItem<'_>]) -> String {
    let due = items.iter().filter(|item| item.due.is_some()).map(|item| item.record_state);
    let mut dated: Vec<Dated> = due
        .map(|record_state| Dated { record_state, landings: approved.landings(record_state) })
        .collect();
    dated.order_by_key(|dated| (dated.record_state.id(), &dated.record_state.path));
    ics::calendar(&dated, approved.stamp().instant)
}
