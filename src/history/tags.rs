//! Finds the signed tags merged with a version that name a commit containing its bytes.
//!
//! Pure. Start at [`of_version`]. Follows `docs/spec/approval.md`, E1 and E2.

use std::rc::Rc;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::folder::Mode;
use crate::history::objects::{Objects, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::version::{MergedTag, Version};

/// Returns the tags in the landing and the nested commits of a version that name a commit which the landing added and
/// which contains the version's bytes.
///
/// `landed` gives the first landing that can reach each commit. A header may contain a tag of any commit: one that
/// can't be read is ignored.
pub fn of_version(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    landed: &OidMap<usize>,
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

fn tagged(raw: &[u8]) -> Option<Oid> {
    let first = raw.split(|byte| *byte == b'\n').next()?;
    let object = first.strip_prefix(b"object ")?;
    Oid::from_hex(std::str::from_utf8(object).ok()?)
}

/// Tells whether a commit contains the bytes of a version at the landing's path; for a removed file, that it has none.
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
