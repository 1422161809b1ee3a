//! One record at one instant: what is in force, and why. The only evaluator.
//!
//! Uses diag to approval. Pure. Start at `evaluate`. Follows `docs/spec/status.md`.
