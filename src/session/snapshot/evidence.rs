//! The evidence that a record cites, compared with the files of the commit in question.
//!
//! Start at [`Snapshot::evidence`]. Follows `docs/spec/cli.md`, show.

use crate::ledger::tree::Tree;
use crate::rules::evidence::{self, CitedEvidence};
use crate::session::snapshot::Snapshot;
use crate::status::state::{RecordState, Status};

impl Snapshot<'_> {
    /// Returns the evidence that a record cites. The files of a record that is only proposed are not compared: they are
    /// on its branch.
    pub fn evidence<'s>(&self, record_state: &'s RecordState) -> Vec<CitedEvidence<'s>> {
        let Some(record) = record_state.known_content() else {
            return Vec::new();
        };
        let is_landed = record_state.status != Status::Proposed;
        let stated = evidence::cited(record, None);
        let names_files = stated.iter().any(|it| it.stated.path.is_some());
        match self.tree().ok().filter(|_| is_landed && names_files) {
            Some(tree) => evidence::cited(record, Some(&tree as &dyn Tree)),
            None => stated,
        }
    }
}
