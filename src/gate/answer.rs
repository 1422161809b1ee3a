//! A question to the gate, its answer, and the texts that compare a limit of a record with the question.
//!
//! Pure. Start at [`Question`] and [`GateAnswer`]. Follows `docs/spec/cli.md`, check.

use crate::gate::facts::ReportedFinding;
use crate::gate::package::Package;
use crate::record::time::Instant;
use crate::record::vocabulary::words;
use std::collections::BTreeMap;

use serde::Serialize;

/// A question; at least one of identity, asset, application, credential, finding and reference is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Question {
    pub identity: Option<String>,
    /// The type of the identity, one of the values of `subject.identity_type`.
    pub identity_type: Option<String>,
    pub asset: Option<String>,
    pub application: Option<String>,
    pub credential: Option<String>,
    /// The control, as `catalog:id`.
    pub control: Option<String>,
    /// The internal rule, as the record states it.
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
    /// The line of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The severity, one of the values of `risk.level`.
    pub severity: Option<String>,
    /// Whether the application is to be deployed.
    pub deploy: bool,
    /// The change, incident, ticket or onboarding record.
    pub reference: Option<String>,
    /// Details that only a scanner's output or an event provides; empty for a question on the command line.
    #[serde(skip)]
    pub scanner_details: ScannerDetails,
}

/// Details of a question that only a scanner's output or an event provides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannerDetails {
    /// The package as the scanner names it, if it gives no package URL.
    pub package: Option<Package>,
    /// The weaknesses that the scanner's rule is about, as `CWE-79`.
    pub weaknesses: Vec<String>,
    /// The commit in which it was found, if the scanner read the history.
    pub commit: Option<String>,
    /// The text that the scanner quotes.
    pub snippet: Option<String>,
    /// What the report says besides, where a record's triggers ask for it.
    pub reported: Option<ReportedFinding>,
    /// The command that drafts a record of what the report says, where a question can't state all of that.
    pub draft: Option<String>,
    /// The flags besides the question with which it was asked, such as the files of facts: asked without them, it may be
    /// answered otherwise.
    pub asked_with: String,
    /// The origin of the question, which determines the advice on stating a missing limit.
    pub asker: Asker,
}

/// The origin of a question. It affects the advice on stating what is missing; and in a grant, unlike in a question or
/// an event, a resource or action may be a wildcard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asker {
    /// A person or program, with `check`.
    #[default]
    Question,
    /// An event, with its `data`.
    Event,
    /// A finding in the output of a scanner.
    Scan,
    /// A live grant, with its keys.
    Grant,
}

impl Asker {
    pub(crate) fn how_to_count_uses(self) -> &'static str {
        match self {
            Asker::Question => "its uses are counted: ask with --receipts FILE",
            Asker::Event | Asker::Scan => "only `exledger check --receipts FILE` counts its uses",
            Asker::Grant => "its uses are counted: a grant states none, so run `exledger check`",
        }
    }

    pub(crate) fn how_to_state(self, key: &str) -> String {
        match (self, key) {
            (Asker::Scan, "environment") => "run triage with --environment".to_owned(),
            (Asker::Scan, key) => format!("the scanner states no {key}"),
            (Asker::Question, "finding") => "ask with --finding TOOL:ID".to_owned(),
            (Asker::Question, "version") => "ask with --purl and its version".to_owned(),
            (Asker::Question, "inner path") => {
                "give --path from the root of the repository".to_owned()
            }
            (Asker::Question, key) => format!("ask with --{key}"),
            (Asker::Event, "finding") => "state data.tool and data.id".to_owned(),
            (Asker::Event, "purl" | "version") => "state data.package".to_owned(),
            (Asker::Event, key) => format!("state data.{key}"),
            (Asker::Grant, key) => format!("state {key}"),
        }
    }
}

words! {
    /// The answer in one word.
    pub enum GateVerdict {
        /// A record in force covers it.
        Allow,
        /// No record in force covers it.
        Deny,
        /// No record in force covers it, but one that would is waiting for approval.
        Pending,
        /// The answer is undetermined, which does not allow.
        Unknown,
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAnswer {
    /// Allow, deny, pending or unknown.
    pub verdict: GateVerdict,
    pub reason: String,
    /// The record that allows, is pending, or comes nearest.
    pub record: Option<String>,
    /// How that record relates to the question.
    pub named: SubjectMatch,
    /// The digest of its landed file.
    pub digest: Option<String>,
    /// The digest of its approved file, the same unless it changed since approval.
    pub approved_digest: Option<String>,
    /// When the grant ends, exclusive.
    pub not_after: Option<Instant>,
    /// The instant that decides a denial, if a date does.
    pub decided_at: Option<Instant>,
    /// Why the uses of the record can't be counted, in the program's words, if that makes the answer unknown.
    pub uncounted: Option<String>,
    /// Whether a record in force would cover it, but for its accepted text, which is gone.
    pub has_lost_text: bool,
    /// Whether a record in force would cover it, but for a test of its triggers, which is met.
    pub is_ended: bool,
    /// Why the record doesn't cover the question, whatever its status.
    pub gap: Gap,
    /// The limits of the allowing record's grant.
    pub scope: GrantLimits,
    /// Each record considered, with the reason why it does not allow, by id.
    pub considered: Vec<Considered>,
}

impl GateAnswer {
    /// Returns the answer `unknown`, with its reason.
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
            uncounted: None,
            has_lost_text: false,
            is_ended: false,
            gap: Gap::None,
            scope: GrantLimits::default(),
            considered: Vec::new(),
        }
    }
}

/// Why a record doesn't cover a question, apart from its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It covers it, or only its status keeps it from allowing.
    None,
    /// All that is stated matches, but these limits are not stated.
    Unstated(Vec<UnstatedLimit>),
    /// It is about something else, or its accepted text is gone.
    Differs,
    /// All of its uses were taken.
    UsedUp,
}

/// A limit of a record that a question does not state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnstatedLimit {
    /// The key of the question.
    pub key: &'static str,
    pub values: Vec<String>,
}

/// How a record relates to a question, whether or not it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectMatch {
    Covers,
    /// It is about the same subject, or its subject is undetermined.
    IsNear,
    /// There is no record.
    Nobody,
}

/// The limits of a record's grant; `None` if it states none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GrantLimits {
    pub resources: Option<Vec<String>>,
    pub actions: Option<Vec<String>>,
    pub not_waived: Option<Vec<String>>,
    /// The accepted texts of the finding, as the record states them; what looks like a secret is `…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<String>>,
}

/// A record that was considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The record's id, or the path of a file that can't be read.
    pub id: String,
    /// The name of its status.
    pub status: &'static str,
    /// Why it does not allow; `None` for the one that does.
    pub why_not: Option<String>,
    /// How it relates to the question.
    #[serde(skip)]
    pub named: SubjectMatch,
}

/// How often single-use records have been used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptCounts {
    /// Unknown: no receipts file was given.
    NotGiven,
    /// The number of receipts that allow, by record.
    Counted(BTreeMap<String, u64>),
    /// Unknown, for this reason: receipts may be missing, or not those that a gate stored.
    Doubted(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// An identity, asset, application, credential, finding or reference in the question is the record's.
    TheSame,
    /// None of them is.
    Another,
}

/// Why a record does not match a question, and the limits that would only have to be stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) text: String,
    pub(crate) unstated: Vec<UnstatedLimit>,
}

impl From<String> for Mismatch {
    fn from(text: String) -> Mismatch {
        Mismatch { text, unstated: Vec::new() }
    }
}

pub(crate) fn limited(asker: Asker, what: &str, to: &[String], key: &'static str) -> Mismatch {
    let text = format!("{}: {}", limit(what, to), asker.how_to_state(key));
    Mismatch { text, unstated: vec![UnstatedLimit { key, values: to.to_vec() }] }
}

pub(crate) fn limit(what: &str, to: &[String]) -> String {
    format!("limited to {what} {}", few(to))
}

/// Returns the first three entries of a list as text, and how many more there are.
pub(crate) fn few(list: &[String]) -> String {
    let shown: Vec<&str> = list.iter().take(3).map(String::as_str).collect();
    let shown = shown.join(", ");
    match list.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
