//! The lock files of a commit: those that osv-scanner reads, by their names.
//!
//! Pure. Start at [`is_lock_file`]. The list is osv-scanner's, with room: a name too much only makes an export more
//! careful.

use crate::ledger::tree::{EntryKind, Tree, TreeError};

const NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "Cargo.lock",
    "go.mod",
    "Gemfile.lock",
    "gems.locked",
    "poetry.lock",
    "Pipfile.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "pom.xml",
    "gradle.lockfile",
    "buildscript-gradle.lockfile",
    "verification-metadata.xml",
    "packages.lock.json",
    "packages.config",
    "deps.json",
    "composer.lock",
    "mix.lock",
    "pubspec.lock",
    "conan.lock",
    "renv.lock",
    "requirements.txt",
    "cabal.project.freeze",
    "stack.yaml.lock",
    "bom.json",
    "bom.xml",
];

const ENDINGS: &[&str] =
    &[".deps.json", ".spdx.json", ".spdx", ".spdx.yml", ".spdx.rdf", ".cdx.json", ".cdx.xml"];

/// Returns the paths of a commit's lock files, sorted; `None` if its files can't be read.
pub fn of_tree(tree: Option<&dyn Tree>) -> Option<Vec<String>> {
    let items = tree?.list("").ok()?;
    let files = items.into_iter().filter(|item| item.kind == EntryKind::File);
    let mut paths: Vec<String> =
        files.map(|item| item.path).filter(|path| is_lock_file(path)).collect();
    paths.sort();
    Some(paths)
}

/// Returns the paths of the lock files directly in a folder, sorted; of one that can't be listed, those with the usual
/// names.
///
/// # Errors
/// [`TreeError`] if it can't be told which of those there are.
pub fn in_folder(tree: &dyn Tree, folder: &str) -> Result<Vec<String>, TreeError> {
    let begin = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let is_direct = |path: &str| path.strip_prefix(&begin).is_some_and(|name| !name.contains('/'));
    if let Ok(items) = tree.list(folder) {
        let files = items.into_iter().filter(|item| item.kind == EntryKind::File);
        let paths = files.map(|item| item.path);
        return Ok(paths.filter(|path| is_direct(path) && is_lock_file(path)).collect());
    }
    let mut found = Vec::new();
    for name in NAMES {
        let path = format!("{begin}{name}");
        if tree.kind(&path)? == Some(EntryKind::File) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Tells whether a path is that of a lock file.
pub fn is_lock_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_requirements = name.contains("requirements") && name.ends_with(".txt");
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(&name))
        || is_requirements
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}
