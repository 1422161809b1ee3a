//! A request to file a record, before anything is read.
//!
//! Start at [`FilingRequest`]. Follows `docs/spec/cli.md`, new.

use std::path::Path;

use crate::features::new::false_positive::FalsePositive;
use crate::plan::answers::Answers;

/// The sources of answers for a record. The more specific source wins: the given answers, then the issue, the fields,
/// the receipt, the profile, the other record, the finding.
#[derive(Clone, Copy, Debug)]
pub struct FilingRequest<'r> {
    /// Answers given directly.
    pub given: &'r Answers,
    /// The text of an issue made from the form that `init` writes.
    pub issue: Option<AnswerInput<'r>>,
    /// A file in the form of a record without id, YAML or JSON.
    pub fields: Option<AnswerInput<'r>>,
    /// What limits the only finding of `given`.
    pub limits: FindingLimits<'r>,
    /// The JSON answer to a question that was refused.
    pub receipt: Option<AnswerInput<'r>>,
    /// A preset of the policy.
    pub profile: Option<&'r str>,
    /// A finding that should not have been reported.
    pub false_positive: Option<FalsePositive<'r>>,
    /// Another record: its id, or an unambiguous prefix or suffix of it.
    pub like: Option<&'r str>,
    /// Whether it is an emergency, which takes effect before its approval.
    pub is_emergency: bool,
    /// The folder below the first record folder; otherwise that of the other record.
    pub subfolder: Option<&'r str>,
    /// Whether to write a record despite findings of content rules.
    pub writes_drafts: bool,
    /// The folder that paths are relative to.
    pub folder: &'r Path,
}

impl<'r> FilingRequest<'r> {
    /// Returns the request of answers that are given, and of nothing else.
    pub fn of_answers(given: &'r Answers, folder: &'r Path) -> FilingRequest<'r> {
        FilingRequest {
            given,
            issue: None,
            fields: None,
            limits: FindingLimits::default(),
            receipt: None,
            profile: None,
            false_positive: None,
            like: None,
            is_emergency: false,
            subfolder: None,
            writes_drafts: false,
            folder,
        }
    }
}

/// What limits a finding, as far as it is stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingLimits<'r> {
    pub purl: Option<&'r str>,
    pub severity: Option<&'r str>,
    pub path: Option<&'r str>,
    /// A line of the path, from 1.
    pub line: Option<u64>,
}

/// A source of answers.
#[derive(Clone, Copy, Debug)]
pub struct AnswerInput<'r> {
    /// The file as the user named it; `-` for stdin.
    pub path: &'r Path,
    /// The bytes, if they were read already; otherwise the file is read.
    pub bytes: Option<&'r [u8]>,
}
