//! An alert of GitHub: what it is about, and whether somebody dismissed it.
//!
//! Pure. Start at [`GithubAlert`]. Follows `docs/spec/interop.md`, 6b.

use crate::record::vocabulary::words;
use crate::survey::event::ScannerFinding;

words! {
    /// The kinds of alerts.
    pub enum AlertKind {
        CodeScanning,
        Dependabot,
        SecretScanning,
    }
}

/// The state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    Open,
    /// Somebody dismissed it or, for a secret, resolved it.
    Dismissed,
    /// It was fixed, or dismissed by a rule of GitHub.
    Gone,
}

/// One alert.
#[derive(Clone, Debug)]
pub struct GithubAlert {
    pub kind: AlertKind,
    pub number: u64,
    /// The repository, as `OWNER/NAME`.
    pub repository: String,
    pub state: AlertState,
    /// The reason for which it was dismissed, as GitHub names it.
    pub reason: Option<String>,
    /// The comment with which it was dismissed.
    pub comment: Option<String>,
    /// What it is about. `former_ids` are further ids of an advisory.
    pub finding: ScannerFinding,
    /// The package URL without version, if a dependency is concerned.
    pub purl: Option<String>,
}

/// Tells whether a text is a repository of GitHub: `OWNER/NAME`.
pub fn is_repository_name(text: &str) -> bool {
    text.split_once('/').is_some_and(|(owner, name)| is_repository(owner, name))
}

fn is_repository(owner: &str, name: &str) -> bool {
    let is_name = |text: &str| {
        let is_usual = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        !text.is_empty() && text.len() <= 100 && text.chars().all(is_usual)
    };
    is_name(owner) && is_name(name) && !matches!(owner, "." | "..") && !matches!(name, "." | "..")
}
