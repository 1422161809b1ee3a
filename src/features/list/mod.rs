//! List: the records that fit some filters, one line for each.
//!
//! Follows `docs/spec/cli.md`, list.

pub mod show;
