//! Queue: what needs attention, most urgent first, or by owner.
//!
//! Follows `docs/spec/cli.md`, queue.

pub mod answer;
pub mod show;
