//! Frozen patterns, as far as deployments depend on them.
//!
//! Pure. Start at [`FrozenPattern`]. Follows `docs/spec/cli.md`, check, `--deploy`. Which patterns are frozen is decided elsewhere,
//! from all records together, and passed on as data.

use std::collections::BTreeSet;

/// A frozen pattern without a redesign in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenPattern {
    /// What its records have in common, in words.
    pub title: String,
    /// The systems concerned, normalized for comparison.
    systems: BTreeSet<String>,
}

impl FrozenPattern {
    /// Returns a pattern that concerns some systems, by any of their names.
    pub fn new<'n>(title: String, systems: impl Iterator<Item = &'n str>) -> FrozenPattern {
        FrozenPattern { title, systems: systems.map(normalized).collect() }
    }

    /// Tells whether it concerns an application; letter case and surrounding blanks make no other application.
    pub fn concerns(&self, application: &str) -> bool {
        self.systems.contains(&normalized(application))
    }
}

fn normalized(name: &str) -> String {
    name.trim().to_lowercase()
}
