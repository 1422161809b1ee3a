//! CODEOWNERS: who owns a file of a repository, by the rules of forges.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/interop.md`, 6, routing, and GitHub's documentation: a line with `!` or `[
//! ]` is not supported there, and is skipped.

use crate::survey::route::owned_files::{FileOwners, OwnersLine};

/// The possible paths of the file in a repository: the first that exists counts, as on GitHub.
pub const PLACES: &[&str] =
    &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Reads the file. Lines that forges do not read as a path and owners, such as GitLab's sections, are skipped.
pub fn read(text: &str) -> FileOwners {
    let lines = text.lines().enumerate();
    let lines = lines.filter_map(|(index, text)| line(index + 1, text)).collect();
    FileOwners { lines, obstacle: None }
}

fn line(number: usize, text: &str) -> Option<OwnersLine> {
    // A blank in a path is escaped with a backslash.
    let trimmed = text.trim().replace("\\ ", "\u{0}");
    let mut parts = trimmed.split_whitespace();
    let path = parts.next()?.replace('\u{0}', " ");
    let is_path = !path.trim_matches('/').is_empty();
    if !is_path || path.starts_with(['#', '!', '\\', '^']) || path.contains(['[', ']']) {
        return None;
    }
    let owners = parts.take_while(|part| !part.starts_with('#'));
    Some(OwnersLine::new(number, &path, owners.map(str::to_owned).collect()))
}
