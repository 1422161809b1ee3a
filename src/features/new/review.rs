//! The findings about a draft, and their text.
//!
//! Start at [`FilingReview`].

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::plan::draft::RecordDraft;
use crate::policy::tier::Needed;
use crate::record::credential;
use crate::record::file::RecordFile;
use crate::record::time::{Instant, When, not_after};
use crate::rules;
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
        finding.level,
        finding.rule,
        finding.message,
        finding.remedy.words()
    ))
}

/// Returns the finding about an end in the past: such a record would never grant anything.
pub fn ended(source: &RecordFile, now: Instant) -> Option<Finding> {
    let expires: When = source.value("expires")?;
    (not_after(&expires) <= now).then(|| {
        source.finding(
            Code::BadValue,
            Level::Error,
            "expires",
            format!("{expires} is in the past"),
            format!("give an end in the future; it is now {now}"),
        )
    })
}

/// Refuses the answer to a field: by the first error about it that no later question answers.
///
/// # Errors
/// The text that says what is wrong with the answer, and how to fix it.
pub fn refuse_answer<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    path: &str,
) -> Result<(), String> {
    let of_field = |field: &str| {
        let rest = field.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let objection = findings.into_iter().find(|finding| {
        let here = finding.field.as_deref().is_some_and(of_field);
        let is_error = finding.level == Level::Error;
        is_error && here && !rules::find(finding.rule).is_some_and(|rule| rule.special.asked_later)
    });
    match objection {
        Some(finding) => Err(credential::hidden(format!(
            "{}: {} [{}]",
            finding.message,
            finding.remedy.words(),
            finding.rule
        ))),
        None => Ok(()),
    }
}
