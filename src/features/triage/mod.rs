//! Triage: compares scanners' findings and events with baselines and the ledger, and plans what becomes of alerts.
//!
//! Uses session. Start at [`answer`]. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6.

use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;
use crate::session::triage::alerts::{AlertPlanAnswer, AlertPlanRequest, AlertSource, plan};
use crate::session::triage::sources::Source;
use crate::session::triage::{TriageAnswer, TriageRequest, triage};

/// Compares scanners' findings and events with baselines and the ledger.
///
/// # Errors
/// As [`Session::snapshot`], and if a file can no longer be read.
pub fn answer<'s>(
    session: &'s Session,
    at: &Moment,
    sources: Vec<Source>,
    request: &TriageRequest<'_>,
) -> Result<TriageAnswer<'s>, Error> {
    triage(session.current()?, at, sources, request)
}

/// Plans which alerts of a repository to dismiss, and which to open again.
///
/// # Errors
/// As [`Session::snapshot`]; [`Error::Undetermined`] if an input or one of its alerts can't be read.
pub fn plan_alerts<'s>(
    session: &'s Session,
    at: &Moment,
    sources: &[AlertSource],
    request: &AlertPlanRequest<'_>,
) -> Result<AlertPlanAnswer<'s>, Error> {
    plan(session.current()?, at, sources, request)
}
