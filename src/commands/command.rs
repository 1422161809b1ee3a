//! The definition of a command: its name, its arguments, and the function that runs it.
//!
//! Start at [`Command`]; `commands::GROUPS` lists them.

use crate::commands::context;
use crate::commands::context::Ctx;
use crate::commands::context::globals::{self};
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use clap::Parser;

/// One subcommand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    /// Its arguments and its help.
    pub declare: fn() -> clap::Command,
    /// The output formats that it offers.
    pub formats: Formats,
    /// Whether it can answer about a past state of the approved ref.
    pub past: PastInstants,
    pub(crate) run: fn(&clap::ArgMatches, &Ctx) -> anyhow::Result<Outcome>,
}

/// Whether a command can answer about a past state of the approved ref (`--as-of`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PastInstants {
    /// It does.
    Answered,
    /// It can't; the reason ends a sentence that begins with `--as-of asks about the past, and`.
    Refused(&'static str),
}

/// A subcommand's arguments, which know how to run it.
pub(crate) trait Run: Parser {
    /// The output formats that it offers.
    const FORMATS: Formats = Formats::General;
    /// Whether it can answer about the past.
    const PAST: PastInstants = PastInstants::Refused("this command does not read the approved ref");

    /// Runs the command.
    ///
    /// # Errors
    /// [`crate::commands::context::fault::Fault`] for a usage error or an undetermined answer;
    /// any other error is unexpected.
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome>;
}

impl Command {
    /// Returns the command with the given type of arguments.
    pub(crate) const fn of<A: Run>() -> Command {
        Command {
            declare: A::command,
            formats: A::FORMATS,
            past: A::PAST,
            run: |matches, ctx| A::from_arg_matches(matches)?.run(ctx),
        }
    }
}

impl Command {
    /// Returns its arguments and its help, with its formats, and without the flags that it refuses.
    pub(crate) fn declared(&self) -> clap::Command {
        let own = context::example::folded((self.declare)()).arg(globals::format(self.formats));
        match self.past {
            PastInstants::Answered => own,
            PastInstants::Refused(_) => own.arg(globals::no_past()),
        }
    }
}
