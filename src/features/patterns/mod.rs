//! Patterns: what repeats, and what to change.
//!
//! Follows `docs/spec/cli.md`, patterns.

pub mod observed;
mod repeated;
pub mod repeated_show;
pub mod show;
