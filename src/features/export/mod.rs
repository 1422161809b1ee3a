//! Export: the records in force, written into the files that tools read.
//!
//! Start at `answer`, and for one format at its file in `targets`. Follows `docs/spec/interop.md`, 3, and
//! `docs/spec/cli.md`, export.

pub mod answer;
pub mod targets;

use std::path::Path;

use crate::session::Session;

/// Returns the path of a file from the top of the repository, with `/`; `None` if its folder is missing or elsewhere.
pub fn path_in_repository(session: &Session, path: &Path) -> Option<String> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let below = session.located().repository().ok()?.prefix(folder)?;
    Some(if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") })
}
