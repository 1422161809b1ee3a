//! Queue: what needs attention, most urgent first, or by owner.
//!
//! Start at `answer`, and for the keys of the JSON at `show`. Follows `docs/spec/cli.md`, queue.

pub mod answer;
pub mod show;
