//! `redesign`: the planned changes that make repeated exceptions unnecessary.
//!
//! Start at [`COMMAND`]; each subcommand has its own file. Follows `docs/spec/cli.md`, redesign.

mod assess;
mod done;
mod list;
mod new;
mod written;

use clap::Parser;

use crate::commands::command::Command;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::picker;
use crate::commands::prompts;
use exledger::policy::redesign::Redesign;

/// File redesigns of repeated exceptions, and follow them up
///
/// A redesign says who changes what, by when, so that the exceptions of a pattern are no longer needed. While it is in
/// time, new records that link it pass the freeze of the pattern. It counts once somebody other than its authors has
/// approved it; somebody other than its owner assesses whether it worked.
#[derive(Debug, Parser)]
#[command(name = "redesign")]
#[command(after_help = "EXAMPLE\n  exledger redesign list\n  exledger redesign new --help")]
pub(crate) struct RedesignArgs {}

pub(crate) const COMMAND: Command =
    Command::group::<RedesignArgs>(&[list::COMMAND, new::COMMAND, done::COMMAND, assess::COMMAND]);

/// Returns the given id; if there is none, the redesign of the work tree that the user chooses among those that fit.
///
/// # Errors
/// [`fault::Fault::Usage`] if no id is given and nobody can be prompted, or there is nothing to choose from.
fn id_or_ask(
    ctx: &Ctx,
    command: &str,
    given: Option<&str>,
    fits: &dyn Fn(&Redesign) -> bool,
) -> anyhow::Result<String> {
    if let Some(id) = given {
        return Ok(id.to_owned());
    }
    let unnamed = || {
        fault::usage_error(
            "no redesign is named",
            format!(
                "give its id: exledger redesign {command} ID; `exledger redesign list` shows the ids"
            ),
        )
    };
    if !prompts::can_prompt(ctx) {
        return Err(unnamed());
    }
    let offers = ctx.home()?.redesigns_here(fits)?.into_iter();
    match offers.map(|it| picker::offer(it.id, it.title)).collect::<Vec<_>>() {
        offers if offers.is_empty() => Err(unnamed()),
        offers => picker::pick("Which redesign", offers, "name an id"),
    }
}
