//! `ci`: the jobs of a forge run in a checkout, against a simulated forge.
//!
//! Start at [`runner::Runner`].

mod files;
mod gitlab;
mod merged;
mod nightly;
mod pull_request;
mod runner;
mod setup;
mod setups;
#[cfg(target_os = "linux")]
mod traced;
mod walk;
