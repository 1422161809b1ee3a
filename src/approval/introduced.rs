//! Files that landed while the policy had no records in their folder, or stood there while it had none.
//!
//! Uses history, `approval`'s fold. Pure. Part of the fold. Follows `docs/spec/approval.md`, V8.

use crate::approval::fold::TrailEvaluator;
use crate::approval::version_step::VersionStep;
use crate::history::version::FileAt;

impl TrailEvaluator<'_> {
    /// Tells whether the files of a version lay among records from its landing until the next version; those of
    /// governance are no records.
    pub(crate) fn is_among_records(&self, index: usize) -> bool {
        let Some(version) = self.trail.versions.get(index) else {
            return false;
        };
        let next = self.trail.versions.get(index + 1);
        let until = next.map(|next| next.landing);
        let mut counting = self.court.laws.record_folders(version.landing, until);
        self.is_governance() || counting.all(|folders| self.are_inside(folders, &version.files))
    }

    /// Tells whether a version moves what lay elsewhere among records: its own landing introduces the record.
    pub(crate) fn enters_record_folder(&self, step: &VersionStep) -> bool {
        let folders = &step.state.governance.policy.records;
        step.is_among_records
            && !self.is_governance()
            && !self.are_inside(folders, &step.version.before)
    }

    fn are_inside(&self, folders: &[String], files: &[FileAt]) -> bool {
        let prefix = &self.court.history.prefix;
        let mut files = files.iter();
        files.all(|file| prefix.is_inside(folders, &file.path))
    }
}
