//! The jobs of the workflow that `init` writes: the scripts of the action run as in a job, against a simulated forge.
//!
//! Start at [`runner::Runner`].

mod comment;
mod files;
mod gitlab;
mod nightly;
mod reviews;
mod run;
mod runner;
mod walk;
