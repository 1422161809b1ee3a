//! The catalogs of controls: ids, official titles, replacements.
//!
//! Pure. Start at [`controls::Catalog::find`]. Follows `docs/spec/policy.md`, files, and `schemas/catalogs/SOURCES.md`,
//! matching. Catalogs are loaded only when needed.

pub mod built_in;
pub mod controls;
pub mod search;

use crate::policy::catalog::controls::Catalog;

/// Returns the built-in catalog with exactly this name.
pub fn built_in(name: &str) -> Option<&'static Catalog> {
    let found = built_in::ALL.iter().find(|catalog| catalog.name == name)?;
    Some(found.catalog())
}

/// Returns the names of the built-in catalogs, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    built_in::ALL.iter().map(|catalog| catalog.name)
}

/// Returns the name of a listed catalog: a built-in name, or the stem of a file.
pub fn name_of(listed: &str) -> &str {
    match listed.strip_suffix(".csv") {
        Some(path) => path.rsplit('/').next().unwrap_or(path),
        None => listed,
    }
}
