//! Tells whether a landing changes anything besides files below `.approvals`.
//!
//! Uses history's objects, folder, watched paths. Pure. Start at [`compare_folders`]. Follows `docs/spec/approval.md`,
//! 1.12: a forge's review counts only in a commit of its own.

use std::rc::Rc;

use crate::history::content::ContentCache;
use crate::history::folder::{self, Mode};
use crate::history::folders::FileChange;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::trails::LandedFiles;
use crate::history::walked::{After, ApprovalFileChange, Company};
use crate::history::watched_paths::{Interest, WatchedFolder, WatchedKind};
use crate::yaml::node::Limits;

/// The mode and object under one name, if any.
type FolderEntry = Option<(Mode, Oid)>;

pub fn compare_folders(
    objects: &dyn Objects,
    interest: &Interest,
    before: Option<Oid>,
    after: Oid,
) -> Company {
    match differs(objects, interest.top(), [before, Some(after)]) {
        Ok(false) => Company::Alone,
        Ok(true) => Company::More,
        Err(obstacle) => Company::Unknown(obstacle),
    }
}

/// Tells whether anything besides approval files differs between two folders.
fn differs(
    objects: &dyn Objects,
    at: WatchedFolder<'_>,
    pair: [Option<Oid>; 2],
) -> Result<bool, Obstacle> {
    let [old, new] = pair.map(|oid| folder::open(objects, oid));
    let (old, new) = (old?, new?);
    let mut found: Vec<(&[u8], FolderEntry, FolderEntry)> = Vec::new();
    folder::differences(&old, &new, |name, both| found.push((name, both.0, both.1)));
    for (name, left, right) in found {
        let name = folder::text(name);
        let sides = [left, right];
        let is = |mode: Mode| sides.iter().flatten().all(|(other, _)| *other == mode);
        if is(Mode::File) {
            if at.file(&name) != Some(WatchedKind::Approval) {
                return Ok(true);
            }
            continue;
        }
        let inside = at.folder(&name).filter(|_| is(Mode::Folder));
        let Some(inside) = inside else {
            return Ok(true);
        };
        if differs(objects, inside, sides.map(|side| side.map(|(_, oid)| oid)))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the approval files that a landing changed.
pub(super) fn beside<'c>(
    contents: &ContentCache<'_>,
    landed: LandedFiles<'_>,
    files: impl Iterator<Item = &'c FileChange>,
    company: impl Fn() -> Company,
) -> Vec<ApprovalFileChange> {
    let mut known: Option<Company> = None;
    files
        .map(|change| ApprovalFileChange {
            landing: landed.landing,
            path: change.path.to_string(),
            commit: Rc::clone(landed.commit),
            before: change.old,
            new: change.new,
            after: match change.new.map(|blob| contents.bytes_within(blob, Limits::RECORD.bytes)) {
                None => After::Gone,
                // A file that is too long is as invalid as an empty one.
                Some(Ok(bytes)) => After::Bytes(bytes.unwrap_or_default().into()),
                Some(Err(obstacle)) => After::Missing(obstacle),
            },
            company: known.get_or_insert_with(&company).clone(),
        })
        .collect()
}
