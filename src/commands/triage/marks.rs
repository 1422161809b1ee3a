//! What becomes of each result when its file is written again.
//!
//! Start at [`Marks`]. Follows `docs/spec/interop.md`, 3, row 2.

use exledger::interop::uuid;
use exledger::survey::triage::judge::TriageDecision;
use exledger::survey::triage::{ScannerFinding, TriageInput, TriageState};

/// What becomes of one result.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A record covers it.
    Covered(Box<Cover>),
    /// None does.
    NotCovered,
    /// It can't be read, so it stays as it is.
    Unread,
}

/// What covers one result.
#[derive(Clone, Debug)]
pub(super) struct Cover {
    /// The record.
    pub(super) record: Box<str>,
    /// The id of its suppression; empty where none is written.
    pub(super) guid: String,
}

/// The marks of all results, by file, in their order.
#[derive(Debug, Default)]
pub(super) struct Marks {
    files: Vec<Vec<Mark>>,
    /// Whether suppressions get ids.
    has_guids: bool,
}

impl Marks {
    /// Begins to mark files.
    pub(super) fn new(has_guids: bool) -> Marks {
        let files = Vec::new();
        Marks { files, has_guids }
    }

    /// Begins the next file.
    pub(super) fn next_file(&mut self) {
        self.files.push(Vec::new());
    }

    /// Marks the next result.
    pub(super) fn add(&mut self, read: Option<(&TriageInput, &TriageDecision)>) {
        let mark = match read {
            None => Mark::Unread,
            Some((TriageInput::Finding(finding), decision))
                if decision.state == TriageState::Covered =>
            {
                let record = decision.record.as_deref().unwrap_or_default();
                let guid = if self.has_guids {
                    uuid::of(&name(record, finding))
                } else {
                    String::new()
                };
                let record = record.into();
                Mark::Covered(Box::new(Cover { record, guid }))
            }
            Some(_) => Mark::NotCovered,
        };
        if let Some(file) = self.files.last_mut() {
            file.push(mark);
        }
    }

    /// Returns the marks of a file.
    pub(super) fn of(&self, place: usize) -> &[Mark] {
        self.files.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns the name of a suppression: the same for the same finding at the same place.
fn name(record: &str, finding: &ScannerFinding) -> String {
    let place = finding.places.first();
    let path = place.map_or("", |place| place.file.text());
    let line = place.and_then(|place| place.line);
    let line = line.map(|line| line.to_string()).unwrap_or_default();
    format!(
        "sarif/{record}/{}/{}/{path}/{line}",
        finding.tool, finding.id
    )
}
