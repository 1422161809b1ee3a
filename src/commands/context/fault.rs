//! What stops a command, and the exit code that follows.
//!
//! Start at [`Fault`]. Follows `docs/spec/cli.md`, exit codes: 2 for wrong use, 3 for what can't be said. Whatever
//! is not foreseen is 3, never 0 or 1.

use std::fmt;

use crate::ask::prompting::AskError;
use exledger::ledger::NotFound;
use exledger::ledger::tree::TreeError;
use exledger::render;

/// The exit code of a command that was used wrongly.
pub(crate) const MISUSE: u8 = 2;

/// The exit code of a command that can't say.
pub(crate) const CANNOT_SAY: u8 = 3;

/// The exit code of a command that a person broke off at a prompt, as shells have it for Ctrl-C.
pub(crate) const BROKEN_OFF: u8 = 130;

/// What stops a command: what is wrong, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The command was used wrongly, or what it was told to do is refused.
    Misuse(String, String),
    /// The question can't be answered.
    CannotSay(String, String),
    /// A person broke off at a prompt, and nothing was done.
    BrokenOff,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, help) = match self {
            Fault::Misuse(what, help) => (what.clone(), help),
            Fault::CannotSay(what, help) => (format!("cannot say: {what}"), help),
            Fault::BrokenOff => return out.write_str("broken off: nothing was written"),
        };
        out.write_str(&what.replace('\n', "\n  "))?;
        if help.is_empty() {
            return Ok(());
        }
        write!(out, "\n  help: {}", help.replace('\n', "\n        "))
    }
}

impl std::error::Error for Fault {}

/// Returns the error of a wrong use.
pub(crate) fn misuse(what: impl Into<String>, help: impl Into<String>) -> anyhow::Error {
    Fault::Misuse(what.into(), help.into()).into()
}

/// Returns the error of a prompt without answer; `help` says how to do without it.
pub(crate) fn unasked(error: &AskError, help: impl Into<String>) -> anyhow::Error {
    match error {
        AskError::BrokenOff => Fault::BrokenOff.into(),
        AskError::Terminal(_) => cannot_say(error.to_string(), help),
    }
}

/// Returns the error of a question that can't be answered.
pub(crate) fn cannot_say(what: impl Into<String>, help: impl Into<String>) -> anyhow::Error {
    Fault::CannotSay(what.into(), help.into()).into()
}

/// Returns the error of a text that names no single record; `nobody` is the sentence where none is like it.
pub(crate) fn not_named(text: &str, error: &NotFound, nobody: &str, help: &str) -> anyhow::Error {
    match error {
        NotFound::Unknown(like) if like.is_empty() => misuse(format!("{nobody} {text}"), help),
        NotFound::Unknown(like) => misuse(
            format!("{nobody} {text}"),
            format!("did you mean {}? {help}", like.join(" or ")),
        ),
        NotFound::Ambiguous(ids) => misuse(
            format!("{text} names {} records", ids.len()),
            format!("say which: {}", ids.join(", ")),
        ),
    }
}

/// Returns the exit code that follows from an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<clap::Error>() {
        return MISUSE;
    }
    match error.downcast_ref::<Fault>() {
        Some(Fault::Misuse(..)) => MISUSE,
        Some(Fault::BrokenOff) => BROKEN_OFF,
        Some(Fault::CannotSay(..)) | None => CANNOT_SAY,
    }
}

/// Returns the error as it is shown on stderr. What it says of foreign values acts on nothing, and begins no line.
pub(crate) fn shown(error: &anyhow::Error) -> String {
    let text = match error.downcast_ref::<Fault>() {
        Some(Fault::BrokenOff) => Fault::BrokenOff.to_string(),
        Some(fault) => format!("error: {fault}"),
        None => format!("error: cannot say: {error:#}").replace('\n', "\n  "),
    };
    format!("{}\n", render::harmless(&text))
}

/// Returns the error on one line, with the way out, as an answer gives it for its reason.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let text = match error.downcast_ref::<Fault>() {
        Some(Fault::Misuse(what, help) | Fault::CannotSay(what, help)) if !help.is_empty() => {
            format!("{what}: {help}")
        }
        Some(Fault::Misuse(what, _) | Fault::CannotSay(what, _)) => what.clone(),
        Some(Fault::BrokenOff) | None => format!("{error:#}"),
    };
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Returns the error of a tree that can't be read, with what repairs it.
pub(crate) fn tree(error: &TreeError) -> anyhow::Error {
    let help = match error {
        TreeError::Missing { .. } => {
            "run `git fetch --unshallow`, in CI check out with `fetch-depth: 0`"
        }
        TreeError::TooLarge { .. } => "split it into folders by year or team",
        TreeError::Unreadable { .. } => "see whether it is there, and who may read it",
    };
    cannot_say(error.to_string(), help)
}
