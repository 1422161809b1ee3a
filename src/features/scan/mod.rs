//! Scan: finds every suppression, tells what is over, and judges all by the ledger if there is one.
//!
//! Start at `answer`: `place` says where, `search` reads files, `base` keeps what a branch adds, `block` tells where a
//! comment ends, `merged` says which records it ends, `ages` reads history, `entry` is what is known of one suppression. Follows `docs/spec/interop.md`, 5.

pub mod ages;
pub mod answer;
pub mod base;
mod block;
pub mod entry;
mod merged;
pub mod place;
pub mod search;
pub mod show;

use crate::features::scan::answer::{ScanAnswer, ScanRequest, scan};
use crate::features::scan::place::ScanPlace;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Finds the suppressions of a place.
///
/// # Errors
/// As [`Session::snapshot`](crate::session::Session::snapshot) in a ledger; [`Error::Usage`] if there is nothing at a path
/// or the base is not a commit, [`Error::Undetermined`] without a work tree.
pub fn answer<'s>(
    place: &'s ScanPlace,
    at: &Moment,
    request: &ScanRequest<'_>,
) -> Result<ScanAnswer<'s>, Error> {
    scan(place, at, request)
}
