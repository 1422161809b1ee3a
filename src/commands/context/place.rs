//! Where `-o` and receipts lead: a place where nothing can be written, or nothing may be, is refused before anything is
//! computed.
//!
//! Start at [`file`], [`folder`] and [`write`]. Follows `docs/spec/cli.md`, output to files.

use std::io::Write as _;
use std::path::{Path, PathBuf, is_separator};

use crate::commands::context::fault;
use exledger::session::reserved::{self, ReservedPlace};
use exledger::store::files::FileError;
use exledger::store::streams::{self, Begun};

/// Endings of archives that are not written; as the name of a folder they would mislead.
const OTHER_ARCHIVES: &[&str] = &[".tar", ".zip", ".7z", ".tar.bz2", ".tar.xz", ".tar.zst"];

/// Returns the path of a file that will be written: not a folder, nor one of the ledger's or git's own files.
pub(crate) fn file(place: PathBuf) -> anyhow::Result<PathBuf> {
    not_stdout(&place)?;
    if streams::is_folder(&place) || ends_with_separator(&place) {
        let what = format!("{} is a folder", place.display());
        return Err(fault::usage_error(what, "give a file"));
    }
    not_another_archive(&place)?;
    match place.parent() {
        Some(above) if !above.as_os_str().is_empty() && !streams::is_folder(above) => {
            let what = format!("there is no folder {}", above.display());
            Err(fault::usage_error(what, "create it first, or give a file in another folder"))
        }
        _ => not_reserved(place),
    }
}

fn ends_with_separator(place: &Path) -> bool {
    place.as_os_str().to_string_lossy().ends_with(is_separator)
}

/// Refuses the name of an archive that is not written: the file would not be one.
fn not_another_archive(place: &Path) -> anyhow::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if OTHER_ARCHIVES.iter().any(|ending| name.ends_with(ending)) {
        return Err(fault::usage_error(
            format!("{} has the name of an archive that is not written", place.display()),
            "give a name that ends in .tar.gz where archives are written, or another one",
        ));
    }
    Ok(())
}

/// Refuses `-`, which elsewhere means stdout: nobody wants a file of that name.
pub(crate) fn not_stdout(place: &Path) -> anyhow::Result<()> {
    if place.file_name().is_some_and(|name| name == "-") {
        return Err(fault::usage_error(
            "- is not the name of a file",
            "give a file; where the command can print, leave -o out to write to stdout",
        ));
    }
    Ok(())
}

pub(crate) fn unlinked_file(place: PathBuf) -> anyhow::Result<PathBuf> {
    file(not_a_link(place)?)
}

pub(crate) fn unlinked_folder(place: PathBuf) -> anyhow::Result<PathBuf> {
    folder(not_a_link(place)?)
}

pub(crate) fn not_a_link(path: PathBuf) -> anyhow::Result<PathBuf> {
    if streams::is_link(&path) {
        return Err(fault::usage_error(
            format!("{} is a link", path.display()),
            "give the file itself: a link could lead anywhere",
        ));
    }
    Ok(path)
}

/// Returns a path unless an answer there would change a part of the ledger, or of what git keeps.
pub(crate) fn not_reserved(place: PathBuf) -> anyhow::Result<PathBuf> {
    let shown = place.display();
    let (what, help) = match reserved::reserved(&place) {
        None => return Ok(place),
        Some(ReservedPlace::Records(folder)) => (
            format!("{shown} is in {}, which holds the ledger's own files", folder.display()),
            "give a place outside of it: records change only by commands such as new, renew and close",
        ),
        Some(ReservedPlace::Governance(file)) => (
            format!("{shown} would change {}, a governance file of the ledger", file.display()),
            "give another file: governance files are edited by hand and approved like records",
        ),
        Some(ReservedPlace::Git(folder)) => (
            format!("{shown} is in {}, which git keeps", folder.display()),
            "give a place outside of it",
        ),
    };
    Err(fault::usage_error(what, help))
}

// Writes a file completely before it is moved into its place.
pub(crate) fn write(place: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_all(vec![(place.to_owned(), bytes)])
}

/// Writes every file completely before the first is moved into its place.
pub(crate) fn write_all(files: Vec<(PathBuf, &[u8])>) -> anyhow::Result<()> {
    let mut begun = Vec::new();
    for (place, bytes) in files {
        let mut file = Begun::at(&place)?;
        file.write_all(bytes).map_err(|cause| FileError::Failed(place, cause))?;
        begun.push(file);
    }
    begun.into_iter().try_for_each(|file| Ok(file.finish()?))
}

/// Returns the path of a folder that will be created or filled; the name of an archive that is not written is refused.
pub(crate) fn folder(place: PathBuf) -> anyhow::Result<PathBuf> {
    not_stdout(&place)?;
    if !streams::is_folder(&place) {
        not_another_archive(&place)?;
    }
    if place.exists() && !streams::is_folder(&place) {
        let what = format!("{} is a file", place.display());
        return Err(fault::usage_error(what, "give a folder: it is several files"));
    }
    not_reserved(place)
}
