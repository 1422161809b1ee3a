//! The definition of a command: its name, its arguments, and the function that runs it.
//!
//! Start at [`Command`]; `commands::registry` lists them.

use crate::commands::context;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, globals};
use crate::commands::exit::Outcome;
use clap::{ArgMatches, Parser};
use std::fmt::Debug;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static dyn CommandArguments,
    /// The output formats that it offers.
    pub formats: Formats,
    /// Whether it can answer about a past state of the approved ref.
    pub past: PastInstants,
    /// Whether a flag of its own names the ledger, and the time is now: `-C` and `--on` are refused.
    pub is_bound: bool,
    /// The commands below it; one that has some only groups them.
    pub below: &'static [Command],
}

/// The arguments and the help of a command, but for its name, and what runs it: of a type, or of a row of a table.
pub(crate) trait CommandArguments: Debug {
    fn declare(&self) -> clap::Command;

    fn run(&self, matches: &ArgMatches, ctx: &Ctx) -> anyhow::Result<Outcome>;
}

#[derive(Debug)]
struct TypedArguments {
    declare: fn() -> clap::Command,
    run: fn(&ArgMatches, &Ctx) -> anyhow::Result<Outcome>,
}

impl CommandArguments for TypedArguments {
    fn declare(&self) -> clap::Command {
        (self.declare)()
    }

    fn run(&self, matches: &ArgMatches, ctx: &Ctx) -> anyhow::Result<Outcome> {
        (self.run)(matches, ctx)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PastInstants {
    /// It does.
    Answered,
    /// It can't; the reason ends a sentence that begins with `--as-of asks about the past, and`.
    Refused(&'static str),
}

pub(crate) trait Run: Parser {
    const FORMATS: Formats = Formats::General;
    const PAST: PastInstants = PastInstants::Refused("this command does not read the approved ref");

    /// Whether a flag of its own names the ledger, and the time is now.
    const IS_BOUND: bool = false;

    /// Any error other than a [`crate::commands::context::fault::Fault`] is unexpected.
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome>;
}

impl Command {
    pub(crate) const fn of<A: Run>(name: &'static str) -> Command {
        Command {
            name,
            arguments: &TypedArguments {
                declare: A::command,
                run: |matches, ctx| A::from_arg_matches(matches)?.run(ctx),
            },
            formats: A::FORMATS,
            past: A::PAST,
            is_bound: A::IS_BOUND,
            below: &[],
        }
    }

    pub(crate) const fn group<A: Parser>(name: &'static str, below: &'static [Command]) -> Command {
        Command {
            name,
            arguments: &TypedArguments {
                declare: A::command,
                run: |_, _| {
                    Err(fault::usage_error("the subcommand is missing", "run it with --help"))
                },
            },
            formats: Formats::General,
            past: PastInstants::Answered,
            is_bound: false,
            below,
        }
    }
}

impl Command {
    /// Returns its arguments and its help, with its formats, and without the flags that it refuses.
    pub(crate) fn declared(&self) -> clap::Command {
        // Only a help shows the examples, and only of the command that is asked for.
        let own = self.arguments.declare().name(self.name).defer(context::example::folded);
        if !self.below.is_empty() {
            let below = self.below.iter().map(Command::declared);
            return own.subcommand_required(true).arg_required_else_help(true).subcommands(below);
        }
        let bound = if self.is_bound { globals::no_choice().to_vec() } else { Vec::new() };
        let own = own.arg(globals::format(self.formats)).args(bound);
        match self.past {
            PastInstants::Answered => own,
            PastInstants::Refused(_) => own.arg(globals::no_past()),
        }
    }

    /// Returns the command of a name among some, with its declaration below that of their parent, in the same order.
    pub(crate) fn named<'c, 'd>(
        mut commands: impl Iterator<Item = &'c Command>,
        parent: &'d clap::Command,
        name: &str,
    ) -> anyhow::Result<(&'c Command, &'d clap::Command)> {
        let mut declared = parent.get_subcommands().enumerate();
        let found = declared.find(|(_, declared)| declared.get_name() == name);
        let found = found.and_then(|(at, declared)| Some((commands.nth(at)?, declared)));
        found.ok_or_else(|| {
            fault::usage_error(format!("there is no command {name}"), "run `exledger help --all`")
        })
    }
}
