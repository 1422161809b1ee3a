//! `reject`: rejects a request and keeps the reason in its file.
//!
//! Follows `docs/spec/cli.md`, commands.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::{Ctx, fault};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{picker, prompts};
use clap::Parser;
use exledger::diag::remedy::Remedy;
use exledger::features;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::close;
use exledger::session::snapshot::walk::Scope;
use exledger::session::{Session, locate};

/// Reject a request, and record the reason
///
/// Writes a closure with outcome `rejected` to the proposal that is checked out. When the reviewer merges it, the
/// request is closed and the reason stays on record. Deleting the branch would leave no trace.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  git switch billing-key\n  exledger reject 7F3KQ --reason \"Rotate the key: the vendor offers two at a time\""
)]
pub(crate) struct RejectArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Reason for rejecting the request
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(crate) const COMMAND: Command = Command::of::<RejectArgs>("reject");

impl Run for RejectArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let open = || picker::open(&ctx.home()?);
        let id = picker::id_or_ask(ctx, "reject", self.id.as_deref(), &open)?;
        let home = ctx.home()?;
        let governance = locate::governance(home.work_tree()?)?;
        if let Some(record) = features::decide::read_record(&home, &ctx.moment(), &governance, &id)?
            && is_approved(ctx, &home, record.id.as_str())
        {
            let id = &record.id;
            return Err(fault::usage_error(
                format!("{id} is approved; only a request can be rejected"),
                Remedy::run([format!("exledger close {id} --outcome revoked")]),
            ));
        }
        let reason =
            prompts::text_or_ask(ctx, self.reason.as_deref(), "--reason", "Why is it rejected")?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "reject",
                event: ChangeEvent::Rejected,
                which: Which::One(&id),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| close::reject(taken, &reason),
            },
        )
    }
}

/// Tells whether a version of a record is approved; if unknown, a rejection at least only narrows.
fn is_approved(ctx: &Ctx, home: &Session, id: &str) -> bool {
    let approved = ctx.approved_only(home, Scope::About(&[id]));
    approved.is_ok_and(|approved| approved.landed(&id.to_ascii_uppercase()).approved.is_some())
}
