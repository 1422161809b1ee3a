//! Receipts as they are read again: what `check --format json` prints, one after the other.
//!
//! Uses record's times. Pure. Start at [`all`]. Follows `docs/spec/cli.md`, check and verify.

use serde_json::Value;
use std::collections::BTreeMap;

use crate::record::json::Unambiguous;
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
    /// Its first line, from 1.
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
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Unambiguous>();
    let mut receipts = Vec::new();
    let (mut read_to, mut line) = (0, 1);
    loop {
        // A receipt may take several lines, as `check --format json` prints it.
        let rest = text.get(read_to..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        line += n_line_ends(rest.get(..blank).unwrap_or_default());
        let Some(value) = values.next() else {
            return Ok(receipts);
        };
        let receipt = value.ok().and_then(|value| read(line, &value.0));
        receipts.push(receipt.ok_or(NoReceipt {
            line: usize::try_from(line).unwrap_or(usize::MAX),
        })?);
        let end = values.byte_offset();
        line += n_line_ends(text.get(read_to + blank..end).unwrap_or_default());
        read_to = end;
    }
}

fn n_line_ends(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

/// Returns a receipt; nothing for what is none.
fn read(line: u32, receipt: &Value) -> Option<Receipt> {
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
