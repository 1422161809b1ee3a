//! Names that a record does not state itself, but that the rest of the ledger provides.
//!
//! Pure. Start at [`RecordNames`]. Follows `docs/spec/cli.md`, a record view.

use crate::record::reference::ControlRef;
use crate::status::state::RecordState;

/// Looks up the names of controls and filers: a snapshot of the ledger, or a map in tests.
pub trait RecordNames {
    /// Returns a control's id in the catalog's own form, and its official title.
    fn control(&self, control: &ControlRef) -> Option<(String, String)>;

    /// Returns the filer of a record that does not state it: the author of the commit that added it.
    fn filer(&self, state: &RecordState) -> Option<String>;
}
