//! What a merge brings back: no commit of its branch touched it.
//!
//! Start at [`World::touches`]. Part of the oracle.

use exledger::history::objects::Oid;

use super::forge::changed;
use super::memory::Files;
use super::world::{World, is_record};

impl World {
    /// Tells whether a commit changes a file of what is asked about beside each of its parents, or breaks some record.
    pub(super) fn touches(&self, oid: Oid, is_about: &dyn Fn(&Files, &str) -> bool) -> bool {
        let own = &self.made[&oid];
        let is_broken = |path: &str| {
            let blob = own.files.get(path);
            is_record(path) && blob.is_some_and(|blob| !self.contents.contains_key(blob))
        };
        own.parents.iter().all(|parent| {
            let before = &self.made[parent].files;
            let mut paths = changed(before, &own.files).into_iter();
            paths
                .any(|path| is_about(before, path) || is_about(&own.files, path) || is_broken(path))
        })
    }
}
