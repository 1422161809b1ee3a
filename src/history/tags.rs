//! The signed tags that were merged with a version: which of them name a commit that holds its bytes.
//!
//! Uses history's objects, tree, version. Pure. Start at [`of_version`]. Follows `docs/spec/approval.md`, E1 and E2.

use std::collections::HashMap;
use std::rc::Rc;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::folder::Mode;
use crate::history::objects::{Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::version::{MergedTag, Version};

/// Returns the tags that the landing and the nested commits of a version carry, as far as they name a commit that the
/// landing brought and that holds the version's bytes.
///
/// `landed` says from which landing each commit can first be reached. A header may hold a tag of any commit: one that
/// can't be looked at says nothing.
pub fn of_version(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    landed: &HashMap<Oid, usize>,
    version: &Version,
) -> Vec<MergedTag> {
    let mut found = Vec::new();
    for carrier in [&version.commit].into_iter().chain(&version.nested) {
        for raw in carrier.mergetags() {
            let Some(commit) = tagged(&raw) else { continue };
            let in_range =
                landed.get(&commit) == Some(&version.landing) && commit != version.commit.oid;
            if in_range && holds(objects, prefix, commit, version) {
                found.push(MergedTag {
                    carrier: Rc::<Commit>::clone(carrier),
                    commit,
                    raw: raw.into(),
                });
            }
        }
    }
    found
}

/// Returns the commit that the text of a tag names.
fn tagged(raw: &[u8]) -> Option<Oid> {
    let first = raw.split(|byte| *byte == b'\n').next()?;
    let object = first.strip_prefix(b"object ")?;
    Oid::from_hex(std::str::from_utf8(object).ok()?)
}

/// Tells whether a commit holds the bytes of a version where the landing has them; none where it removes a file.
fn holds(objects: &dyn Objects, prefix: &LedgerPrefix, commit: Oid, version: &Version) -> bool {
    let Ok(commit) = chain::read(objects, commit) else {
        return false;
    };
    let tree = CommitTree::new(objects, commit.tree, prefix);
    let at = |path: &str| tree.entry(path).ok();
    if version.files.is_empty() {
        return version.before.iter().all(|file| at(&file.path) == Some(None));
    }
    version.files.iter().all(|file| at(&file.path) == Some(Some((Mode::File, file.blob))))
}
