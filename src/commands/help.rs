//! The help: the first screen, all commands, one command, and the options of every command.
//!
//! Start at [`Asked`] and [`shape`]. Only what is shown changes: each command parses the same flags, and the manual page
//! and completions have them all. Follows `docs/spec/cli.md`, help.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use clap::{Arg, ArgAction, Args};

use crate::commands::command::{Command, PastInstants};
use crate::commands::context::example::HEADING;
use crate::commands::context::globals::Globals;
use crate::commands::context::output::Formats;
use crate::commands::new;
use crate::commands::registry::{ABOUT, GROUPS, WIDEST, all};

pub(crate) const NAME: &str = "help";
const OPTIONS: &str = "options";
const EVERYTHING: &str = "--all";

const WHERE_OPTIONS_ARE: &str = "options of every command: exledger help options";

const COLUMN: usize = 13;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Nothing,
    /// What most people need.
    Usual,
    /// Everything (`--all`).
    All,
}

impl Asked {
    /// Returns what the arguments ask; a text that only looks like it changes nothing but a help that is not shown.
    pub(crate) fn read(args: &[OsString]) -> Asked {
        let mut words = args.iter().skip(1).filter_map(|arg| arg.to_str());
        if !words.clone().any(|word| word == NAME || is_flag(word)) {
            Asked::Nothing
        } else if words.any(|word| word == EVERYTHING) {
            Asked::All
        } else {
            Asked::Usual
        }
    }
}

/// Tells whether a word is `--help` or `-h`, also among other short flags.
fn is_flag(word: &str) -> bool {
    let is_short = word.starts_with('-') && !word.starts_with("--") && word.contains('h');
    word == "--help" || is_short
}

/// Returns the arguments without `--all`, where it is about the help and not a flag of the command.
pub(crate) fn without_all(args: Vec<OsString>) -> Vec<OsString> {
    let is_help =
        args.iter().filter_map(|arg| arg.to_str()).any(|word| word == "--help" || word == "-h");
    args.into_iter().filter(|arg| !is_help || arg != EVERYTHING).collect()
}

pub(crate) fn shape(program: clap::Command, asked: Asked) -> clap::Command {
    let globals = Globals::augment_args(clap::Command::new("globals"));
    let globals: Vec<Arg> = globals.get_arguments().cloned().collect();
    program
        .disable_help_subcommand(true)
        .override_help(first_or_all(asked))
        .mut_subcommands(|command| {
            let is_new = command.get_name() == new::NAME;
            let command = shape_command(command, &globals);
            if is_new && asked != Asked::All { with_usual_flags(command) } else { command }
        })
        .subcommand(
            clap::Command::new(NAME)
                .hide(true)
                .disable_help_flag(true)
                .arg(Arg::new("words").num_args(0..).value_name("COMMAND"))
                .arg(Arg::new("all").long("all").action(ArgAction::SetTrue)),
        )
}

fn shape_command(command: clap::Command, globals: &[Arg]) -> clap::Command {
    let is_own = |arg: &&Arg| command.get_arguments().all(|own| own.get_id() != arg.get_id());
    let hidden: Vec<Arg> =
        globals.iter().filter(is_own).map(|arg| arg.clone().global(false).hide(true)).collect();
    let flag = Arg::new("help").short('h').long("help").action(ArgAction::Help).hide(true);
    let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    command
        .mut_args(|arg| {
            let is_global = globals.iter().any(|global| global.get_id() == arg.get_id());
            if is_global { arg.hide(true) } else { arg }
        })
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args(hidden)
        .arg(flag)
        .after_help(format!("{}{WHERE_OPTIONS_ARE}", first_example(&below)))
        .mut_subcommands(|command| shape_command(command, globals))
}

fn first_example(below: &str) -> String {
    let Some(rest) = below.strip_prefix(HEADING) else {
        return String::new();
    };
    let mut lines = Vec::new();
    for line in rest.trim_start_matches('\n').lines() {
        lines.push(line);
        if !line.ends_with('\\') {
            break;
        }
    }
    format!("{HEADING}\n{}\n\n", lines.join("\n"))
}

fn with_usual_flags(command: clap::Command) -> clap::Command {
    let is_usual = |arg: &Arg| arg.get_long().is_some_and(|long| new::USUAL_FLAGS.contains(&long));
    let n_more = command.get_arguments().filter(|arg| !arg.is_hide_set() && !is_usual(arg)).count();
    let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    command
        .mut_args(|arg| if is_usual(&arg) { arg } else { arg.hide(true) })
        .after_help(format!("{below}\n{n_more} more flags: exledger new --help --all"))
}

pub(crate) fn first_or_all(asked: Asked) -> String {
    let mut text = format!("{ABOUT}\n\nUsage: exledger [COMMAND]\n\n");
    for group in GROUPS {
        let more = if asked == Asked::All { group.more } else { &[] };
        let commands: Vec<&Command> = group.first.iter().chain(more).collect();
        if commands.is_empty() {
            continue;
        }
        let column = if asked == Asked::All { COLUMN } else { FIRST_COLUMN };
        text.push_str(&format!("{}\n", group.name));
        for command in commands {
            let declared = command.arguments.declare();
            let about = declared.get_about().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {:<column$}{about}\n", command.name));
        }
        text.push('\n');
    }
    let n_all = all().count();
    let last = match asked {
        Asked::All => "exledger help COMMAND · exledger help options".to_owned(),
        _ => format!(
            "exledger help --all ({n_all} commands) · exledger help COMMAND\nexledger help options"
        ),
    };
    text.push_str(&last);
    text.push('\n');
    text
}

const FIRST_COLUMN: usize = 9;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The screen of commands.
    Commands,
    /// The options of every command.
    Options,
    /// The help of a command: its names, one below the other.
    Command(Vec<String>),
}

impl Topic {
    pub(crate) fn read(matches: &clap::ArgMatches) -> Option<Topic> {
        let own = matches.subcommand_matches(NAME)?;
        let words: Vec<String> = own.get_many("words").into_iter().flatten().cloned().collect();
        Some(match words.as_slice() {
            [] => Topic::Commands,
            [only] if only == OPTIONS => Topic::Options,
            _ => Topic::Command(words),
        })
    }
}

pub(crate) fn options() -> clap::builder::StyledStr {
    let mut below = String::from("Formats: ");
    below.push_str(&Formats::General.names().join(", "));
    for (names, commands) in further_formats() {
        below.push_str(&format!("\n  also {}: {}", names.join(", "), listed(&commands)));
    }
    let answers = |command: &Command| command.past == PastInstants::Answered;
    let past = all().filter(|command| answers(command));
    let past = past.filter(|command| command.below.is_empty() || command.below.iter().any(answers));
    let past: BTreeSet<String> = past.map(name).collect();
    below.push_str(&format!("\n\n--as-of: {}", listed(&past)));
    below.push_str(
        "\n\nExit codes: 0 nothing is wrong, 1 problems found, 2 usage error,\n3 could not determine, 130 interrupted.",
    );
    Globals::augment_args(clap::Command::new("exledger"))
        .about("Options of every command")
        .override_usage("exledger [OPTIONS] COMMAND")
        .max_term_width(WIDEST)
        .disable_help_flag(true)
        .arg(
            Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print the help"),
        )
        .mut_arg("format", |arg| arg.hide_possible_values(true))
        .after_help(below)
        .render_help()
}

fn further_formats() -> BTreeMap<Vec<&'static str>, BTreeSet<String>> {
    let general = Formats::General.names();
    let mut further: BTreeMap<Vec<&'static str>, BTreeSet<String>> = BTreeMap::new();
    for command in all() {
        let more: Vec<&str> =
            command.formats.names().into_iter().filter(|name| !general.contains(name)).collect();
        if !more.is_empty() {
            further.entry(more).or_default().insert(name(command));
        }
    }
    further
}

fn name(command: &Command) -> String {
    command.name.to_owned()
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
