//! The address that commits approvals: it is not a person.
//!
//! Pure. Start at [`is_address`]. Follows `docs/spec/approval.md`, 1.7 (I9).

/// The name of the author and committer of a commit that contains only approval files.
pub const NAME: &str = "exledger approvals";

/// Its address, in a domain that can never receive mail (RFC 2606).
pub const EMAIL: &str = "approvals@exledger.invalid";

/// The address of the key by which `ci merged` signs reviews: it stands for no person either.
pub const REVIEWS: &str = "reviews@exledger.invalid";

/// Tells whether an address, as typed, is that of approval commits, ignoring case.
pub fn is_address(email: &str) -> bool {
    email.trim().eq_ignore_ascii_case(EMAIL)
}
