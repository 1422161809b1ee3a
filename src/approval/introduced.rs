//! Handles files that landed while the policy did not count their folder as a record folder, or that lay
//! there while it did not.
//!
//! Uses history, `approval`'s fold. Pure. Part of the fold. Follows `docs/spec/approval.md`, V8.

use crate::approval::fold::TrailEvaluator;
use crate::approval::version_step::VersionStep;
use crate::history::version::FileAt;

impl TrailEvaluator<'_> {
    /// Tells whether a version's files lay in record folders from its landing until the next version.
    /// Governance files are not records.
    pub(crate) fn is_among_records(&self, index: usize) -> bool {
        let Some(version) = self.trail.versions.get(index) else {
            return false;
        };
        let next = self.trail.versions.get(index + 1);
        let until = next.map(|next| next.landing);
        let mut counting = self.context.governance_history.record_folders(version.landing, until);
        self.is_governance() || counting.all(|folders| self.are_inside(folders, &version.files))
    }

    /// Tells whether a version moves a file from elsewhere into a record folder: its landing introduces the record.
    pub(crate) fn enters_record_folder(&self, step: &VersionStep) -> bool {
        let folders = &step.state.governance.policy.records;
        step.is_among_records
            && !self.is_governance()
            && !self.are_inside(folders, &step.version.before)
    }

    fn are_inside(&self, folders: &[String], files: &[FileAt]) -> bool {
        let prefix = &self.context.history.prefix;
        let mut files = files.iter();
        files.all(|file| prefix.is_inside(folders, &file.path))
    }
}
