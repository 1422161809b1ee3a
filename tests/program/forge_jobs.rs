//! The jobs of the workflow that `init` writes: the scripts of the action run as in a job, against a simulated forge.
//!
//! Start at [`runner::Runner`]. If bash, jq or unzip is not installed, these tests say so and pass.

mod comment;
mod files;
mod gitlab;
mod nightly;
mod reviews;
mod run;
mod runner;
mod walk;
