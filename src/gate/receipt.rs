//! Receipts as they are read again: one object a line, of what `check --format json` prints.
//!
//! Uses nothing else of the line. Pure. Start at [`count`]. Follows `docs/spec/cli.md`, check.

use serde_json::Value;
use std::collections::BTreeMap;

/// What a receipt names itself.
pub const SCHEMA: &str = "exledger/check/v1";

/// A line that is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoReceipt {
    /// The line, from 1.
    pub line: usize,
}

/// Counts the uses of each record: the receipts that allow, by record.
///
/// # Errors
/// [`NoReceipt`] with the first line that can't be read: what can't be counted can't be allowed.
pub fn count(text: &str) -> Result<BTreeMap<String, u64>, NoReceipt> {
    let mut counts = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let receipt = read(line).ok_or(NoReceipt { line: at + 1 })?;
        if let Some(record) = receipt {
            *counts.entry(record).or_insert(0) += 1;
        }
    }
    Ok(counts)
}

/// Returns the record that a receipt allows, `None` where it allows none; nothing at all for what is no receipt.
fn read(line: &str) -> Option<Option<String>> {
    let receipt: Value = serde_json::from_str(line).ok()?;
    if receipt.get("schema")?.as_str()? != SCHEMA {
        return None;
    }
    let verdict = receipt.get("verdict")?.as_str()?;
    let record = receipt.get("record")?;
    match (verdict, record) {
        // A deployment is allowed by no record in particular.
        ("allow", Value::Null) | ("deny" | "pending" | "unknown", _) => Some(None),
        ("allow", Value::String(id)) => Some(Some(id.clone())),
        _ => None,
    }
}
