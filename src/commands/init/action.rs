//! Where the workflow gets exledger: the action of a release, or a copy of it in the repository.
//!
//! Start at [`ActionSource::chosen`]. Follows `docs/spec/cli.md`, init.

/// The action that a release was built with, as `OWNER/REPO@SHA`.
const RELEASED: Option<&str> = option_env!("EXLEDGER_ACTION");

/// The folder of the copy.
pub(super) const FOLDER: &str = ".github/actions/exledger";

/// Every file of the action, by its path.
const FILES: [(&str, &str); 7] = [
    ("action.yml", include_str!("../../../action.yml")),
    ("scripts/comment.sh", include_str!("../../../scripts/comment.sh")),
    ("scripts/common.sh", include_str!("../../../scripts/common.sh")),
    ("scripts/install.sh", include_str!("../../../scripts/install.sh")),
    ("scripts/nightly.sh", include_str!("../../../scripts/nightly.sh")),
    ("scripts/reviews.sh", include_str!("../../../scripts/reviews.sh")),
    ("scripts/run.sh", include_str!("../../../scripts/run.sh")),
];

/// The action that the workflow runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ActionSource {
    /// An action of the forge, pinned by a commit: `OWNER/REPO@SHA`.
    Pinned(PinnedAction),
    /// A copy in the repository.
    Vendored,
}

/// An action and its commit, as `OWNER/REPO@SHA`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PinnedAction(String);

impl PinnedAction {
    /// Reads `OWNER/REPO@SHA`.
    ///
    /// # Errors
    /// What is wrong with it.
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

impl ActionSource {
    /// Returns the action that was asked for, else that of this release, else a copy.
    pub(super) fn chosen(asked: Option<PinnedAction>, vendor: Vendoring) -> ActionSource {
        let released = || RELEASED.and_then(|text| PinnedAction::parse(text).ok());
        match (vendor, asked.or_else(released)) {
            (Vendoring::IfUnreleased, Some(action)) => ActionSource::Pinned(action),
            _ => ActionSource::Vendored,
        }
    }

    /// Returns what a workflow's `uses` says.
    pub(super) fn uses(&self) -> String {
        match self {
            ActionSource::Pinned(PinnedAction(action)) => action.clone(),
            ActionSource::Vendored => format!("./{FOLDER}"),
        }
    }

    /// Returns the files of the copy, by their path in the repository.
    pub(super) fn files(&self) -> Vec<(String, &'static str)> {
        match self {
            ActionSource::Pinned(_) => Vec::new(),
            ActionSource::Vendored => {
                FILES.iter().map(|(path, text)| (format!("{FOLDER}/{path}"), *text)).collect()
            }
        }
    }
}

/// When the action is copied into the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendoring {
    /// If this build does not know its action.
    IfUnreleased,
    /// In any case.
    Always,
}
