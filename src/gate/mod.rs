//! One question, one verdict, one receipt.
//!
//! Uses diag to status. Pure. Start at `ask`. Follows `docs/spec/cli.md`, check. Unknown is never yes.
