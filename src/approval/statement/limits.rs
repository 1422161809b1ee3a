//! Size limits of an approval file and its contents.
//!
//! Uses nothing else. Pure. Follows `docs/spec/approval.md`, S7.

/// The maximum length of a reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// The maximum size of an approval file, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;

/// The suffix of a signature's file name, after the name of the signed file.
pub const SIGNATURE: &str = ".sig";
