//! The files below `.approvals`: what a person signed, or a forge's review recorded by a bridge.
//!
//! Uses record's vocabulary. Pure. Start at [`file::ApprovalFile`], read and written in `file`; `check` decides whether
//! a file is valid in its place; the limits of their sizes are here. Follows
//! `docs/spec/approval.md`, S7, 1.12 and G2.

pub mod bad_file;
pub mod check;
pub mod file;

use sha2::{Digest, Sha256};

/// The maximum length of a reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// The maximum size of an approval file, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;

/// The suffix of a signature's file name, after the name of the signed file.
pub const SIGNATURE: &str = ".sig";

/// Returns the sha256 of some bytes, as 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a text as a reason: on one line, and shortened; `None` if nothing is left.
pub fn shortened(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(LONGEST_REASON).collect();
    let trimmed = line.trim_end();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
