//! One file per rule, over one `Case`, and the table of them all.
//!
//! Uses diag to survey. Pure. Start at `ALL`. Follows `docs/spec/rules.md`.
