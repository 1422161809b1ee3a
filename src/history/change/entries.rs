//! Checks whether an entry explains a later end or a new owner.
//!
//! Pure. Start at [`ExpiryExtension::between`] and [`handover`]. Follows `docs/spec/rules.md` (`silent-extension`,
//! `owner-changed`).

use crate::history::change::differ;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Instant, not_after};

/// Whether a record's end is later, and whether an entry explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpiryExtension {
    No,
    /// The end is later, and this many new renewal entries lead from the old end to the new one.
    Renewed(usize),
    /// The end is later without a matching renewal entry.
    Silent,
}

impl ExpiryExtension {
    /// Compares the ends of two versions. Entries explain a later end if the first starts at the old end, each continues where the
    /// one before ended, and the last reaches the new end.
    pub fn between(before: &Record, after: &Record) -> ExpiryExtension {
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

    pub fn is_later(&self) -> bool {
        *self != ExpiryExtension::No
    }
}

/// Whether the owner of a record changed, and whether an entry explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The owner is the same.
    No,
    /// The owner changed, and new transfer entries lead from the old one to the new one.
    Transferred,
    /// The owner changed without a matching transfer entry.
    Silent,
}

/// Tells whether the owner of a record changed, and whether new transfer entries explain it.
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
