//! Values that begin with a hyphen: `--reason "- the vendor is late"`, `--title -5 degrees`.
//!
//! Start at [`joined`]. After a flag that takes a value, a word that is not a flag of the command is that value.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// Returns the arguments with such a value joined to its flag: `--reason=- the vendor is late`.
/// A single word with two hyphens is not joined, so that a mistyped flag is refused instead of taken as a value.
pub(crate) fn joined(args: impl IntoIterator<Item = OsString>, program: &Command) -> Vec<OsString> {
    let args: Vec<OsString> = args.into_iter().collect();
    let words = || args.iter().skip(1).filter_map(|arg| arg.to_str());
    let command = words().find_map(|word| program.find_subcommand(word));
    let below = command.and_then(|command| words().find_map(|word| command.find_subcommand(word)));
    let known: Vec<&Arg> = program
        .get_arguments()
        .chain(command.into_iter().flat_map(Command::get_arguments))
        .chain(below.into_iter().flat_map(Command::get_arguments))
        .collect();
    let mut out: Vec<OsString> = Vec::with_capacity(args.len());
    let mut is_over = false;
    let mut waits = false;
    for arg in args {
        let word = arg.to_str().unwrap_or_default();
        if waits && is_text(word, &known) {
            if let Some(flag) = out.last_mut() {
                flag.push("=");
                flag.push(&arg);
            }
            waits = false;
            continue;
        }
        // Nothing after a lone `--` is a flag.
        is_over |= word == "--";
        waits = !is_over && !waits && takes_value(word, &known);
        out.push(arg);
    }
    out
}

fn takes_value(word: &str, known: &[&Arg]) -> bool {
    let Some(name) = word.strip_prefix("--") else {
        return false;
    };
    let mut known = known.iter().filter(|arg| arg.get_long() == Some(name));
    known.any(|arg| matches!(arg.get_action(), ArgAction::Set | ArgAction::Append))
}

fn is_text(word: &str, known: &[&Arg]) -> bool {
    let Some(rest) = word.strip_prefix('-') else {
        return false;
    };
    if word.contains(char::is_whitespace) {
        return true;
    }
    let is_short = |character: char| known.iter().any(|arg| arg.get_short() == Some(character));
    match rest.chars().next() {
        // A lone hyphen stands for standard input, and two begin a flag.
        None | Some('-') => false,
        Some(_) => !rest.chars().all(|it| is_short(it) || matches!(it, 'h' | 'V')),
    }
}
