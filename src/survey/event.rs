//! What scanners and other tools report, once parsed: findings and events, and what is decided about each.
//!
//! Pure. Start at [`TriageInput`] and [`TriageDecision`]; `wanted` groups those that need a record. Follows
//! `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6.

pub mod wanted;

use serde_json::Value;

use crate::gate::answer::{Asker, Question, ScannerDetails, SubjectMatch};
use crate::gate::package::Package;
use crate::record::time::Instant;
use crate::record::vocabulary::{Risk, words};
use crate::survey::next_step::NextStep;

words! {
    /// The decision about an input, worst first.
    pub enum TriageState written "snake_case" {
        /// It is material, and nothing covers it.
        Uncovered,
        /// Only a record that has ended, or has not begun, would cover it.
        ExpiredCover,
        /// It can't be read.
        Unparsed,
        /// Only a record that waits for approval would cover it.
        Pending,
        /// A record in force covers it.
        Covered,
        /// A record in force dismisses it as a false alarm.
        Dismissed,
        Routine,
    }
}

/// The decision about an input.
#[derive(Clone, Debug)]
pub struct TriageDecision {
    pub state: TriageState,
    /// The id of the deciding record.
    pub record: Option<String>,
    pub message: String,
    /// Whether the input can't be judged.
    pub is_doubtful: bool,
    /// The indexes of the baselines that apply.
    pub baselines: Vec<usize>,
    /// The records that it is about, and how each matches.
    pub about: Vec<(String, SubjectMatch)>,
    /// Whether a record in force would cover it, but for its accepted text, which is gone.
    pub has_lost_text: bool,
    /// What can be done about it, if the gate was asked for that.
    pub next: Option<NextStep>,
}

impl TriageDecision {
    /// Returns a decision that no record makes.
    pub(crate) fn without_record(state: TriageState, message: String) -> TriageDecision {
        TriageDecision {
            state,
            record: None,
            message,
            is_doubtful: false,
            baselines: Vec::new(),
            about: Vec::new(),
            has_lost_text: false,
            next: None,
        }
    }
}

/// One parsed input.
#[derive(Clone, Debug)]
pub enum TriageInput {
    Finding(ScannerFinding),
    Event(CloudEvent),
}

#[derive(Clone, Debug, Default)]
pub struct ScannerFinding {
    /// The tool, under the name that records use.
    pub tool: String,
    /// Further names of the tool for this kind of finding.
    pub also: Option<&'static str>,
    /// The finding's id; empty if it has none.
    pub id: String,
    /// Former or alternative ids of its rule: a record that names one of them means this rule, too.
    pub former_ids: Vec<String>,
    /// The level, as SARIF names it.
    pub level: String,
    /// The kind: `fail`, or something that is not a failure.
    pub kind: String,
    /// Whether the scanner says that the finding existed before and is gone.
    pub is_absent: bool,
    pub severity: Option<Risk>,
    pub places: Vec<FindingPlace>,
    /// The package as the scanner names it.
    pub package: Option<Package>,
    /// The package URL, if given.
    pub purl: Option<String>,
    /// The weaknesses that its rule is about.
    pub weaknesses: Vec<String>,
    /// The version that fixes it, if the scanner names one.
    pub fixed: Option<String>,
    /// When it was found, if stated.
    pub at: Option<Instant>,
}

/// A place of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingPlace {
    pub file: FindingFile,
    /// The first line, from 1.
    pub line: Option<u64>,
    /// The last line of the region; `None` if only the first one is stated.
    pub last_line: Option<u64>,
    /// The text that the scanner quotes.
    pub snippet: Option<String>,
    /// The commit in which it was found, if the scanner read the history.
    pub commit: Option<String>,
}

/// The file of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FindingFile {
    /// A path from the repository's root.
    Inside(String),
    /// Elsewhere on the machine, in an image, or on a server.
    Elsewhere(String),
    /// A path above the repository's root: never covered.
    Above(String),
    /// Stated, but the file can't be identified: a record that names paths doesn't cover it.
    #[default]
    Unknown,
}

impl FindingFile {
    /// Returns the path or address for display.
    pub fn text(&self) -> &str {
        match self {
            FindingFile::Inside(text) | FindingFile::Elsewhere(text) | FindingFile::Above(text) => {
                text
            }
            FindingFile::Unknown => "unknown place",
        }
    }
}

/// An event in CloudEvents form.
#[derive(Clone, Debug)]
pub struct CloudEvent {
    pub at: Instant,
    pub source: String,
    /// Its id, unique within the source.
    pub id: String,
    pub fields: Value,
}

impl CloudEvent {
    /// Returns a text in `data`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data(key)?.as_str()
    }

    /// Returns the value of a key in `data`.
    pub fn data(&self, key: &str) -> Option<&Value> {
        self.fields.get("data")?.get(key)
    }
}

impl ScannerFinding {
    /// Returns its key: `TOOL:ID`.
    pub fn key(&self) -> String {
        format!("{}:{}", self.tool, self.id)
    }

    /// Returns the questions about it under one of its ids: one for each of its places, or `without_lines` for each of its files.
    pub fn questions(&self, id: &str, without_lines: bool) -> Vec<Question> {
        let place = |place: &FindingPlace| {
            let path = match &place.file {
                FindingFile::Inside(path) => Some(path.clone()),
                FindingFile::Elsewhere(_) | FindingFile::Above(_) | FindingFile::Unknown => None,
            };
            let own = Some(place).filter(|_| !without_lines);
            let text = |part: fn(&FindingPlace) -> &Option<String>| part(own?).clone();
            let line = own.and_then(|place| place.line);
            (path, line, text(|place| &place.snippet), text(|place| &place.commit))
        };
        let mut places: Vec<_> = self.places.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        if places.is_empty() {
            places.push((None, None, None, None));
        }
        let tool = self.also.unwrap_or(&self.tool);
        let each = places.into_iter().map(|(path, line, snippet, commit)| Question {
            finding: Some(format!("{tool}:{id}")),
            purl: self.purl.clone(),
            severity: self.severity.map(|severity| severity.as_str().to_owned()),
            path,
            line,
            scanner_details: ScannerDetails {
                package: self.package.clone(),
                weaknesses: self.weaknesses.clone(),
                asker: Asker::Scan,
                snippet,
                commit,
                ..ScannerDetails::default()
            },
            ..Question::default()
        });
        each.collect()
    }
}
