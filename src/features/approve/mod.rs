//! Approve: approvals and rejections, and approval files for a forge's reviews.
//!
//! Start at `prepare`. Follows `docs/spec/cli.md`, approve, and `docs/spec/approval.md`, 1.12.

pub mod answer;
mod beside;
pub mod bridge_key;
pub mod committer;
pub mod destination;
pub mod draft;
mod earlier;
pub mod prepared;
pub mod request;
pub mod reviews;
pub mod show;
pub mod sign;
pub mod source;
pub mod subject;

use crate::approval::evidence::reviews::Reviews;
use crate::features::approve::answer::prepare_approval;
use crate::features::approve::prepared::PreparedApproval;
use crate::features::approve::request::ApprovalRequest;
use crate::features::approve::reviews::{PreparedReviews, prepare_files};
use crate::history::objects::Oid;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;

/// Works out an approval or a rejection of present content. Nothing is signed or written yet.
///
/// # Errors
/// [`Error::Usage`] if nothing is named, the approval would not count, or its files could not be written where they
/// belong;
/// [`Error::Undetermined`] if the ledger, or a history that is needed, can't be read.
pub fn prepare<'s>(
    session: &'s Session,
    at: &Moment,
    request: &ApprovalRequest<'_>,
) -> Result<PreparedApproval<'s>, Error> {
    prepare_approval(session.current()?, at, request)
}

/// Works out the approval files for a forge's reviews of a merged pull request. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the landing is not on the approved ref, or a review can't be written as a file;
/// [`Error::Undetermined`] if the ledger, or a history that is needed, can't be read.
pub fn prepare_reviews<'s>(
    session: &'s Session,
    at: &Moment,
    reviews: &Reviews,
) -> Result<PreparedReviews<'s>, Error> {
    prepare_files(session.current()?, at, reviews)
}

/// Returns for each landing the ids and paths of what it changed, and still waits for approval.
///
/// # Errors
/// [`Error::Undetermined`] if the ledger, or a history that is needed, can't be read.
pub fn waiting(
    session: &Session,
    at: &Moment,
    landings: &[Oid],
) -> Result<Vec<Vec<String>>, Error> {
    let snapshot = Snapshot::open_landed(session.current()?, at, Scope::Everything)?;
    Ok(landings.iter().map(|landing| snapshot.waiting_since(*landing)).collect())
}
