//! The question that is asked of a ledger, and the answer.
//!
//! Uses record, gate's packages. Pure. Start at [`Question`] and [`GateAnswer`]. Follows `docs/spec/cli.md`, check.

use crate::gate::package::Package;
use crate::record::time::Instant;
use std::collections::BTreeMap;

use serde::Serialize;

/// What is asked; at least one of identity, asset, application, credential, finding, reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Question {
    pub identity: Option<String>,
    pub asset: Option<String>,
    pub application: Option<String>,
    pub credential: Option<String>,
    /// The control, as `catalog:id`.
    pub control: Option<String>,
    /// The internal rule, in its own words.
    pub rule: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
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
    /// The change, incident, ticket or onboarding record.
    pub reference: Option<String>,
    /// What only a scanner's output or an event tells; nothing where a person asks.
    #[serde(skip)]
    pub told: ScannerDetails,
}

/// What only a scanner's output or an event tells of what is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannerDetails {
    /// The package as the scanner names it, where it gives no package URL.
    pub package: Option<Package>,
    /// The weaknesses that the scanner's rule is about, as `CWE-79`.
    pub weaknesses: Vec<String>,
    /// Who asks, which decides how a missing limit is to be stated.
    pub asker: Asker,
}

/// Who asks. All get the same answer; only the way to state what is missing differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asker {
    /// A person or program, with `check`.
    #[default]
    Question,
    /// An event, with its `data`.
    Event,
}

impl Asker {
    /// Returns how to state a key of a question.
    pub(crate) fn way(self, key: &str) -> String {
        match (self, key) {
            (Asker::Question, "finding") => "ask with --finding TOOL:ID".to_owned(),
            (Asker::Question, "version") => "ask with --purl and its version".to_owned(),
            (Asker::Question, key) => format!("ask with --{key}"),
            (Asker::Event, "finding") => "state data.tool and data.id".to_owned(),
            (Asker::Event, "purl" | "version") => "state data.package".to_owned(),
            (Asker::Event, key) => format!("state data.{key}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateVerdict {
    /// A record in force covers it.
    Allow,
    /// None does.
    Deny,
    /// None does yet: a record that would waits for approval.
    Pending,
    /// It can't be told, so it is no.
    Unknown,
}

impl GateVerdict {
    /// Returns the word of `docs/spec/cli.md`.
    pub fn as_str(self) -> &'static str {
        match self {
            GateVerdict::Allow => "allow",
            GateVerdict::Deny => "deny",
            GateVerdict::Pending => "pending",
            GateVerdict::Unknown => "unknown",
        }
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAnswer {
    /// Yes, no, not yet, or can't say.
    pub verdict: GateVerdict,
    pub reason: String,
    /// The allowing, pending or nearest denied record.
    pub record: Option<String>,
    /// How that record stands to what is asked.
    pub named: SubjectMatch,
    /// The digest of its landed file.
    pub digest: Option<String>,
    /// The digest of its approved file, equal unless it changed since approval.
    pub approved_digest: Option<String>,
    /// Until when, exclusive.
    pub not_after: Option<Instant>,
    /// The instant that decides a denial, where a date does.
    pub decided_at: Option<Instant>,
    /// The limits of what the allowing record grants.
    pub scope: GrantLimits,
    /// Each record that was looked at and why it does not answer, by id.
    pub considered: Vec<Considered>,
}

impl GateAnswer {
    /// Returns the answer where there can be none.
    pub fn unknown(reason: String) -> GateAnswer {
        GateAnswer {
            verdict: GateVerdict::Unknown,
            reason,
            record: None,
            named: SubjectMatch::Nobody,
            digest: None,
            approved_digest: None,
            not_after: None,
            decided_at: None,
            scope: GrantLimits::default(),
            considered: Vec::new(),
        }
    }
}

/// How a record stands to what is asked, whether or not it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectMatch {
    Covers,
    /// It is about the same thing, or about nothing that can be told.
    IsNear,
    /// There is none.
    Nobody,
}

/// The limits of what a record grants; `None` where it states none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GrantLimits {
    pub resources: Option<Vec<String>>,
    pub actions: Option<Vec<String>>,
    pub not_waived: Option<Vec<String>>,
}

/// A record that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The record's id, or the path of a file that can't be read.
    pub id: String,
    /// Its status, in a word.
    pub status: &'static str,
    /// Why it does not allow; `None` for the one that does.
    pub why_not: Option<String>,
    /// How it stands to what is asked.
    #[serde(skip)]
    pub named: SubjectMatch,
}

/// How often single-use records were used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptCounts {
    /// No file was named, so it can't be told.
    NotGiven,
    /// The receipts that allowed, by record.
    Counted(BTreeMap<String, u64>),
}
