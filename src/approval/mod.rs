//! Who approved each version, and how that is known: one fold over the facts of history.
//!
//! Uses diag to history. Pure. Start at `judge`. Follows `docs/spec/approval.md`, 1.4 to 1.8. Does not know
//! what is in force today.
