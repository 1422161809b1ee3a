//! `show`: one record, answering the four main questions first.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use exledger::view;

/// Show one exception
///
/// Shows why it is allowed, who approved it and on what evidence, what compensates for it, and when it ends, followed
/// by all other fields.
#[derive(Debug, Parser)]
#[command(name = "show")]
#[command(after_help = "EXAMPLE\n  exledger show 7F3KQ")]
pub(crate) struct ShowArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file
    id: String,

    /// Print the file unchanged
    #[arg(long)]
    raw: bool,
}

pub(crate) const COMMAND: Command = Command::of::<ShowArgs>();

impl Run for ShowArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let approved = ctx.approved(&home)?;
        let standing = approved.find(&self.id)?;
        if self.raw {
            let missing = || {
                fault::undetermined(
                    format!("the content of {} is not in this clone", standing.path),
                    "run `git fetch --unshallow`",
                )
            };
            ctx.print(&approved.bytes(standing).ok_or_else(missing)?)?;
        } else {
            let statements = approved.statements(standing);
            let doc = view::show::doc(standing, &statements, &*approved, approved.stamp());
            ctx.show(&doc)?;
            ctx.of_notices(&approved.waiting_reviews(&|id| id.eq_ignore_ascii_case(&standing.key)));
        }
        Ok(unknown::outcome(
            ctx,
            Some(standing).filter(unknown::is_unknown).into_iter(),
            Outcome::Fine,
        ))
    }
}
