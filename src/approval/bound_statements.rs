//! Which statements are bound to which version of a trail.
//!
//! Uses history, `approval`'s claims. Pure. Start at `Bound`.

use crate::approval::claims::StatementAge;
use crate::approval::statement;
use crate::history::version::{Trail, Version};
use std::collections::BTreeSet;

/// What approval files say about which version of a trail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// The sha256 of each version's bytes, where anything is said about any.
    pub(super) digests: Vec<Option<String>>,
    /// The words about each version, by their index.
    pub(super) heard: Vec<Vec<(usize, StatementAge)>>,
    /// Words that have landed and wait for a version with their bytes.
    pub(super) waiting: BTreeSet<usize>,
    /// How many words have landed.
    pub(super) landed: usize,
}

impl Bound {
    /// Begins with nothing heard, where anything may be said.
    pub(crate) fn new(trail: &Trail) -> Bound {
        Bound {
            digests: trail.versions.iter().map(digest).collect(),
            heard: vec![Vec::new(); trail.versions.len()],
            waiting: BTreeSet::new(),
            landed: 0,
        }
    }

    /// Tells whether anything may be said about any version.
    pub(crate) fn hears(&self) -> bool {
        !self.digests.is_empty()
    }

    /// Tells whether a word is about any version.
    pub(crate) fn is_bound(&self, word: usize) -> bool {
        let mut heard = self.heard.iter().flatten();
        heard.any(|(known, _)| *known == word)
    }

    /// Adds a word about a version, and tells whether it is new.
    pub(super) fn bind(&mut self, index: usize, word: usize, age: StatementAge) -> bool {
        let Some(heard) = self.heard.get_mut(index) else {
            return false;
        };
        let is_new = !heard.iter().any(|(known, _)| *known == word);
        if is_new {
            heard.push((word, age));
        }
        is_new
    }
}

/// Returns the sha256 of a version's bytes: of no bytes, where a governance file is removed.
fn digest(version: &Version) -> Option<String> {
    match version.digest {
        Some(digest) => Some(digest.to_string()),
        None => version.files.is_empty().then(|| statement::digest(b"")),
    }
}
