//! Whether a ledger is in a submodule of a repository that holds a ledger itself: nobody there approved its rules.
//!
//! Start at [`refuse`]. Follows `docs/spec/policy.md`, a policy below another ledger.

use crate::policy;
use crate::session::error::Undetermined;
use crate::session::locate::Located;
use crate::store::files;
use crate::store::git::Repository;

/// Refuses a ledger found from inside a submodule, if a folder above it holds a ledger in the outer repository.
pub(crate) fn refuse(located: &Located) -> Result<(), Undetermined> {
    if located.options.root.is_some() {
        return Ok(());
    }
    let top = located.repository_or_none().and_then(Repository::work_dir);
    let mut top = top.and_then(|top| files::folder(top).ok());
    while let Some(inner) = top {
        let outer = inner.parent().and_then(|parent| Repository::discover(parent).ok());
        let Some(outer) = outer else { break };
        let Some(path) = outer.prefix(&inner).filter(|path| outer.has_submodule(path)) else {
            break;
        };
        top = outer.work_dir().and_then(|top| files::folder(top).ok());
        let ledger = inner.parent().and_then(|from| files::upwards(from, policy::FILE).ok()?);
        if let (Some(above), Some(top)) = (ledger, &top)
            && above.starts_with(top)
        {
            return Err(Undetermined::Submodule { path, root: located.root.clone(), above });
        }
    }
    Ok(())
}
