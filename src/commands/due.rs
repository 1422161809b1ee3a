//! `due`: what has ended, ends soon, or waits for somebody.

use clap::Parser;

use crate::commands::context::Ctx;
use crate::commands::context::approved::{self, Approved, Scope};
use crate::commands::context::filter;
use crate::commands::context::place::Home;
use crate::commands::{Command, Outcome, Run};
use crate::record::time::Term;
use crate::survey::due::{self, Horizon, Urgency};
use crate::survey::select;
use crate::view;
use crate::view::doc::Doc;

/// Say what is due
///
/// What has ended, ends soon, waits for review, closure or post-closure review, by owner. Exits 1 when something
/// should have been done by now.
#[derive(Debug, Parser)]
#[command(name = "due")]
#[command(after_help = "EXAMPLE\n  exledger due --within 14d --format markdown")]
pub struct Args {
    /// How soon an end counts as due; by default what the policy says
    #[arg(long, value_name = "DURATION", value_parser = filter::term)]
    within: Option<Term>,
}

/// The command.
pub const COMMAND: Command = Command::of::<Args>();

impl Run for Args {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let approved = ctx.approved_of(&home, Scope::Worklist)?;
        let (doc, outcome) = answered(&approved, self.within);
        ctx.show(&doc)?;
        Ok(ctx.of_unknown(
            approved.standings.iter().filter(approved::is_unknown),
            outcome,
        ))
    }
}

/// Returns what is due in a ledger, as the policy sees it.
///
/// # Errors
/// Whatever keeps the ledger from being read.
pub fn answer(ctx: &Ctx, home: &Home) -> anyhow::Result<Doc> {
    let approved = ctx.approved_of(home, Scope::Worklist)?;
    Ok(answered(&approved, None).0)
}

fn answered(approved: &Approved<'_>, within: Option<Term>) -> (Doc, Outcome) {
    let policy = &approved.governance.policy;
    let horizon = Horizon {
        urgent: policy.due.urgent,
        soon: within.unwrap_or(policy.due.soon),
        request_sla: policy.approval.request_sla,
    };
    let instant = approved.stamp.instant;
    let found = approved.standings.iter();
    let mut records: Vec<_> = found
        .filter_map(|standing| Some((standing, due::of(standing, &horizon, instant)?)))
        .collect();
    records.sort_by_key(|(standing, _)| (view::record::id(standing), &standing.path));
    let overdue = records
        .iter()
        .any(|(_, due)| due.urgency == Urgency::Overdue);
    let open = approved
        .standings
        .iter()
        .filter(|standing| !select::is_ended(standing.status))
        .count();
    let shown = records
        .iter()
        .filter(|(standing, _)| !select::is_ended(standing.status))
        .count();
    let (control, filer) = (
        |control: &_| approved.title(control),
        |standing: &_| approved.filer(standing),
    );
    let names = view::record::Names {
        control: &control,
        filer: &filer,
    };
    let list = view::due::DueList {
        stamp: &approved.stamp,
        records,
        hidden: open - shown,
        unknown: approved
            .standings
            .iter()
            .filter(approved::is_unknown)
            .count(),
    };
    let outcome = if overdue {
        Outcome::BadNews
    } else {
        Outcome::Fine
    };
    (view::due::doc(&list, &names), outcome)
}
