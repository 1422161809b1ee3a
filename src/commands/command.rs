//! What a command is: its name, its arguments, and the function that runs it.
//!
//! Start at [`Command`]; `commands::ALL` lists them.

use crate::commands::context;
use crate::commands::context::Ctx;
use crate::commands::context::globals::{self};
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use clap::Parser;

/// One subcommand: what it takes, and what it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    /// Its arguments and its help.
    pub declare: fn() -> clap::Command,
    /// The formats in which it answers.
    pub formats: Formats,
    /// Whether it answers about the approved ref as it once stood.
    pub past: PastInstants,
    pub(crate) run: fn(&clap::ArgMatches, &Ctx) -> anyhow::Result<Outcome>,
}

/// Whether a command answers about the approved ref as it once stood (`--as-of`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PastInstants {
    /// It does.
    Answered,
    /// It does not, and why, as the end of a sentence that begins with `--as-of asks about the past, and`.
    Refused(&'static str),
}

/// What a subcommand's arguments can do.
pub(crate) trait Run: Parser {
    /// The formats in which it answers.
    const FORMATS: Formats = Formats::General;
    /// Whether it answers about the past.
    const PAST: PastInstants = PastInstants::Refused("this command does not read the approved ref");

    /// Answers.
    ///
    /// # Errors
    /// [`crate::commands::context::fault::Fault`] where the command was used wrongly or can't say; anything else is unforeseen.
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome>;
}

impl Command {
    /// Returns the command whose arguments are of a type.
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
    /// Returns its arguments and its help, with the formats that it has, and without the flags that it refuses.
    pub(crate) fn declared(&self) -> clap::Command {
        let own = context::example::folded((self.declare)()).arg(globals::format(self.formats));
        match self.past {
            PastInstants::Answered => own,
            PastInstants::Refused(_) => own.arg(globals::no_past()),
        }
    }
}
