//! The notes of reviews, read where they count; few clones fetch them.
//!
//! Start at [`read`]. Follows `docs/spec/approval.md`, E9 and 5 (16).

use crate::history::notes;
use crate::history::walked::History;
use crate::record::time::Instant;
use crate::store::git::Repository;

/// How to have the notes here.
pub(super) const HINT: &str = "review notes are not in this clone; `git fetch origin 'refs/notes/*:refs/notes/*'` fetches them";

/// Reads the notes into a history, as they stood at an instant or as they stand now. Tells whether all is here that
/// counts: notes, or a policy that does not heed them.
pub(crate) fn read(repository: &Repository, history: &mut History, until: Option<Instant>) -> bool {
    if !history.heeds_notes() {
        return true;
    }
    let found = repository.find(notes::REFERENCE);
    if let Some(found) = &found {
        history.read_notes(repository, found.oid, until);
    }
    found.is_some()
}
