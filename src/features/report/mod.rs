//! Report: the ledger for people who don't use it, as a page.
//!
//! Follows `docs/spec/cli.md`, report.

mod first_screen;
mod legend;
pub mod page;
mod sentence;
mod series;
pub mod show;
mod tables;
