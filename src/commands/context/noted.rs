//! The notes of reviews, read where they count; few clones fetch them.
//!
//! Start at [`hear`]. Follows `docs/spec/approval.md`, E9 and 5 (16).

use exledger::history::notes;
use exledger::history::walked::History;
use exledger::record::time::Instant;
use exledger::store::git::Repository;

/// How to have the notes here.
pub(super) const HINT: &str =
    "no notes of reviews are here; `git fetch origin 'refs/notes/*:refs/notes/*'` brings them";

/// Whether notes were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// They were, or the policy does not heed them.
    AsAsked,
    /// They would count, and none are here.
    NothingHere,
}

/// Reads the notes into a history, as they stood at an instant or as they stand now.
pub(super) fn hear(
    repository: &Repository,
    history: &mut History,
    until: Option<Instant>,
) -> Heard {
    if !history.heeds_notes() {
        return Heard::AsAsked;
    }
    match repository.find(notes::REFERENCE) {
        Some(found) => {
            history.read_notes(repository, found.oid, until);
            Heard::AsAsked
        }
        None => Heard::NothingHere,
    }
}
