//! The ledger, commit and instant that an answer was computed from.
//!
//! Pure. Start at [`Stamp`]. Follows `docs/spec/cli.md`, shared shapes.

use crate::approval::governance::counted::UncountedGovernanceFile;
use crate::history::objects::short;
use crate::record::time::Instant;
use serde::Serialize;

/// What an answer was computed from, as the value of `ledger`.
#[derive(Clone, Debug, Serialize)]
pub struct Stamp {
    /// The full name of the ref, if there is one.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub commit: Option<String>,
    /// The instant in question.
    pub instant: Instant,
    /// The ledger's folder in the repository; empty for its root.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// The tip of the notes, if the answer used them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The tip of the approvals branch, if this clone has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvals: Option<String>,
    /// The commit from which governance counts as it landed there, by a decision of this clone's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_from: Option<String>,
    /// The changes of governance that do not count, because they are not approved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<UncountedGovernanceFile>,
    /// The ledger's name in its policy.
    #[serde(skip)]
    pub name: Option<String>,
    /// The name in approval files and receipts: the ledger's, or the id of its root commit; `None` if neither is known.
    #[serde(skip)]
    pub called: Option<String>,
    /// The short name of the ref with what users must know about it: `main (local, unprotected)`.
    #[serde(skip)]
    pub label: Option<String>,
    /// The earliest time at which the commit was effective.
    #[serde(skip)]
    pub effective: Option<Instant>,
    /// Whether the time was set explicitly rather than read from the clock.
    #[serde(skip)]
    pub is_simulated: bool,
}

/// A stamp with the ledger's name, for output stored outside the ledger.
#[derive(Debug, Serialize)]
pub struct NamedStamp<'a> {
    #[serde(flatten)]
    stamp: &'a Stamp,
    name: Option<&'a str>,
}

impl Stamp {
    /// Returns the stamp with the ledger's name.
    pub fn named(&self) -> NamedStamp<'_> {
        NamedStamp { stamp: self, name: self.called.as_deref() }
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
