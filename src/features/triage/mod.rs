//! Triage: compares scanners' findings and events with baselines and the ledger, and plans what becomes of alerts.
//!
//! Start at `answer`, which reads the inputs (`sources`), decides about each (`judge`) and counts (`counts`); `show` makes
//! the `Doc`, `alerts` the plan. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6.

pub mod alert;
pub mod alert_plan;
pub mod alerts;
pub mod alerts_format;
pub mod answer;
pub mod baseline;
pub mod counts;
pub mod drafts;
mod fields;
pub mod judge;
pub mod last_events;
pub mod messages;
mod only;
pub mod routing;
pub mod show;
pub mod silent_keys;
pub mod sources;
pub mod suppressions;
pub mod texts;
pub mod watch;

use crate::features::triage::alerts::{AlertPlanAnswer, AlertPlanRequest, AlertSource, plan};
use crate::features::triage::answer::{TriageAnswer, TriageRequest, triage};
use crate::features::triage::sources::Source;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

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
