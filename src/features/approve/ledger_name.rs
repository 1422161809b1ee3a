//! The name of the ledger in approval files.
//!
//! Start at [`written`]. Follows `docs/spec/approval.md`, S7.

use crate::session::error::Undetermined;
use crate::session::snapshot::Snapshot;

/// Returns the name of the ledger in approval files.
///
/// # Errors
/// [`Undetermined`] if its policy sets no name and the clone is cut off before its first commit.
pub(super) fn written(snapshot: &Snapshot<'_>) -> Result<String, Undetermined> {
    let name = snapshot.ledger_name();
    let written = name.written().map(str::to_owned);
    written.ok_or_else(|| Undetermined::Other {
        what: "the policy has no `name`, and the ledger's first commit, whose id is used instead, is not in this clone"
            .to_owned(),
        help: "run `git fetch --unshallow`".to_owned(),
    })
}
