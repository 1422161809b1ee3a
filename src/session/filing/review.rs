//! The findings about a draft, and their text.
//!
//! Start at [`FilingReview`].

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::plan::draft::RecordDraft;
use crate::policy::tier::Needed;
use crate::record::credential;
use crate::session::notice::Notice;

/// The findings about a draft's shape, content and history.
#[derive(Clone, Debug, Default)]
pub struct FilingReview {
    /// The findings, sorted.
    pub findings: Vec<Finding>,
    /// The approvals that it needs on the approved branch; `None` if it could not be compared with it.
    pub needed: Option<Needed>,
    /// Notices for the reader about how they were found.
    pub notices: Vec<Notice>,
}

/// Returns the findings that keep a record from being written.
pub fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.level == Level::Error)
}

/// Returns the findings about answers that can't be read, except missing ones.
pub fn unreadable(draft: &RecordDraft) -> impl Iterator<Item = &Finding> {
    let findings = draft.source.findings.iter();
    findings.filter(|finding| finding.rule != Code::MissingField)
}

/// Returns a finding on one line, with likely secrets removed.
pub fn in_one_line(finding: &Finding) -> String {
    let field = finding.field.as_deref().unwrap_or("record");
    credential::hidden(format!(
        "{}[{}] {field}: {}; {}",
        finding.level, finding.rule, finding.message, finding.help
    ))
}
