//! The files below `.approvals` that a landing changed.
//!
//! Uses history's objects and contents. Pure. Start at `changed`. Follows `docs/spec/approval.md`, S7.

use std::rc::Rc;

use crate::history::content::ContentCache;
use crate::history::folders::FileChange;
use crate::history::trails::LandedFiles;
use crate::history::walked::{After, ApprovalFileChange};
use crate::yaml::node::Limits;

/// Returns the approval files that a landing changed.
pub(super) fn changed<'c>(
    contents: &ContentCache<'_>,
    landed: LandedFiles<'_>,
    files: impl Iterator<Item = &'c FileChange>,
) -> Vec<ApprovalFileChange> {
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
            is_off_line: false,
        })
        .collect()
}
