//! Live: a gate that stays open, and what agents may read of it.
//!
//! Follows `docs/spec/cli.md`, check, live answers, and mcp.

pub mod agent;
pub mod gate;
mod ledger;
mod loaded;
pub mod signing;
