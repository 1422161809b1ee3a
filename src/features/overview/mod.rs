//! Overview: a ledger in a few lines.
//!
//! Follows `docs/spec/cli.md`, overview.

pub mod show;
