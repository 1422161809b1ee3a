//! Queue: what needs attention, most urgent first, and what is due.
//!
//! Follows `docs/spec/cli.md`, queue and due.

pub mod due;
pub mod show;
