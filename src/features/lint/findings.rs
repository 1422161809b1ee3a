//! The findings so far, and the linted records.
//!
//! Start at `LintFindings`.

use crate::diag::Finding;
use crate::features::lint::input::Input;
use crate::record::file::RecordFile;

#[derive(Default)]
pub(super) struct LintFindings {
    pub(super) findings: Vec<Finding>,
    pub(super) judged: Vec<LintedRecord>,
    pub(super) n_redesigns: usize,
}

impl LintFindings {
    pub(super) fn take(&mut self, findings: impl IntoIterator<Item = Finding>, input: &Input<'_>) {
        self.findings.extend(findings.into_iter().filter(|finding| input.names(&finding.path)));
    }

    pub(super) fn judge(&mut self, source: &RecordFile, tier: Option<String>) {
        self.judged.push(LintedRecord {
            path: source.path.clone(),
            id: source.id().map(|id| id.to_string()),
            title: source.text("title").map(str::to_owned),
            tier,
        });
    }
}

/// A linted record.
#[derive(Clone, Debug)]
pub struct LintedRecord {
    /// Its file.
    pub path: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// The tier that the policy assigns.
    pub tier: Option<String>,
}
