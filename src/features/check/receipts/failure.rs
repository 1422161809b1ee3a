//! Why uses can't be counted or a receipt can't be stored.

/// Why there is no count, or no receipt.
pub(super) enum Failure {
    /// The next attempt may work.
    Once(String),
    /// Something that was counted is missing now.
    Lasting(String),
}
