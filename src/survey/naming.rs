//! What a record itself does not name, and the rest of the ledger does.
//!
//! Uses record, status. Pure. Start at [`RecordNames`]. Follows `docs/spec/cli.md`, a record view.

use crate::record::reference::ControlRef;
use crate::status::state::RecordState;

/// What names controls and filers: a snapshot of the ledger, or a map in tests.
pub trait RecordNames {
    /// Returns what a control is called: its id in the catalog's own form, and its official title.
    fn control(&self, control: &ControlRef) -> Option<(String, String)>;

    /// Returns on whose behalf a record was filed that does not say so: the author of the commit that added it.
    fn filer(&self, state: &RecordState) -> Option<String>;
}
