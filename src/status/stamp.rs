//! The ledger, commit and instant that an answer was computed from.
//!
//! Uses approval, history, record. Pure. Start at [`Stamp`]. Follows `docs/spec/cli.md`, shared shapes.

use crate::approval::governance::counted::UncountedGovernanceFile;
use crate::history::objects::short;
use crate::record::time::Instant;
use serde::Serialize;

/// What an answer was computed from.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The ledger's name in its policy.
    pub name: Option<String>,
    /// The name in approval files and receipts: the ledger's, or the id of its root commit; `None` if neither is known.
    pub called: Option<String>,
    /// The ledger's folder in the repository; empty for its root.
    pub folder: String,
    /// The full name of the ref, if there is one.
    pub reference: Option<String>,
    /// The short name of the ref with what users must know about it: `main (local, unprotected)`.
    pub label: Option<String>,
    pub commit: Option<String>,
    /// The earliest time at which the commit was effective.
    pub effective: Option<Instant>,
    /// The instant in question.
    pub instant: Instant,
    /// The tip of the notes, if the answer used them.
    pub notes: Option<String>,
    /// The tip of the approvals branch, if this clone has it.
    pub approvals: Option<String>,
    /// The commit from which governance counts as it landed there, by a decision of this clone's user.
    pub trusted_from: Option<String>,
    /// The changes of governance that do not count, because they are not approved.
    pub left_out: Vec<UncountedGovernanceFile>,
    /// Whether the time was set explicitly rather than read from the clock.
    pub is_simulated: bool,
}

/// The stamp in output, as the value of `ledger`.
#[derive(Debug, Serialize)]
pub struct StampView<'a> {
    #[serde(rename = "ref")]
    reference: &'a Option<String>,
    commit: &'a Option<String>,
    instant: Instant,
    #[serde(skip_serializing_if = "str::is_empty")]
    folder: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOutView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Option<&'a str>>,
}

#[derive(Debug, Serialize)]
struct LeftOutView<'a> {
    path: &'a str,
    commit: &'a str,
    at: Instant,
    authors: &'a [String],
    counts: &'a Option<String>,
    reason: &'a str,
    command: String,
}

impl Stamp {
    /// Returns the value of `ledger`.
    pub fn ledger(&self) -> StampView<'_> {
        let left_out = self.left_out.iter().map(|file| LeftOutView {
            path: &file.path,
            commit: &file.commit,
            at: file.at,
            authors: &file.authors,
            counts: &file.counts,
            reason: &file.reason,
            command: file.command(),
        });
        StampView {
            reference: &self.reference,
            commit: &self.commit,
            instant: self.instant,
            folder: &self.folder,
            notes: self.notes.as_deref(),
            approvals: self.approvals.as_deref(),
            trusted_from: self.trusted_from.as_deref(),
            left_out: left_out.collect(),
            name: None,
        }
    }

    /// Returns the value of `ledger` with the ledger's name, for output stored outside the ledger.
    pub fn named_ledger(&self) -> StampView<'_> {
        StampView { name: Some(self.called.as_deref()), ..self.ledger() }
    }

    /// Returns the last line of an answer: instant, commit and ref.
    pub fn footer(&self) -> String {
        let commit = self
            .commit
            .as_deref()
            .map_or("no commit".to_owned(), |commit| format!("commit {}", short(commit)));
        let of = self.effective.map(|at| format!(" of {at}")).unwrap_or_default();
        let on = self
            .label
            .as_ref()
            .or(self.reference.as_ref())
            .map(|label| format!(" on {label}"))
            .unwrap_or_default();
        let moved = if self.is_simulated { " (simulated)" } else { "" };
        let trusted = self.trusted_from.as_deref();
        let trusted =
            trusted.map_or(String::new(), |oid| format!(", rules trusted from {}", short(oid)));
        let ledger = match self.folder.as_str() {
            "" => String::new(),
            folder => format!(", ledger {folder}"),
        };
        format!("at {}{moved}, {commit}{of}{on}{ledger}{trusted}", self.instant)
    }
}
