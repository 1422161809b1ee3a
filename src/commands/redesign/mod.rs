//! `redesign`: the planned changes that make repeated exceptions unnecessary.
//!
//! Start at [`COMMAND`]; each subcommand has its own file. Follows `docs/spec/cli.md`, redesign.

mod assess;
mod done;
mod list;
mod named;
mod new;
mod written;

use clap::Parser;

use crate::commands::command::Command;

/// File redesigns of repeated exceptions, and follow them up
///
/// A redesign says who changes what, by when, so that the exceptions of a pattern are no longer needed. While it is in
/// time, new records that link it pass the freeze of the pattern. It counts once somebody other than its authors has
/// approved it; somebody other than its owner assesses whether it worked.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger redesign list\n  exledger redesign new --help")]
pub(crate) struct RedesignArgs {}

pub(crate) const COMMAND: Command = Command::group::<RedesignArgs>(
    "redesign",
    &[list::COMMAND, new::COMMAND, done::COMMAND, assess::COMMAND],
);
