//! Log: the history of one record, one line for each landed change.
//!
//! Follows `docs/spec/cli.md`, log.

pub mod show;
