//! Review notes, read if the policy counts them; few clones fetch them.
//!
//! Start at [`read`]. Follows `docs/spec/approval.md`, E9 and 5 (16).

use crate::history::notes;
use crate::history::walked::History;
use crate::record::time::Instant;
use crate::store::git::Repository;

/// How to fetch the notes.
pub(super) const HINT: &str = "review notes are not in this clone; `git fetch origin 'refs/notes/*:refs/notes/*'` fetches them";

/// Reads the notes into a history, as they were at an instant or as they are now. Tells whether everything that counts
/// is here: the notes are, or the policy does not count notes.
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
