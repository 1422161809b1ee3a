//! Where `-o` leads: a place where nothing can be written is refused before anything is computed.
//!
//! Uses faults, and store's streams. Start at [`file`] and [`folder`].

use std::path::PathBuf;

use crate::commands::context::fault;
use exledger::store::streams;

/// Endings of archives that are not written; as the name of a folder they would mislead.
const OTHER_ARCHIVES: &[&str] = &[".tar", ".zip", ".7z", ".tar.bz2", ".tar.xz", ".tar.zst"];

/// Returns the path of a file that will be written.
///
/// # Errors
/// [`fault::Fault::Usage`] if it is a folder, or in none.
pub(crate) fn file(place: PathBuf) -> anyhow::Result<PathBuf> {
    if streams::is_folder(&place) {
        let what = format!("{} is a folder", place.display());
        return Err(fault::usage_error(what, "give a file"));
    }
    match place.parent() {
        Some(above) if !above.as_os_str().is_empty() && !streams::is_folder(above) => {
            let what = format!("there is no folder {}", above.display());
            Err(fault::usage_error(what, "create it first, or give a file in another folder"))
        }
        _ => Ok(place),
    }
}

/// Returns the path of a folder that will be created or filled.
///
/// # Errors
/// [`fault::Fault::Usage`] if it is a file, or has the name of an archive that is not written.
pub(crate) fn folder(place: PathBuf) -> anyhow::Result<PathBuf> {
    let name = place.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if OTHER_ARCHIVES.iter().any(|ending| name.ends_with(ending)) && !streams::is_folder(&place) {
        return Err(fault::usage_error(
            format!("{} has the name of an archive that is not written", place.display()),
            "give a name that ends in .tar.gz where archives are written, or one of a folder",
        ));
    }
    if streams::is_file(&place) {
        let what = format!("{} is a file", place.display());
        return Err(fault::usage_error(what, "give a folder: it is several files"));
    }
    Ok(place)
}
