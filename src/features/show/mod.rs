//! Show: everything about one record, on one screen and below it.
//!
//! Start at `screen`. Follows `docs/mission.md`, the four questions, and `docs/spec/cli.md`, show.

mod answers;
mod proof;
mod rest;
pub mod screen;
pub mod text;
