//! Doctor: whether approvals count in this repository.
//!
//! Start at `answer`. Follows `docs/spec/cli.md`, doctor.

pub mod accounts;
pub mod answer;
mod bridge;
pub mod check;
pub mod checkout;
mod ci;
pub mod diagnosis;
pub mod facts;
pub mod folder_sizes;
pub mod recent;
mod requirements;
mod setup;
pub mod show;
pub mod signed_merges;
mod you;

use std::path::Path;

use crate::features::doctor::answer::{DoctorAnswer, examine};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Checks whether approvals count in this repository; `folder` is the base of relative paths of keys.
///
/// # Errors
/// If something other than ref, clone or policy prevents the answer.
pub fn answer(session: &Session, at: &Moment, folder: &Path) -> Result<DoctorAnswer, Error> {
    examine(session.current()?, at, folder)
}
