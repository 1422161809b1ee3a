//! Doctor: whether approvals count in this repository.
//!
//! Uses session. Start at [`answer`]. Follows `docs/spec/cli.md`, doctor.

use std::path::Path;

use crate::session::Session;
use crate::session::doctor::{DoctorAnswer, examine};
use crate::session::error::Error;
use crate::session::options::Moment;

/// Checks whether approvals count in this repository; `folder` is the base of relative paths of keys.
///
/// # Errors
/// If something other than ref, clone or policy prevents the answer.
pub fn answer(session: &Session, at: &Moment, folder: &Path) -> Result<DoctorAnswer, Error> {
    examine(session.current()?, at, folder)
}
