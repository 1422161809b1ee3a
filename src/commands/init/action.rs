//! How the jobs get exledger: by the action of a release, or by a command.
//!
//! Start at [`ProgramSource::choose`]. Follows `docs/spec/cli.md`, init.

const RELEASED: Option<&str> = option_env!("EXLEDGER_ACTION");

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProgramSource {
    /// An action of the forge, pinned by a commit.
    Action(PinnedAction),
    /// A command of a shell.
    Command(String),
}

/// An action and its commit, as `OWNER/REPO@SHA`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PinnedAction(String);

impl PinnedAction {
    pub(crate) fn parse(text: &str) -> Result<PinnedAction, String> {
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.chars().all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char))
        };
        let Some((path, commit)) = text.split_once('@') else {
            return Err("the commit is missing: give OWNER/REPO@SHA".to_owned());
        };
        let is_path =
            path.split_once('/').is_some_and(|(owner, repo)| is_name(owner) && is_name(repo));
        if !is_path {
            return Err("give the repository of the action as OWNER/REPO@SHA".to_owned());
        }
        let is_digit = |char: char| char.is_ascii_digit() || ('a'..='f').contains(&char);
        if commit.len() != 40 || !commit.chars().all(is_digit) {
            return Err(
                "give the full commit id, 40 hex digits: a tag or branch can be moved".to_owned()
            );
        }
        Ok(PinnedAction(text.to_owned()))
    }
}

impl ProgramSource {
    /// Returns the command or action that was asked for, else the action of this release; `None` in a build that is not one.
    pub(super) fn choose(
        command: Option<String>,
        action: Option<PinnedAction>,
    ) -> Option<ProgramSource> {
        let released = || RELEASED.and_then(|text| PinnedAction::parse(text).ok());
        let action = || action.or_else(released).map(ProgramSource::Action);
        command.map(ProgramSource::Command).or_else(action)
    }

    pub(super) fn uses(&self) -> Option<String> {
        match self {
            ProgramSource::Action(PinnedAction(action)) => Some(action.clone()),
            ProgramSource::Command(_) => None,
        }
    }
}
