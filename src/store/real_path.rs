//! The path behind all links, in the form in which people write it.
//!
//! Start at [`real_path`]. Windows answers with `\\?\C:\demo`, which cmd.exe and git refuse.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The length from which Windows takes a path only with the prefix.
const LONG: usize = 260;

/// Returns the absolute path of a file or folder that exists, behind all links; all paths that are made absolute are made so
/// here, so that they can be compared.
///
/// # Errors
/// As [`fs::canonicalize`].
pub fn real_path(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let real = fs::canonicalize(path)?;
    if !cfg!(windows) {
        return Ok(real);
    }
    let written = real.to_str().and_then(without_prefix).map(PathBuf::from);
    Ok(written.unwrap_or(real))
}

/// Returns a path of Windows without the prefix `\\?\`; `None` if it has none, or needs it.
pub fn without_prefix(path: &str) -> Option<String> {
    let rest = path.strip_prefix(r"\\?\")?;
    let is_drive = |rest: &str| {
        rest.starts_with(|it: char| it.is_ascii_alphabetic()) && rest.get(1..3) == Some(r":\")
    };
    let written = match rest.strip_prefix(r"UNC\") {
        Some(share) => format!(r"\\{share}"),
        None if is_drive(rest) => rest.to_owned(),
        None => return None,
    };
    (written.len() < LONG).then_some(written)
}
