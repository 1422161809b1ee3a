//! What is found against a draft, and the words for it.
//!
//! Start at [`FilingReview`].

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::plan::draft::RecordDraft;
use crate::record::credential;
use crate::session::notice::Notice;

/// What shape, rules and history say of a draft.
#[derive(Clone, Debug, Default)]
pub struct FilingReview {
    /// The findings, sorted.
    pub findings: Vec<Finding>,
    /// What the reader should know of how they were found.
    pub notices: Vec<Notice>,
}

/// Returns the findings that keep a record from being written.
pub fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.level == Level::Error)
}

/// Returns what of the answers can't be read, other than what is missing.
pub fn unreadable(draft: &RecordDraft) -> impl Iterator<Item = &Finding> {
    let findings = draft.source.findings.iter();
    findings.filter(|finding| finding.rule != Code::MissingField)
}

/// Returns a finding on one line, without what looks like a secret.
pub fn in_one_line(finding: &Finding) -> String {
    let field = finding.field.as_deref().unwrap_or("record");
    credential::hidden(format!(
        "{}[{}] {field}: {}; {}",
        finding.level, finding.rule, finding.message, finding.help
    ))
}
