//! A record that is to be filed, before anything was looked at.
//!
//! Start at [`FilingRequest`]. Follows `docs/spec/cli.md`, new.

use std::path::Path;

use crate::plan::answers::Answers;

/// What is known of a record that is to be filed. What is nearer to the person wins: what is given, then the issue, the
/// fields, the receipt, the profile, the other record.
#[derive(Clone, Copy, Debug)]
pub struct FilingRequest<'r> {
    /// What is given outright.
    pub given: &'r Answers,
    /// The text of an issue that the form of `init` made.
    pub issue: Option<AnswerInput<'r>>,
    /// A file with the shape of a record without id, YAML or JSON.
    pub fields: Option<AnswerInput<'r>>,
    /// A question that was refused, as it was answered in JSON.
    pub receipt: Option<AnswerInput<'r>>,
    /// A preset of the policy.
    pub profile: Option<&'r str>,
    /// Another record: its id, or a beginning or end of it.
    pub like: Option<&'r str>,
    /// Whether it can wait for its approval.
    pub is_emergency: bool,
    /// The folder below the first record folder; else that of the other record.
    pub subfolder: Option<&'r str>,
    /// Whether a record is written that content rules object to.
    pub writes_drafts: bool,
    /// The folder that paths are named from.
    pub folder: &'r Path,
}

/// Something that holds answers.
#[derive(Clone, Copy, Debug)]
pub struct AnswerInput<'r> {
    /// The file, as it was named; `-` for stdin.
    pub path: &'r Path,
    /// What was read already; else the file is read.
    pub bytes: Option<&'r [u8]>,
}
