//! Whether a later end and another owner are said by an entry that leads from the one to the other.
//!
//! Uses record, and `change`'s fields. Pure. Start at [`extension`] and [`handover`]. Follows `docs/spec/rules.md`
//! (`silent-extension`, `owner-changed`).

use crate::history::change::differ;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Instant, not_after};

/// Whether a record ends later, and whether it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpiryExtension {
    /// It ends no later.
    No,
    /// It does, and as many new renewal entries lead from the end before to the end after.
    Renewed(usize),
    /// It does, and no renewal entry says so.
    Silent,
}

/// Tells whether a record ends later, and whether new renewal entries say so: the first from the end before, each from
/// where the one before it led, the last until the end after.
pub fn extension(before: &Record, after: &Record) -> ExpiryExtension {
    let (old, new) = (not_after(&before.expires), not_after(&after.expires));
    if new <= old {
        return ExpiryExtension::No;
    }
    let entries = differ::beyond(&after.renewals, &before.renewals);
    let mut at: Instant = old;
    for entry in &entries {
        if not_after(&entry.from) != at {
            return ExpiryExtension::Silent;
        }
        at = not_after(&entry.until);
    }
    match entries.len() {
        0 => ExpiryExtension::Silent,
        _ if at != new => ExpiryExtension::Silent,
        n => ExpiryExtension::Renewed(n),
    }
}

/// Whether a record has another owner, and whether it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// It has the same owner.
    No,
    /// Another, and new transfer entries lead from the one to the other.
    Transferred,
    /// Another, and no transfer entry says so.
    Silent,
}

/// Tells whether a record has another owner, and whether new transfer entries say so.
pub fn handover(before: &Record, after: &Record) -> Handover {
    if before.owner.email == after.owner.email {
        return Handover::No;
    }
    let mut at: &Address = &before.owner.email;
    for entry in differ::beyond(&after.transfers, &before.transfers) {
        if entry.from == *at {
            at = &entry.to;
        }
    }
    if *at == after.owner.email { Handover::Transferred } else { Handover::Silent }
}
