//! One file per output format: a `Doc` to bytes.
//!
//! Uses diag and `view::doc`, no other view. Pure. Start at `ALL`.
