//! The objects read most recently, of those that a walk reads again: commits and folders.
//!
//! Uses history's ids. Start at [`ObjectCache`]. Follows `docs/spec/performance.md`, growth: memory does not grow with the
//! history.

use crate::history::objects::{ObjectKind, Oid, OidMap};

/// The maximum number of objects in one generation.
const MOST: usize = 512;

/// The maximum number of bytes of one object; folders of a ledger are mostly shorter.
const LONGEST: usize = 2048;

/// Objects whose hashes have been checked. There are two generations: once the younger is full, it becomes the older one,
/// and what that one had is forgotten.
#[derive(Default)]
pub(super) struct ObjectCache {
    young: OidMap<(ObjectKind, Box<[u8]>)>,
    old: OidMap<(ObjectKind, Box<[u8]>)>,
}

impl ObjectCache {
    pub(super) fn get(&self, oid: Oid) -> Option<(ObjectKind, Vec<u8>)> {
        let (kind, bytes) = self.young.get(&oid).or_else(|| self.old.get(&oid))?;
        Some((*kind, bytes.to_vec()))
    }

    /// Keeps an object for a while, if it is a short commit or folder. The bytes of files are kept where they are read.
    pub(super) fn keep(&mut self, oid: Oid, kind: ObjectKind, bytes: &[u8]) {
        if !matches!(kind, ObjectKind::Commit | ObjectKind::Tree) || bytes.len() > LONGEST {
            return;
        }
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(oid, (kind, bytes.into()));
    }
}
