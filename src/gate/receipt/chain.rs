//! The chain of a receipt file: each entry has a number, and the digest of the one before it.
//!
//! Pure. Start at [`ReceiptChain`]. Follows `docs/spec/cli.md`, check, `--receipts`.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The schema name of a line that signs the chain.
pub const SIGNATURE_SCHEMA: &str = "exledger/receipt-signature/v1";

const DIGITS: usize = 64;

/// The place of an entry in the chain of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptLink {
    /// Its number, from 1.
    pub seq: u64,
    /// The SHA-256 of the entry before it, in hexadecimal, without its line end; `None` for the first.
    pub previous: Option<String>,
}

impl ReceiptLink {
    /// Reads `seq` and `previous` of an entry; `None` if it has none, or none that a program could have written.
    pub fn read(entry: &Value) -> Option<ReceiptLink> {
        let seq = entry.get("seq")?.as_u64()?;
        let previous = match entry.get("previous")? {
            Value::Null => None,
            Value::String(digest) => Some(digest.clone()),
            _ => return None,
        };
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_sound = match &previous {
            None => seq == 1,
            Some(digest) => seq > 1 && digest.len() == DIGITS && digest.bytes().all(is_digit),
        };
        if is_sound { Some(ReceiptLink { seq, previous }) } else { None }
    }
}

/// Returns the SHA-256 of an entry, in hexadecimal.
pub fn digest(entry: &str) -> String {
    format!("{:x}", Sha256::digest(entry.as_bytes()))
}

/// The end of the chain, to which the next entry is linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptChain {
    count: u64,
    last: Option<String>,
    /// Whether any entry was linked; older ones are not.
    is_begun: bool,
}

impl ReceiptChain {
    /// Returns the link of the entry that is appended next.
    pub fn next(&self) -> ReceiptLink {
        ReceiptLink { seq: self.count.saturating_add(1), previous: self.last.clone() }
    }

    /// Takes an entry that was written with the link of [`ReceiptChain::next`].
    pub fn append(&mut self, entry: &str) {
        self.count = self.count.saturating_add(1);
        self.last = Some(digest(entry));
        self.is_begun = true;
    }

    /// Takes an entry as the next; returns whether it continues the chain. Before the chain begins, every entry does.
    pub fn take(&mut self, entry: &str, value: &Value) -> bool {
        let link = ReceiptLink::read(value);
        let is_older = !self.is_begun && has_no_link(value);
        let continues = is_older || link.is_some_and(|link| link == self.next());
        self.is_begun |= !is_older;
        self.count = self.count.saturating_add(1);
        self.last = Some(digest(entry));
        continues
    }
}

/// Tells whether an entry is a signature rather than a receipt.
pub fn is_signature(entry: &Value) -> bool {
    entry.get("schema").and_then(Value::as_str) == Some(SIGNATURE_SCHEMA)
}

/// Tells whether an entry states no link at all, like those of older versions and those stored by `>>`.
pub fn has_no_link(entry: &Value) -> bool {
    let is_absent = |key: &str| entry.get(key).is_none_or(Value::is_null);
    is_absent("seq") && is_absent("previous")
}
