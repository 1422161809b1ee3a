//! One check: its name, its outcome, and how to fix what it found.
//!
//! Pure. Start at [`DoctorCheck`]. Follows `docs/spec/cli.md`, doctor.

use crate::record::vocabulary::words;
use serde::Serialize;

words! {
    /// The name of a check.
    pub enum CheckName {
        Ref,
        Clone,
        Policy,
        Name,
        Merges,
        Accounts,
        You,
        Groups,
        Approvers,
        Keys,
        Forge,
        Bridge,
        Folders,
        /// Not about approvals, so it decides nothing.
        History,
        /// Not about approvals, so it decides nothing.
        Ci,
    }
}

words! {
    /// The outcome of a check.
    pub enum CheckState {
        Ok,
        /// Worth knowing, but approvals count all the same.
        Note,
        Problem,
        Unknown,
    }
}

/// One check, its outcome, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoctorCheck {
    #[serde(rename = "check")]
    pub name: CheckName,
    pub state: CheckState,
    /// What was found, and if something is to be done, where.
    pub message: String,
    /// Lines to add to the file that the message names. Capitals stand for what only a person can know.
    pub lines: Vec<String>,
    /// Commands to run, in order.
    pub commands: Vec<String>,
}

impl DoctorCheck {
    pub(super) fn new(
        name: CheckName,
        state: CheckState,
        message: impl Into<String>,
    ) -> DoctorCheck {
        DoctorCheck {
            name,
            state,
            message: message.into(),
            lines: Vec::new(),
            commands: Vec::new(),
        }
    }

    pub(crate) fn ok(name: CheckName, message: impl Into<String>) -> DoctorCheck {
        DoctorCheck::new(name, CheckState::Ok, message)
    }

    pub(crate) fn note(name: CheckName, message: impl Into<String>) -> DoctorCheck {
        DoctorCheck::new(name, CheckState::Note, message)
    }

    pub(crate) fn problem(name: CheckName, message: impl Into<String>) -> DoctorCheck {
        DoctorCheck::new(name, CheckState::Problem, message)
    }

    pub(crate) fn unknown(name: CheckName, message: impl Into<String>) -> DoctorCheck {
        DoctorCheck::new(name, CheckState::Unknown, message)
    }

    pub(crate) fn has_steps(&self) -> bool {
        !self.lines.is_empty() || !self.commands.is_empty()
    }

    pub(crate) fn with_lines(mut self, lines: impl IntoIterator<Item = String>) -> DoctorCheck {
        self.lines.extend(lines);
        self
    }

    pub(crate) fn with_command(mut self, command: impl Into<String>) -> DoctorCheck {
        self.commands.push(command.into());
        self
    }
}

pub(super) fn yaml(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "._/@+-".contains(it);
    let begins = text.starts_with(|character: char| character.is_ascii_alphanumeric());
    if begins && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        // A JSON text is a YAML text.
        serde_json::Value::from(text).to_string()
    }
}
