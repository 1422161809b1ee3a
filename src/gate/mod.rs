//! Answers one question with a verdict and a receipt.
//!
//! Pure. Start at [`verdict::ask`]. Follows `docs/spec/cli.md`, check. Undetermined never allows.

pub mod accepted_text;
pub mod answer;
mod cover;
pub mod facts;
mod finding;
pub mod index;
pub(crate) mod package;
pub mod question;
pub mod receipt;
pub mod tool_call;
pub mod unnamed;
pub mod verdict;
pub mod withheld;

use crate::gate::accepted_text::{NoFiles, ScannedFiles};
use crate::gate::answer::Question;
use crate::gate::cover::{RecordCoverage, Terms};
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::folded::folded;
use std::collections::BTreeSet;

/// Tells whether a record is about the subject of a question, covered or not.
pub fn is_about(question: &Question, record: &Record, governance: &Governance) -> bool {
    match cover::coverage(question, Terms::of_file(record), governance, &NoFiles) {
        RecordCoverage::No(_, shared) => !shared.is_nothing(),
        RecordCoverage::Yes | RecordCoverage::Unstated(_) | RecordCoverage::TextGone(_) => true,
    }
}

/// Tells whether a record covers a question, whether or not it is in force.
pub fn covers(question: &Question, record: &Record, governance: &Governance) -> bool {
    let terms = Terms::of_file(record);
    cover::coverage(question, terms, governance, &NoFiles) == RecordCoverage::Yes
}

/// Returns the folded names of the subjects of a question, one of which the record must state; `None` if a record that states
/// none of them may match.
pub fn subjects(question: &Question) -> Option<BTreeSet<String>> {
    let Question { identity, asset, application, credential, reference, .. } = question;
    let stated = [identity, asset, application, credential, reference].into_iter().flatten();
    let names: BTreeSet<String> = stated.map(|name| folded(name).into_owned()).collect();
    let is_bound = !names.is_empty() && !question.deploy && !asks_finding(question);
    is_bound.then_some(names)
}

/// Tells whether a record names the finding of a question, with its place, whoever and wherever else it is about.
pub fn names_finding(question: &Question, record: &Record, files: &dyn ScannedFiles) -> bool {
    matches!(finding::matched(question, record, files), finding::Matched::Yes(_))
}

/// Tells whether a question is about a scanner's finding.
pub fn asks_finding(question: &Question) -> bool {
    finding::is_about_finding(question)
}

/// Returns a path from the repository's root without `.` and `..`; `None` if it leads out of the repository.
pub fn inside(path: &str) -> Option<String> {
    finding::inside(path)
}

/// Returns a path without `.` and `..`; `None` if it leads above its start.
pub fn plain(path: &str) -> Option<String> {
    finding::plain(path)
}
