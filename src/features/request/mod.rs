//! Request: exceptions that an agent requests, drafted and kept on branches.
//!
//! Start at `draft`. Follows `docs/spec/cli.md`, mcp.

pub mod answer;
mod branch;
pub mod plan;
pub mod show;

use crate::features::request::answer::{RequestLog, file};
use crate::features::request::plan::{ExceptionRequest, RequestedException};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Begins the log of a session whose requests are kept on branches, by git's user.
///
/// # Errors
/// [`Error::Usage`] if git's `user.email` is unset or not a person's, [`Error::Undetermined`] if the approved ref or
/// its policy can't be read.
pub fn begin_log(session: &Session) -> Result<RequestLog, Error> {
    RequestLog::on_branches(session.current()?)
}

/// Drafts a request for an exception, and keeps it on a branch if the log says so. It grants nothing.
///
/// # Errors
/// [`Error::Usage`] if something is missing, is refused or would not lint, [`Error::Undetermined`] if the approved ref
/// can't be read or the branch can't be written.
pub fn draft(
    session: &Session,
    at: &Moment,
    asked: &ExceptionRequest,
    log: &mut RequestLog,
) -> Result<RequestedException, Error> {
    file(session.current()?, at, asked, log)
}
