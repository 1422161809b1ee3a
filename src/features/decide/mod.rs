//! Decide: decisions about records of the work tree, such as renewals and closures; and those records.
//!
//! Start at `prepare`. Follows `docs/spec/cli.md`, decisions.

pub mod answer;
pub mod decided;
pub mod ends;
mod landed;
pub(crate) mod lint;
pub mod select;
pub mod show;

use crate::features::decide::answer::{Job, PreparedDecision, prepare_decision};
use crate::features::decide::ends::{LatestEnd, RecordEnd};
use crate::features::decide::select::{OpenRecord, Which, open_records, read_named};
use crate::plan::renew::NewEnd;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::address::Address;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Works out a decision about some records: all of them, or none. Nothing is written yet, and nobody else can
/// write while it is held.
///
/// # Errors
/// [`Error::Usage`] if a record is unknown, the decision is refused, or the result would not lint;
/// [`Error::Undetermined`] if the ledger, or a history that is needed, can't be read.
pub fn prepare<'s>(
    session: &'s Session,
    at: &Moment,
    job: &Job<'_>,
) -> Result<PreparedDecision<'s>, Error> {
    prepare_decision(session.current()?, at, job)
}

/// Returns the records of the work tree that are not closed, by id.
///
/// # Errors
/// If the policy has errors, or a file can't be read.
pub fn list_open_records(session: &Session) -> Result<Vec<OpenRecord>, Error> {
    open_records(session.current()?)
}

/// Returns the ends of the selected records that can be read, by id.
///
/// # Errors
/// As [`prepare`].
pub fn read_ends(
    session: &Session,
    at: &Moment,
    which: Which<'_>,
) -> Result<Vec<RecordEnd>, Error> {
    ends::read_ends(session.current()?, at, which)
}

/// Returns the latest end that a renewal may give a record.
///
/// # Errors
/// [`Error::Undetermined`] if its history, which counts its renewals, can't be read.
pub fn latest_end(
    session: &Session,
    at: &Moment,
    by: &Address,
    end: &RecordEnd,
) -> Result<LatestEnd, Error> {
    ends::latest_end(session.current()?, at, by, end)
}

/// Works out the decision to move the end of the selected records, whatever its reason, and drops it.
///
/// # Errors
/// As [`prepare`].
pub fn try_end(
    session: &Session,
    at: &Moment,
    selected: (Which<'_>, &Address),
    end: &NewEnd,
) -> Result<(), Error> {
    ends::try_end(session.current()?, at, selected, end)
}

/// Returns the contents of a named record in the work tree; `None` if its file can't be read.
///
/// # Errors
/// [`Usage::Record`](crate::session::error::Usage::Record) if the name matches none or several.
pub fn read_record(
    session: &Session,
    at: &Moment,
    governance: &Governance,
    id: &str,
) -> Result<Option<Record>, Error> {
    read_named(session.current()?, at, governance, id)
}
