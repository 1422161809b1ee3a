//! How large an approval file and what it says may be.
//!
//! Uses nothing else. Pure. Follows `docs/spec/approval.md`, S7.

/// The most characters of a reason.
pub const LONGEST_REASON: usize = 500;

/// The most bytes of an approval file.
pub const MOST_BYTES: usize = 16 * 1024;

/// What the name of a signature has behind that of what it is over.
pub const SIGNATURE: &str = ".sig";
