//! The CODEOWNERS file of the approved ref, and the routes that it helps to find.
//!
//! Start at [`Snapshot::file_owners`]. Follows `docs/spec/interop.md`, 6, routing. The work tree has no say: a branch
//! that is only proposed routes nothing elsewhere.

use crate::formats::codeowners;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::session::snapshot::Snapshot;
use crate::survey::route::Router;
use crate::survey::route::owned_files::FileOwners;
use crate::yaml::node::Limits;

impl Snapshot<'_> {
    /// Reads the CODEOWNERS of the repository. A file that can't be read, or is longer than a policy may be, names
    /// nobody, and routes say so.
    pub fn file_owners(&self) -> FileOwners {
        self.read_owners().unwrap_or_else(FileOwners::unreadable)
    }

    fn read_owners(&self) -> Result<FileOwners, String> {
        let tip = self.history.mainline.tip;
        let tree = CommitTree::of_commit(self.repository, tip, &LedgerPrefix::default());
        read_owners(&tree.map_err(|obstacle| obstacle.to_string())?)
    }

    /// Returns the sources in which owners are looked up: the policy that counts, and the CODEOWNERS just read.
    pub fn router<'r>(&'r self, files: &'r FileOwners) -> Router<'r> {
        Router { governance: &self.governance, files }
    }
}

/// Reads the CODEOWNERS of a tree, from the top of the repository.
pub(crate) fn read_owners(tree: &dyn Tree) -> Result<FileOwners, String> {
    for place in codeowners::PLACES {
        let bytes = tree.bytes_within(place, Limits::POLICY.bytes);
        match bytes.map_err(|error| format!("{place}: {error}"))? {
            Some(bytes) if bytes.len() > Limits::POLICY.bytes => {
                return Err(format!("{place} is longer than 1 MiB"));
            }
            Some(bytes) => return Ok(codeowners::read(&String::from_utf8_lossy(&bytes))),
            None => {}
        }
    }
    Ok(FileOwners::default())
}
