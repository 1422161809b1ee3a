//! One question, one verdict, one receipt.
//!
//! Uses diag to status. Pure. Start at [`verdict::ask`]. Follows `docs/spec/cli.md`, check. Unknown is never yes.

mod cover;
mod finding;
pub mod index;
pub(crate) mod purl;
pub mod question;
pub mod receipt;
pub mod verdict;

use std::collections::BTreeMap;

use crate::gate::cover::{About, Cover};
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::Instant;

/// Tells whether a record is about what is asked, covered or not.
pub fn is_about(question: &Question, record: &Record, governance: &Governance) -> bool {
    !matches!(
        cover::of(question, record, governance),
        Cover::No(_, About::Another)
    )
}

/// Tells whether a scanner's finding is asked about.
pub fn asks_finding(question: &Question) -> bool {
    finding::is_asked(question)
}

/// Returns a path from the repository's root without `.` and `..`; `None` where it leads out of the repository.
pub fn inside(path: &str) -> Option<String> {
    finding::inside(path)
}

/// Returns a path without `.` and `..`; `None` where it leads above its beginning.
pub fn plain(path: &str) -> Option<String> {
    finding::plain(path)
}

/// What is asked; at least one of identity, asset, application, credential, finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The identity.
    pub identity: Option<String>,
    /// The asset.
    pub asset: Option<String>,
    /// The application.
    pub application: Option<String>,
    /// The credential.
    pub credential: Option<String>,
    /// The control, as `catalog:id`.
    pub control: Option<String>,
    /// The action.
    pub action: Option<String>,
    /// The resource.
    pub resource: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The finding, as `TOOL:ID`.
    pub finding: Option<String>,
    /// The package, as a package URL.
    pub purl: Option<String>,
    /// The file, from the repository's root.
    pub path: Option<String>,
    /// The severity, in a word of `risk.level`.
    pub severity: Option<String>,
    /// Whether a deployment of the application is asked for.
    pub deploy: bool,
    /// What only a scanner's output or an event tells; nothing where a person asks.
    pub told: Told,
}

/// What only a scanner's output or an event tells of what is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The package as the scanner names it, where it gives no package URL.
    pub package: Option<Package>,
    /// The weaknesses that the scanner's rule is about, as `CWE-79`.
    pub weaknesses: Vec<String>,
    /// Which fields must agree.
    pub compared: Compared,
}

/// A package as a scanner names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The name, with an npm scope or a Go path before it.
    pub name: String,
    /// The version, where it is told.
    pub version: Option<String>,
}

/// Which of identity, action, resource, environment and control must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compared {
    /// Those that are asked.
    #[default]
    Asked,
    /// Those, and all that the record names: what happened is covered as a whole or not at all.
    Named,
}

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A record in force covers it.
    Allow,
    /// None does.
    Deny,
    /// None does yet: a record that would waits for approval.
    Pending,
    /// It can't be told, so it is no.
    Unknown,
}

impl Verdict {
    /// Returns the word of `docs/spec/cli.md`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
            Verdict::Pending => "pending",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Yes, no, not yet, or can't say.
    pub verdict: Verdict,
    /// Why, naming the record and the deciding instant.
    pub reason: String,
    /// The allowing, pending or nearest denied record.
    pub record: Option<String>,
    /// How that record stands to what is asked.
    pub named: Named,
    /// The digest of its landed file.
    pub digest: Option<String>,
    /// The digest of its approved file, equal unless it changed since approval.
    pub approved_digest: Option<String>,
    /// Until when, exclusive.
    pub not_after: Option<Instant>,
    /// The limits of what the allowing record grants.
    pub scope: Limits,
    /// Each record that was looked at and why it does not answer, by id.
    pub considered: Vec<Considered>,
}

/// How a record stands to what is asked, whether or not it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// It covers it.
    Covers,
    /// It is about the same thing, or about nothing that can be told.
    IsNear,
    /// There is none.
    Nobody,
}

/// The limits of what a record grants; `None` where it states none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The resources.
    pub resources: Option<Vec<String>>,
    /// The actions.
    pub actions: Option<Vec<String>>,
    /// What stays forbidden.
    pub not_waived: Option<Vec<String>>,
}

/// A record that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// The record's id, or the path of a file that can't be read.
    pub id: String,
    /// Its status, in a word.
    pub status: &'static str,
    /// Why it does not allow; `None` for the one that does.
    pub why_not: Option<String>,
    /// How it stands to what is asked.
    pub named: Named,
}

/// How often single-use records were used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipts {
    /// No file was named, so it can't be told.
    NotGiven,
    /// The receipts that allowed, by record.
    Counted(BTreeMap<String, u64>),
}
