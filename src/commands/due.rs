//! `due`: what has ended, ends soon, or waits for somebody.

use clap::Parser;
use exledger::features::queue;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, filter, output, unknown};
use crate::commands::exit::Outcome;
use exledger::features::queue::due::DueList;
use exledger::formats::ics;
use exledger::formats::ics::Dated;
use exledger::record::time::{Instant, Term, Unit, When};
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::due::{DueRecord, Urgency};
use exledger::survey::follow_up::FollowUp;
use exledger::survey::messages::MessageSubjects;
use exledger::survey::{messages, select};
use exledger::view;
use exledger::view::doc::FormatNeeds;

/// Show what is due
///
/// Lists by owner what has ended, ends soon, or waits for review, closure or post-closure review. Exits
/// 1 if something is overdue; with --strict, also if a repeated cause is frozen and has no redesign in time.
#[derive(Debug, Parser)]
#[command(name = "due")]
#[command(
    after_help = "EXAMPLE\n  exledger due --within 14d --format markdown\n  exledger due --messages --since 24h\n  exledger due --within 90d --format ics > exceptions.ics"
)]
pub(crate) struct DueArgs {
    /// Show records that end within this time [default: set by the policy]
    #[arg(long, value_name = "DURATION", value_parser = filter::term)]
    within: Option<Term>,

    /// Print a message for each person who has to act, can approve or has asked, instead of the list
    #[arg(long)]
    messages: bool,

    /// With --messages: report what was decided since then (an instant, a date or a duration) [default: 24h]
    #[arg(long, value_name = "INSTANT|DURATION", requires = "messages", value_parser = Since::parse)]
    since: Option<Since>,
}

/// The start of the time whose decisions are reported.
#[derive(Clone, Debug)]
enum Since {
    At(When),
    /// This long before the instant in question.
    Before(Term),
}

/// A day.
const DAY: Term = Term { number: 24, unit: Unit::Hours };

impl Since {
    fn parse(text: &str) -> Result<Since, String> {
        match Term::new(text) {
            Some(term) => Ok(Since::Before(term)),
            None => filter::moment(text).map(Since::At),
        }
    }

    /// Returns the instant after which decisions are reported.
    ///
    /// # Errors
    /// If it is later than the instant in question.
    fn instant(&self, now: Instant) -> anyhow::Result<Instant> {
        let at = match self {
            Since::At(when) => when.start(),
            Since::Before(term) => now.plus_seconds(term.seconds().saturating_neg()),
        };
        if at > now {
            return Err(fault::usage_error(
                format!("--since {at} is later than {now}, which is asked about"),
                "give an earlier instant, or a duration such as 24h",
            ));
        }
        Ok(at)
    }
}

pub(crate) const COMMAND: Command = Command::of::<DueArgs>();

impl Run for DueArgs {
    const FORMATS: Formats = Formats::Dated;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        // A request that was rejected is closed, so a worklist would leave it out.
        let scope = if self.messages { Scope::Everything } else { Scope::Worklist };
        let approved = ctx.approved_of(&home, scope)?;
        let is_calendar = ctx.globals.format.as_deref() == Some(output::CALENDAR);
        let outcome = match (is_calendar, self.messages) {
            (true, true) => {
                return Err(fault::usage_error(
                    "messages cannot be written as a calendar",
                    "leave out --messages, or choose another format",
                ));
            }
            (true, false) => {
                let found = find_due(ctx, &approved, self.within);
                ctx.print(calendar(&approved, &found).as_bytes())?;
                found.outcome
            }
            (false, messages) => {
                let found = find_due(ctx, &approved, self.within);
                let outcome = found.outcome;
                let list = worklist(&approved, found, ctx.format.reads);
                let mut doc = queue::due::doc(&list, &*approved);
                if messages {
                    let around = approved.around();
                    let since = self.since.unwrap_or(Since::Before(DAY));
                    let subjects = MessageSubjects {
                        due: &list.records,
                        follow_ups: &list.follow_ups,
                        decided: &approved.decisions(since.instant(around.instant)?),
                        filer: &|record_state| approved.filed_by(record_state),
                    };
                    let messages = messages::messages(&subjects, around);
                    view::messages::add(&mut doc, &messages, approved.stamp(), around);
                }
                ctx.show(&doc)?;
                outcome
            }
        };
        Ok(unknown::outcome(ctx, approved.records().iter().filter(unknown::is_unknown), outcome))
    }
}

/// What is due.
struct Found<'a> {
    records: Vec<(&'a RecordState, DueRecord)>,
    follow_ups: Vec<FollowUp>,
    outcome: Outcome,
}

fn find_due<'a>(ctx: &Ctx, approved: &'a Snapshot<'_>, within: Option<Term>) -> Found<'a> {
    let (records, follow_ups) = (approved.due(within), approved.follow_ups());
    let is_overdue = |(_, due): &(&RecordState, DueRecord)| due.urgency == Urgency::Overdue;
    let is_problem = |it: &FollowUp| ctx.globals.strict || it.bucket.is_problem();
    let is_bad = records.iter().any(is_overdue) || follow_ups.iter().any(is_problem);
    let outcome = if is_bad { Outcome::ProblemsFound } else { Outcome::Fine };
    Found { records, follow_ups, outcome }
}

fn calendar(approved: &Snapshot<'_>, found: &Found<'_>) -> String {
    let dated = found
        .records
        .iter()
        .map(|(record_state, _)| Dated { record_state, landings: approved.landings(record_state) });
    ics::calendar(&dated.collect::<Vec<_>>(), approved.stamp().instant)
}

fn worklist<'a>(approved: &'a Snapshot<'_>, found: Found<'a>, reads: FormatNeeds) -> DueList<'a> {
    let is_open = |record_state: &&RecordState| !select::is_ended(record_state.status);
    let open = approved.records().iter().filter(is_open).count();
    let shown = found
        .records
        .iter()
        .map(|(record_state, _)| *record_state)
        .filter(|record_state| is_open(record_state))
        .count();
    DueList {
        stamp: approved.stamp(),
        records: found.records,
        follow_ups: found.follow_ups,
        around: approved.around(),
        hidden: open - shown,
        unknown: approved.records().iter().filter(unknown::is_unknown).count(),
        reads,
    }
}
