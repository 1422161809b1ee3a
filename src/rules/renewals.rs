//! The records that one landing, or one branch, renews.
//!
//! Pure. Start at [`Renewals`]. Follows `docs/spec/rules.md` (`bulk-renewal`).

use crate::diag::Pos;
use crate::history::change::entries::ExpiryExtension;
use crate::record::Record;

/// The records that one landing, or one branch, renews.
#[derive(Clone, Debug)]
pub struct Renewals {
    /// The landing, as the start of a sentence; `None` for a branch.
    pub landing: Option<String>,
    /// The records, by id.
    pub renewed: Vec<RenewedRecord>,
}

/// A record that ends later than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RenewedRecord {
    pub id: String,
    pub path: String,
    /// The position of its new end; `None` if its file was not read.
    pub pos: Option<Pos>,
}

/// Tells whether an open record ends later after a change than before.
pub fn is_renewed(before: &Record, after: &Record) -> bool {
    let is_open = before.closure.is_none() && after.closure.is_none();
    is_open && ExpiryExtension::between(before, after).is_later()
}
