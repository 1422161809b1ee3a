//! Errors that stop a command, and their exit codes.
//!
//! Start at [`Fault`]. Follows `docs/spec/cli.md`, exit codes: an unexpected error counts as undetermined,
//! never as 0 or 1.

use std::fmt;

use crate::ask::prompting::AskError;
use crate::commands::exit;
use exledger::history::objects::Obstacle;
use exledger::ledger::tree::TreeError;
use exledger::render;
use exledger::session::error::{Error, Undetermined, Usage};

const INTERRUPTED_TEXT: &str = "interrupted: nothing was written";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A usage error, or a refused request.
    Usage(String, String),
    /// The answer could not be determined.
    Undetermined(String, String),
    /// Interrupted at a prompt; nothing was done.
    Interrupted,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, help) = match self {
            Fault::Usage(what, help) => (what.clone(), help),
            Fault::Undetermined(what, help) => (format!("could not determine: {what}"), help),
            Fault::Interrupted => return out.write_str(INTERRUPTED_TEXT),
        };
        out.write_str(&what.replace('\n', "\n  "))?;
        if help.is_empty() {
            return Ok(());
        }
        write!(out, "\n  help: {}", help.replace('\n', "\n        "))
    }
}

impl std::error::Error for Fault {}

pub(crate) fn usage_error(what: impl Into<String>, help: impl Into<String>) -> anyhow::Error {
    Fault::Usage(what.into(), help.into()).into()
}

pub(crate) fn unasked(error: &AskError, help: impl Into<String>) -> anyhow::Error {
    match error {
        AskError::Interrupted => Fault::Interrupted.into(),
        AskError::Terminal(_) => undetermined(error.to_string(), help),
    }
}

pub(crate) fn undetermined(what: impl Into<String>, help: impl Into<String>) -> anyhow::Error {
    Fault::Undetermined(what.into(), help.into()).into()
}

pub(crate) fn code(error: &anyhow::Error) -> u8 {
    match found(error) {
        Cause::Usage(_) => exit::USAGE_ERROR,
        Cause::Interrupted => exit::INTERRUPTED,
        Cause::Undetermined(_) | Cause::Unforeseen => exit::UNDETERMINED,
    }
}

enum Cause {
    Usage(Message),
    Undetermined(Message),
    Interrupted,
    Unforeseen,
}

struct Message {
    what: String,
    help: String,
}

fn found(error: &anyhow::Error) -> Cause {
    let of = |what: &dyn fmt::Display, help: &str| Message {
        what: what.to_string(),
        help: help.to_owned(),
    };
    let of_session = |error: &Error| match error {
        Error::Usage(usage) => Cause::Usage(of(usage, &usage.help())),
        Error::Undetermined(undetermined) => {
            Cause::Undetermined(of(undetermined, &undetermined.help()))
        }
        _ => Cause::Unforeseen,
    };
    if error.is::<clap::Error>() {
        return Cause::Usage(of(error, ""));
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return of_session(error);
    }
    if let Some(usage) = error.downcast_ref::<Usage>() {
        return Cause::Usage(of(usage, &usage.help()));
    }
    if let Some(undetermined) = error.downcast_ref::<Undetermined>() {
        return Cause::Undetermined(of(undetermined, &undetermined.help()));
    }
    if let Some(error) = error.downcast_ref::<TreeError>() {
        return Cause::Undetermined(of(error, Undetermined::repair(error)));
    }
    if let Some(obstacle) = error.downcast_ref::<Obstacle>() {
        return Cause::Undetermined(of(obstacle, obstacle.repair()));
    }
    match error.downcast_ref::<Fault>() {
        Some(Fault::Usage(what, help)) => Cause::Usage(of(what, help)),
        Some(Fault::Undetermined(what, help)) => Cause::Undetermined(of(what, help)),
        Some(Fault::Interrupted) => Cause::Interrupted,
        None => Cause::Unforeseen,
    }
}

/// Returns the error for stderr. Foreign values in it are escaped, so that they can't control the
/// terminal or begin a line.
pub(crate) fn shown(error: &anyhow::Error) -> String {
    let text = match found(error) {
        Cause::Interrupted => INTERRUPTED_TEXT.to_owned(),
        Cause::Usage(message) => format!("error: {}", message.whole()),
        Cause::Undetermined(message) => format!("error: could not determine: {}", message.whole()),
        Cause::Unforeseen => format!("error: could not determine: {error:#}").replace('\n', "\n  "),
    };
    format!("{}\n", render::harmless(&text))
}

pub(crate) fn on_one_line(error: &anyhow::Error) -> String {
    let text = match found(error) {
        Cause::Usage(message) | Cause::Undetermined(message) if message.help.is_empty() => {
            message.what
        }
        Cause::Usage(Message { what, help }) | Cause::Undetermined(Message { what, help }) => {
            format!("{what}: {help}")
        }
        Cause::Interrupted | Cause::Unforeseen => format!("{error:#}"),
    };
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

impl Message {
    fn whole(&self) -> String {
        let what = self.what.replace('\n', "\n  ");
        if self.help.is_empty() {
            what
        } else {
            format!("{what}\n  help: {}", self.help.replace('\n', "\n        "))
        }
    }
}
