//! `export fleet`: what a ledger says about itself beside its rows, which proves that it answered.
//!
//! Uses status, survey. Pure. Start at [`ledger`]. Follows `docs/spec/interop.md`, the note on fleets.

use serde::Serialize;

use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::landed_record::LedgerCounts;
use crate::view::doc::Doc;

#[derive(Serialize)]
struct LedgerRow<'a> {
    ledger: Option<&'a str>,
    commit: Option<&'a str>,
    evaluated_at: Instant,
    records: usize,
    in_force: usize,
    overdue: usize,
    unreadable: usize,
}

/// Returns the ledger in one row: its name, what was evaluated, and how many records that gave.
pub fn ledger<'a>(stamp: &Stamp, counts: LedgerCounts) -> Doc<'a> {
    Doc::new(LedgerRow {
        ledger: stamp.called.as_deref(),
        commit: stamp.commit.as_deref(),
        evaluated_at: stamp.instant,
        records: counts.records,
        in_force: counts.in_force,
        overdue: counts.overdue,
        unreadable: counts.unreadable,
    })
}
