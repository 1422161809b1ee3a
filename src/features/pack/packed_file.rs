//! A file of a pack that git holds too, so that anybody can compare the two.
//!
//! Start at [`PackedFile`]. Follows `docs/spec/interop.md`, 3a.

use crate::diag;
use crate::history::objects::Oid;
use crate::status::state::RecordState;

/// A copy of a file that git holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFile {
    /// Its path in the pack.
    pub name: String,
    /// The commit of the approved branch that holds it.
    pub commit: Oid,
    /// Its path from the top of the repository.
    pub path: String,
    /// The id of its bytes in git.
    pub blob: Oid,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Returns a path of the repository as a path below a folder of the pack: no part of it leads upwards, and each
/// character is one that every file system takes.
pub fn name_below(folder: &str, path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty()).map(part);
    format!("{folder}/{}", parts.collect::<Vec<_>>().join("/"))
}

/// Returns the name of a record's files, without their ending: its id, or the path of a file without one.
pub fn stem(record_state: &RecordState) -> String {
    part(&record_state.key)
}

/// Returns one part of a path, with every other character as `%` and two digits for each of its bytes.
pub fn part(text: &str) -> String {
    if !text.is_empty() && text.bytes().all(|byte| byte == b'.') {
        return text.replace('.', "%2E");
    }
    diag::percent_encoded(text, b".-_@+=")
}
