//! Errors that stop a command, and their exit codes.
//!
//! Start at [`Fault`]. Follows `docs/spec/cli.md`, exit codes: an unexpected error counts as undetermined,
//! never as 0 or 1.

use std::fmt;

use crate::ask::prompting::AskError;
use crate::commands::exit;
use exledger::diag::remedy::Remedy;
use exledger::diag::shell;
use exledger::history::objects::Obstacle;
use exledger::ledger::tree::TreeError;
use exledger::render;
use exledger::session::error::{Error, Undetermined, Usage};
use exledger::store::files::FileError;

const INTERRUPTED_TEXT: &str = "interrupted: nothing was written";

/// An error that stops a command: what is wrong, and what ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Usage(String, Remedy),
    Undetermined(String, Remedy),
    Interrupted,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&match self {
            Fault::Usage(what, remedy) => remedy.below(what),
            Fault::Undetermined(what, remedy) => {
                remedy.below(&format!("could not determine: {what}"))
            }
            Fault::Interrupted => INTERRUPTED_TEXT.to_owned(),
        })
    }
}

impl std::error::Error for Fault {}

pub(crate) fn usage_error(what: impl Into<String>, remedy: impl Into<Remedy>) -> anyhow::Error {
    Fault::Usage(what.into(), remedy.into()).into()
}

/// Returns the error of a prompt without an answer; `remedy` says how to avoid the prompt.
pub(crate) fn unasked(error: &AskError, remedy: impl Into<Remedy>) -> anyhow::Error {
    match error {
        AskError::Interrupted => Fault::Interrupted.into(),
        AskError::Terminal(_) => undetermined(error.to_string(), remedy),
    }
}

/// Returns the error of an answer that could not be determined.
pub(crate) fn undetermined(what: impl Into<String>, remedy: impl Into<Remedy>) -> anyhow::Error {
    Fault::Undetermined(what.into(), remedy.into()).into()
}

pub(crate) fn code(error: &anyhow::Error) -> u8 {
    match found(error) {
        Fault::Usage(..) => exit::USAGE_ERROR,
        Fault::Interrupted => exit::INTERRUPTED,
        Fault::Undetermined(..) => exit::UNDETERMINED,
    }
}

/// Returns an error of any type as one that stops a command; an unexpected one is undetermined.
fn found(error: &anyhow::Error) -> Fault {
    let of_usage = |usage: &Usage| Fault::Usage(usage.to_string(), usage.remedy());
    let undetermined =
        |cause: &dyn fmt::Display, remedy| Fault::Undetermined(cause.to_string(), remedy);
    if let Some(fault) = error.downcast_ref::<Fault>() {
        fault.clone()
    } else if error.is::<clap::Error>() {
        Fault::Usage(error.to_string(), Remedy::default())
    } else if let Some(error) = error.downcast_ref::<Error>() {
        match error {
            Error::Usage(usage) => of_usage(usage),
            Error::Undetermined(cause) => undetermined(cause, cause.remedy()),
        }
    } else if let Some(usage) = error.downcast_ref::<Usage>() {
        of_usage(usage)
    } else if let Some(cause) = error.downcast_ref::<Undetermined>() {
        undetermined(cause, cause.remedy())
    } else if let Some(cause) = error.downcast_ref::<TreeError>() {
        undetermined(cause, cause.remedy())
    } else if let Some(cause) = error.downcast_ref::<FileError>() {
        undetermined(cause, cause.remedy())
    } else if let Some(cause) = error.downcast_ref::<Obstacle>() {
        undetermined(cause, cause.remedy())
    } else {
        Fault::Undetermined(format!("{error:#}"), Remedy::default())
    }
}

/// Returns the error for stderr, with foreign values escaped: they can't control the terminal or begin a line.
pub(crate) fn shown(error: &anyhow::Error, folder_flag: &str) -> String {
    let text = match found(error) {
        Fault::Interrupted => INTERRUPTED_TEXT.to_owned(),
        fault => format!("error: {fault}"),
    };
    format!("{}\n", render::harmless(&shell::in_folder(&text, folder_flag)))
}

/// Returns the error as one line of JSON.
pub(crate) fn json(error: &anyhow::Error) -> String {
    let fault = found(error);
    let (what, remedy) = match &fault {
        Fault::Usage(what, remedy) => (what.clone(), Some(remedy)),
        Fault::Undetermined(what, remedy) => (format!("could not determine: {what}"), Some(remedy)),
        Fault::Interrupted => (fault.to_string(), None),
    };
    let help = remedy.map(Remedy::words).filter(|words| !words.is_empty());
    render::json::line(&serde_json::json!({ "error": what, "help": help, "remedy": remedy }))
}

/// Returns the error and its remedy on one line, as an answer states its reason.
pub(crate) fn on_one_line(error: &anyhow::Error) -> String {
    match found(error) {
        Fault::Usage(what, remedy) | Fault::Undetermined(what, remedy) => remedy.beside(&what),
        Fault::Interrupted => INTERRUPTED_TEXT.to_owned(),
    }
}
