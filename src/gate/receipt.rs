//! Receipts as they are read again: one object a line, of what `check --format json` prints.
//!
//! Uses record's times. Pure. Start at [`all`]. Follows `docs/spec/cli.md`, check and verify.

use serde_json::Value;
use std::collections::BTreeMap;

use crate::record::time::Instant;

/// What a receipt names itself.
pub const SCHEMA: &str = "exledger/check/v1";

/// A line that is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoReceipt {
    /// The line, from 1.
    pub line: usize,
}

/// One receipt, as far as it is read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The line, from 1.
    pub line: u32,
    /// The record that it allows; `None` where it allows none.
    pub allows: Option<String>,
    /// The instant that was asked about.
    pub instant: Option<Instant>,
    /// The commit that the answer was computed from.
    pub commit: Option<String>,
}

/// Counts the uses of each record: the receipts that allow, by record.
///
/// # Errors
/// As [`all`].
pub fn count(text: &str) -> Result<BTreeMap<String, u64>, NoReceipt> {
    let mut counts = BTreeMap::new();
    for record in all(text)?.into_iter().filter_map(|receipt| receipt.allows) {
        *counts.entry(record).or_insert(0) += 1;
    }
    Ok(counts)
}

/// Reads all receipts.
///
/// # Errors
/// [`NoReceipt`] with the first line that can't be read: what can't be counted can't be allowed.
pub fn all(text: &str) -> Result<Vec<Receipt>, NoReceipt> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let line_from_1 = usize::try_from(number).unwrap_or(usize::MAX);
            read(number, line).ok_or(NoReceipt { line: line_from_1 })
        })
        .collect()
}

/// Returns a receipt; nothing for what is none.
fn read(line: u32, text: &str) -> Option<Receipt> {
    let receipt: Value = serde_json::from_str(text).ok()?;
    if receipt.get("schema")?.as_str()? != SCHEMA {
        return None;
    }
    let verdict = receipt.get("verdict")?.as_str()?;
    let record = receipt.get("record")?;
    let ledger = |key: &str| receipt.get("ledger")?.get(key)?.as_str();
    Some(Receipt {
        line,
        allows: match (verdict, record) {
            // A deployment is allowed by no record in particular.
            ("allow", Value::Null) | ("deny" | "pending" | "unknown", _) => None,
            ("allow", Value::String(id)) => Some(id.clone()),
            _ => return None,
        },
        instant: ledger("instant").and_then(Instant::parse),
        commit: ledger("commit").map(str::to_owned),
    })
}
