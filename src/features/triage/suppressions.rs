//! What covers each result, for a file that is rewritten.
//!
//! Start at [`Suppressions`]. Follows `docs/spec/interop.md`, 3, row 2.

use crate::formats::uuid;
use crate::survey::event::{ScannerFinding, TriageDecision, TriageInput, TriageState};

/// How SARIF is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewriteKind {
    /// Without the covered results.
    Filter,
    /// With a suppression on each covered result.
    Annotate,
}

/// Whether one result is covered.
#[derive(Clone, Debug)]
pub enum ResultCover {
    /// A record covers it.
    Covered(Box<Suppression>),
    /// No record covers it.
    NotCovered,
    /// It can't be read, so it is kept unchanged.
    Unread,
}

/// The record that covers a result.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The record.
    pub record: Box<str>,
    /// The id of its suppression; empty if none is written.
    pub guid: String,
}

/// What covers the results, by file, in order.
#[derive(Debug, Default)]
pub struct Suppressions {
    files: Vec<Vec<ResultCover>>,
    has_guids: bool,
}

impl Suppressions {
    pub(super) fn new(kind: RewriteKind) -> Suppressions {
        Suppressions { files: Vec::new(), has_guids: kind == RewriteKind::Annotate }
    }

    pub(super) fn next_file(&mut self) {
        self.files.push(Vec::new());
    }

    /// Adds the next result; `None` for one that can't be read.
    pub(super) fn add(&mut self, read: Option<(&TriageInput, &TriageDecision)>) {
        let cover = match read {
            None => ResultCover::Unread,
            Some((TriageInput::Finding(finding), decision))
                if decision.state == TriageState::Covered =>
            {
                let id = decision.record.as_deref().unwrap_or_default();
                let guid = if self.has_guids {
                    uuid::name_uuid(&name(id, finding))
                } else {
                    String::new()
                };
                ResultCover::Covered(Box::new(Suppression { record: id.into(), guid }))
            }
            Some(_) => ResultCover::NotCovered,
        };
        if let Some(file) = self.files.last_mut() {
            file.push(cover);
        }
    }

    /// Returns what covers the results of a file, by its index.
    pub fn of(&self, place: usize) -> &[ResultCover] {
        self.files.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns the name from which the suppression's id is derived: the same for the same finding at the same place.
fn name(record: &str, finding: &ScannerFinding) -> String {
    let place = finding.places.first();
    let path = place.map_or("", |place| place.file.text());
    let line = place.and_then(|place| place.line).map(|line| line.to_string()).unwrap_or_default();
    format!("sarif/{record}/{}/{}/{path}/{line}", finding.tool, finding.id)
}
