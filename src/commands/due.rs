//! `due`: what has ended, ends soon, or waits for somebody.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::filter;
use crate::commands::context::output::{self, Formats};
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use exledger::interop::ics::{self, Dated};
use exledger::record::time::Term;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::due::{DueRecord, Urgency};
use exledger::survey::escalate;
use exledger::survey::select;
use exledger::view;
use exledger::view::doc::FormatNeeds;
use exledger::view::due::DueList;

/// Show what is due
///
/// Lists by owner what has ended, ends soon, or waits for review, closure or post-closure review. Exits
/// 1 if something is overdue.
#[derive(Debug, Parser)]
#[command(name = "due")]
#[command(
    after_help = "EXAMPLE\n  exledger due --within 14d --format markdown\n  exledger due --messages\n  exledger due --within 90d --format ics > exceptions.ics"
)]
pub(crate) struct DueArgs {
    /// Show records that end within this time [default: set by the policy]
    #[arg(long, value_name = "DURATION", value_parser = filter::term)]
    within: Option<Term>,

    /// Print a message for each person in the escalation chain, instead of the list
    #[arg(long)]
    messages: bool,
}

pub(crate) const COMMAND: Command = Command::of::<DueArgs>();

impl Run for DueArgs {
    const FORMATS: Formats = Formats::Dated;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let approved = ctx.approved_of(&home, Scope::Worklist)?;
        let is_calendar = ctx.globals.format.as_deref() == Some(output::CALENDAR);
        let outcome = match (is_calendar, self.messages) {
            (true, true) => {
                return Err(fault::usage_error(
                    "messages cannot be written as a calendar",
                    "leave out --messages, or choose another format",
                ));
            }
            (true, false) => {
                let found = find_due(&approved, self.within);
                ctx.print(calendar(&approved, &found).as_bytes())?;
                found.outcome
            }
            (false, messages) => {
                let found = find_due(&approved, self.within);
                let outcome = found.outcome;
                let list = worklist(&approved, found, ctx.format.reads);
                let mut doc = view::due::doc(&list, &*approved);
                if messages {
                    let around = approved.around();
                    let calls = escalate::calls(&list.records, &RecordState::known_content, around);
                    view::messages::add(&mut doc, &calls, approved.stamp(), around);
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
    outcome: Outcome,
}

fn find_due<'a>(approved: &'a Snapshot<'_>, within: Option<Term>) -> Found<'a> {
    let records = approved.due(within);
    let is_overdue = |(_, due): &(&RecordState, DueRecord)| due.urgency == Urgency::Overdue;
    let outcome =
        if records.iter().any(is_overdue) { Outcome::ProblemsFound } else { Outcome::Fine };
    Found { records, outcome }
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
        around: approved.around(),
        hidden: open - shown,
        unknown: approved.records().iter().filter(unknown::is_unknown).count(),
        reads,
    }
}
