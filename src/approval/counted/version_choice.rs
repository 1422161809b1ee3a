//! Which version of each governance file is chosen.

use crate::history::objects::Obstacle;
use std::collections::BTreeMap;

/// The index of the version of each governance file that counts; a file not listed here does not count at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionChoice {
    versions: BTreeMap<String, usize>,
    /// Why it is undetermined whether a later version counts.
    pub(super) doubt: Option<Box<Obstacle>>,
}

impl VersionChoice {
    pub(super) const NONE: VersionChoice = VersionChoice { versions: BTreeMap::new(), doubt: None };

    pub(super) fn of(&self, path: &str) -> Option<usize> {
        self.versions.get(path).copied()
    }

    pub(super) fn doubt(&self) -> Option<&Obstacle> {
        self.doubt.as_deref()
    }

    pub(super) fn change(&mut self, other: impl Fn(&str, usize) -> Option<usize>) {
        let versions = std::mem::take(&mut self.versions).into_iter();
        self.versions = versions
            .filter_map(|(path, version)| {
                let version = other(&path, version)?;
                Some((path, version))
            })
            .collect();
    }

    pub(super) fn with(&self, path: &str, version: Option<usize>) -> VersionChoice {
        let mut choice = self.clone();
        choice.set(path, version);
        choice
    }

    pub(super) fn set(&mut self, path: &str, version: Option<usize>) {
        match version {
            Some(version) => drop(self.versions.insert(path.to_owned(), version)),
            None => drop(self.versions.remove(path)),
        }
    }
}
