//! The lock files of a commit: those that osv-scanner reads, by their names.
//!
//! Uses ledger's `Tree`. Pure. Start at [`of_tree`]. The list is osv-scanner's, with room: a name too much only makes an
//! export more careful.

use crate::ledger::tree::{EntryKind, Tree};

/// The names of lock files and manifests, in lower case.
const NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "cargo.lock",
    "go.mod",
    "gemfile.lock",
    "gems.locked",
    "poetry.lock",
    "pipfile.lock",
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
    "cabal.project.freeze",
    "stack.yaml.lock",
    "bom.json",
    "bom.xml",
];

/// The endings of names, in lower case.
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

/// Tells whether a path is that of a lock file.
pub fn is_lock_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_requirements = name.contains("requirements") && name.ends_with(".txt");
    NAMES.contains(&name.as_str())
        || is_requirements
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}
