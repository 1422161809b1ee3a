//! The records that one landing, or one branch, renews.
//!
//! Pure. Start at [`Renewals`]. Follows `docs/spec/rules.md` (`bulk-renewal`).

use crate::diag::Pos;
use crate::history::change::differ::beyond;
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

/// Returns which renewal a change makes: by its entries or by history, where one may have been silent, whichever is more.
/// What landed with another commit since the change began, as by a squash, is one of the `renewed` approved versions already.
pub fn number(
    before: Option<&Record>,
    after: &Record,
    approved: Option<&Record>,
    renewed: u32,
) -> u32 {
    let count = |entries: usize| u32::try_from(entries).unwrap_or(u32::MAX);
    let new = before.map_or(0, |before| match ExpiryExtension::between(before, after) {
        ExpiryExtension::Renewed(n) => {
            let landed = approved.map_or(&[][..], |approved| &approved.renewals);
            let known = beyond(landed, &before.renewals);
            n.saturating_sub(known.iter().filter(|entry| after.renewals.contains(entry)).count())
        }
        ExpiryExtension::No | ExpiryExtension::Silent => 1,
    });
    count(after.renewals.len()).max(renewed.saturating_add(count(new)))
}
