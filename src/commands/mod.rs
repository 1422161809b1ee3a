//! One file per subcommand: arguments in, exit code out.
//!
//! The only module that prints, and the only one that decides exit codes. Start at [`registry::GROUPS`] and [`main`]; what
//! all commands share is in `context`. Follows `docs/spec/cli.md`. To add a command: its file, its `mod` line, one line in
//! [`registry::GROUPS`].

pub(crate) mod access;
pub(crate) mod approve;
pub(crate) mod check;
pub(crate) mod ci;
pub(crate) mod close;
pub(crate) mod command;
pub(crate) mod complete;
pub(crate) mod completions;
pub(crate) mod context;
pub(crate) mod decision;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod exit;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod fire;
pub(crate) mod help;
pub(crate) mod hook;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod man;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod new;
pub(crate) mod next_steps;
pub(crate) mod note;
pub(crate) mod overview;
pub(crate) mod patterns;
pub(crate) mod picker;
pub(crate) mod prompts;
pub(crate) mod queue;
pub(crate) mod redesign;
pub(crate) mod registry;
pub(crate) mod reject;
pub(crate) mod renew;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod scan;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod transfer;
pub(crate) mod triage;
pub(crate) mod verify;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::process::{self, ExitCode};

use clap::FromArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::ask;
use crate::commands::command::{Command, PastInstants};
use crate::commands::context::globals::Globals;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, hyphen, logging};
use crate::commands::exit::Outcome;
use crate::commands::help::{Asked, Topic};
use crate::commands::registry::{all, declare, declare_for};
use exledger::diag::{renamed, shell};
use exledger::render;

pub(crate) fn main() -> ExitCode {
    end_on_panic(Outcome::Undetermined.code());
    ExitCode::from(match completed() {
        Ok(true) => Outcome::Fine.code(),
        Ok(false) => run(std::env::args_os()),
        Err(error) => {
            show_usage(&error);
            exit::USAGE_ERROR
        }
    })
}

/// Answers a shell that asks for completions; never where an agent runtime asks, which would read silence as a yes.
fn completed() -> Result<bool, clap::Error> {
    let mut args = std::env::args_os().skip(1).peekable();
    let is_shell = args.peek().is_some_and(|first| first == "--");
    if !is_shell && args.any(|arg| arg == hook::NAME) {
        return Ok(false);
    }
    complete::answered(declare)
}

/// From now on a panic, of whatever thread, is reported on stderr and ends the process with an exit code.
#[expect(clippy::exit, reason = "a release has no code that would carry a panic up to `main`")]
fn end_on_panic(code: u8) {
    panic::set_hook(Box::new(move |panicked| {
        complain(&render::harmless(&internal_error(panicked)));
        process::exit(i32::from(code));
    }));
}

const REPORT: &str =
    "  help: this is a bug; please report it with the command (RUST_BACKTRACE=1 adds the stack)";

/// The variable that makes a debug build panic, for tests; a release does not read it.
const TEST_PANIC: &str = "EXLEDGER_TEST_PANIC";

#[expect(clippy::panic, reason = "a test sees by it how a panic of the program ends")]
fn panic_in_a_test(ctx: &Ctx) {
    let value = ctx.environment.get(TEST_PANIC).map_or("", String::as_str);
    if cfg!(exledger_test_variables) && !matches!(value, "" | "0") {
        panic!("{TEST_PANIC} is {value}");
    }
}

fn internal_error(panicked: &PanicHookInfo<'_>) -> String {
    let payload = panicked.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = message.unwrap_or("no message");
    let place = match panicked.location() {
        Some(place) => format!("{}:{}", place.file(), place.line()),
        None => "an unknown place".to_owned(),
    };
    let trace = match Backtrace::capture() {
        trace if trace.status() == BacktraceStatus::Captured => format!("{trace}\n"),
        _ => String::new(),
    };
    let message = message.replace('\n', "\n  ");
    format!("internal error: {message} at {place}\n{REPORT}\n{trace}")
}

fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let unreadable: Vec<String> =
        args.iter().filter(|arg| arg.to_str().is_none()).map(|arg| format!("{arg:?}")).collect();
    let asked = Asked::read(&args);
    let mut program = match asked {
        Asked::Nothing => declare_for(&args),
        Asked::Usual | Asked::All => help::shape(declare(), asked),
    };
    let args = hyphen::joined(help::without_all(args), &program);
    let matches = match program.try_get_matches_from_mut(args) {
        Ok(matches) => matches,
        Err(usage) if usage.kind() == ErrorKind::InvalidUtf8 => {
            complain(&format!(
                "error: not UTF-8: {}\n  help: name a record by its id; give other names in UTF-8\n",
                unreadable.join(", ")
            ));
            return exit::USAGE_ERROR;
        }
        Err(usage) => return refuse(&usage, &program),
    };
    if let Some(topic) = help::Topic::read(&matches) {
        return show_help(topic, &mut program, asked);
    }
    if matches.subcommand_name() == Some(hook::NAME) {
        end_on_panic(exit::USAGE_ERROR);
        return hook::exit_code(&matches, || answer(&program, &matches));
    }
    match answer(&program, &matches) {
        Ok(Some(outcome)) => outcome.code(),
        Ok(None) => {
            complain(&help::first_or_all(Asked::Usual));
            exit::USAGE_ERROR
        }
        Err(error) => {
            let globals = Globals::from_arg_matches(&matches).ok();
            let flag = globals.as_ref().map(Globals::folder_flag).unwrap_or_default();
            complain(&fault::shown(&error, &flag));
            if globals.is_some_and(|globals| globals.format.as_deref() == Some("json")) {
                let _ = std::io::stderr().write_all(fault::json(&error).as_bytes());
            }
            fault::code(&error)
        }
    }
}

fn refuse(usage: &clap::Error, program: &clap::Command) -> u8 {
    match renamed_command(usage, program) {
        Some(answer) => complain(&answer),
        None => show_usage(usage),
    }
    u8::try_from(usage.exit_code()).unwrap_or(exit::USAGE_ERROR)
}

fn show_help(topic: Topic, program: &mut clap::Command, asked: Asked) -> u8 {
    let text = match topic {
        Topic::Commands => help::first_or_all(asked),
        Topic::Options => help::options().to_string(),
        Topic::Command(names) => {
            let args =
                ["exledger".to_owned()].into_iter().chain(names).chain(["--help".to_owned()]);
            return match program.try_get_matches_from_mut(args) {
                Ok(_) => Outcome::Fine.code(),
                Err(usage) => refuse(&usage, program),
            };
        }
    };
    // A closed pipe is not an error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Outcome::Fine.code()
}

fn renamed_command(usage: &clap::Error, program: &clap::Command) -> Option<String> {
    let Some(ContextValue::String(old)) = usage.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    if renamed::REMOVED_TARGETS.contains(&old.as_str()) {
        return Some(format!(
            "error: `export {old}` is gone\n  help: write the file by hand, and name the record in it: `exledger scan` compares it with the record\n"
        ));
    }
    let new = renamed::find(old)?;
    program.find_subcommand(new.split(' ').next()?)?;
    let typed = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let line = render::harmless(&rename_in(&typed.collect::<Vec<_>>(), old, &new)?);
    // A flag needs its value.
    let (line, value) = match line.rsplit_once(" --") {
        Some((bare, flag)) if new.ends_with(flag) => {
            (bare, format!(", with --{flag} and its value"))
        }
        _ => (line.as_str(), String::new()),
    };
    Some(format!("error: `{old}` is called `{new}` now\n  help: run `exledger {line}`{value}\n"))
}

/// Returns arguments with the new name of a command: its flag stands behind the record, unless it is typed.
fn rename_in(typed: &[String], old: &str, new: &str) -> Option<String> {
    let at = typed.iter().position(|argument| argument == old)?;
    let (before, after) = (typed.get(..at)?, typed.get(at + 1..)?);
    let (command, flag) = new.split_once(' ').unwrap_or((new, ""));
    let is_typed = after.iter().any(|word| word.split('=').next() == Some(flag));
    let flag = if is_typed { "" } else { flag };
    let n_before = usize::from(command != "explain").min(after.len());
    let before = before.iter().filter(|argument| *argument != "help");
    let words = before.map(String::as_str).chain([command]);
    let words = words.chain(after.iter().take(n_before).map(String::as_str)).chain([flag]);
    let words = words.chain(after.iter().skip(n_before).map(String::as_str));
    let words = words.filter(|word| !word.is_empty()).map(|word| shell::quoted(word).to_string());
    Some(words.collect::<Vec<_>>().join(" "))
}

/// Prints clap's message, as plain text if the arguments contain terminal control sequences.
fn show_usage(usage: &clap::Error) {
    let plain = usage.render().to_string();
    let harmless = render::harmless(&plain);
    if usage.use_stderr() && harmless != plain {
        complain(&harmless);
        return;
    }
    // Help and version come this way too, with code 0; a closed pipe is not an error for them.
    let _ = usage.print();
}

/// Returns the outcome of a command line; `None` if it names no command and there is no ledger to answer about.
fn answer(program: &clap::Command, matches: &clap::ArgMatches) -> anyhow::Result<Option<Outcome>> {
    let globals = Globals::from_arg_matches(matches)?;
    let Some((name, mut own)) = matches.subcommand() else {
        let ctx = Ctx::of_process(globals, Formats::General, false)?;
        logging::start(ctx.globals.verbose, ctx.variable(logging::VARIABLE))?;
        return overview::answer(&ctx);
    };
    let (mut command, mut declared) = Command::named(all(), program, name)?;
    while let Some((name, below)) = own.subcommand() {
        (command, declared) = Command::named(command.below.iter(), declared, name)?;
        own = below;
    }
    if let (PastInstants::Refused(why), Some(_)) = (command.past, &globals.as_of) {
        return Err(fault::usage_error(
            format!("--as-of asks about the past, and {why}"),
            "leave --as-of out",
        ));
    }
    let ctx = Ctx::of_process(globals, command.formats, command.is_bound)?;
    logging::start(ctx.globals.verbose, ctx.variable(logging::VARIABLE))?;
    panic_in_a_test(&ctx);
    command.arguments.run(own, &ctx).map(Some)
}

/// Writes to stderr; if stderr is closed too, the error is ignored.
fn complain(text: &str) {
    let _ = std::io::stderr().write_all(ask::wrapped(text).as_bytes());
}
