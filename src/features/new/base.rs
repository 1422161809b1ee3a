//! The files beside which a record is filed: those of the work tree, or of a commit that is only read.
//!
//! Start at [`FilingBase`].

use crate::history::objects::Oid;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::store::files::WorkTree;

/// The files beside which a record is filed.
pub(crate) enum FilingBase<'s> {
    /// Those of the work tree, where the file is going to be written.
    WorkTree(&'s WorkTree),
    /// Those of a commit.
    Commit(Oid, CommitTree<'s>),
}

impl FilingBase<'_> {
    pub(crate) fn files(&self) -> &dyn Tree {
        match self {
            FilingBase::WorkTree(tree) => *tree,
            FilingBase::Commit(_, tree) => tree,
        }
    }

    /// Returns the commit; `None` for the work tree.
    pub(crate) fn commit(&self) -> Option<Oid> {
        match self {
            FilingBase::WorkTree(_) => None,
            FilingBase::Commit(commit, _) => Some(*commit),
        }
    }
}
