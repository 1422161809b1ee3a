//! The table of the commands, and the command line that they make.
//!
//! Start at [`GROUPS`].

use std::ffi::OsString;

use clap::{CommandFactory, Parser};

use crate::commands::command::Command;
use crate::commands::context::globals::Globals;
use crate::commands::{
    access, approve, check, ci, close, completions, demo, diff, doctor, explain, export, fire,
    hook, import, init, lint, list, log, man, new, note, patterns, queue, redesign, reject, renew,
    report, review, scan, schema, show, transfer, triage, verify,
};

pub(crate) const ABOUT: &str = "Exceptions to rules in git: why, who approved, until when";

pub(crate) struct CommandGroup {
    pub(crate) name: &'static str,
    /// Those on the first screen.
    pub(crate) first: &'static [Command],
    /// Those that only the screen of all commands has.
    pub(crate) more: &'static [Command],
}

pub(crate) const GROUPS: &[CommandGroup] = &[
    CommandGroup { name: "Look", first: &[scan::COMMAND, demo::COMMAND], more: &[] },
    CommandGroup { name: "Begin", first: &[init::COMMAND, doctor::COMMAND], more: &[] },
    CommandGroup {
        name: "File and approve",
        first: &[new::COMMAND, approve::COMMAND, check::COMMAND],
        more: &[],
    },
    CommandGroup {
        name: "Follow",
        first: &[list::COMMAND, show::COMMAND, queue::COMMAND, report::COMMAND],
        more: &[],
    },
    CommandGroup {
        name: "Decide",
        first: &[renew::COMMAND, review::COMMAND, close::COMMAND],
        more: &[
            reject::COMMAND,
            fire::COMMAND,
            transfer::COMMAND,
            note::COMMAND,
            redesign::COMMAND,
        ],
    },
    CommandGroup {
        name: "Compare",
        first: &[],
        more: &[lint::COMMAND, diff::COMMAND, import::COMMAND, triage::COMMAND, access::COMMAND],
    },
    CommandGroup {
        name: "Audit",
        first: &[],
        more: &[
            log::COMMAND,
            patterns::COMMAND,
            verify::COMMAND,
            export::COMMAND,
            explain::COMMAND,
        ],
    },
    CommandGroup {
        name: "For machines",
        first: &[],
        more: &[
            hook::COMMAND,
            #[cfg(feature = "mcp")]
            crate::commands::mcp::COMMAND,
            ci::COMMAND,
            schema::COMMAND,
            completions::COMMAND,
            man::COMMAND,
        ],
    },
];

/// The width beyond which no help goes, in characters.
pub(crate) const WIDEST: usize = 110;

#[derive(Debug, Parser)]
#[command(name = "exledger", version, about = ABOUT, max_term_width = WIDEST)]
#[command(
    after_help = "Exit codes: 0 nothing is wrong, 1 problems found, 2 usage error, 3 could not determine, 130 interrupted."
)]
struct Top {
    #[command(flatten)]
    globals: Globals,
}

pub(crate) fn declare() -> clap::Command {
    declare_if(|_| true)
}

/// Returns the command line for some arguments: a subcommand that they don't name has only its name.
/// Each start of the program reads one command line, and the flags of all subcommands are most of what that takes.
pub(crate) fn declare_for(args: &[OsString]) -> clap::Command {
    declare_if(|command| args.iter().any(|arg| arg == command.name))
}

fn declare_if(is_whole: impl Fn(&Command) -> bool) -> clap::Command {
    let declare = |command: &Command| {
        if is_whole(command) { command.declared() } else { clap::Command::new(command.name) }
    };
    let declared = all().map(declare);
    Top::command().disable_help_subcommand(false).subcommands(declared)
}

pub(crate) fn all() -> impl Iterator<Item = &'static Command> {
    GROUPS.iter().flat_map(|group| group.first.iter().chain(group.more))
}
