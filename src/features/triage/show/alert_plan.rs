//! A plan for the alerts of a repository: one line for each change, which a script sends to GitHub.
//!
//! Pure. Start at [`lines`]. Follows `docs/spec/interop.md`, 6b. The address of an alert is built from the repository, kind
//! and number, never copied from an input.

use serde::Serialize;

use crate::features::triage::alert::AlertKind;
use crate::features::triage::alert_plan::{AlertChange, AlertPlan};
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::view::{json, shape};

#[derive(Serialize)]
struct PlannedAlert<'a> {
    schema: String,
    action: &'static str,
    kind: &'static str,
    number: u64,
    repo: &'a str,
    record: &'a str,
    end: Option<Instant>,
    planned_at: Instant,
    commit: Option<&'a str>,
    method: &'static str,
    path: String,
    body: AlertPatch<'a>,
}

/// The body of the request, with the names that each kind of alert has.
#[derive(Serialize)]
#[serde(untagged)]
enum AlertPatch<'a> {
    Dismissal { state: &'static str, dismissed_reason: &'a str, dismissed_comment: &'a str },
    Resolution { state: &'static str, resolution: &'a str, resolution_comment: &'a str },
    Reopening { state: &'static str },
}

/// Returns the plan as JSON Lines.
pub fn lines(plan: &AlertPlan, repository: &str, stamp: &Stamp) -> String {
    let mut text = String::new();
    for ((kind, number), change) in &plan.changes {
        let (record, end) = match change {
            AlertChange::Dismiss { record, end, .. } => (record, Some(*end)),
            AlertChange::Reopen { record } => (record, None),
        };
        let row = PlannedAlert {
            schema: shape::schema("alert-plan"),
            action: change.as_str(),
            kind: kind.as_str(),
            number: *number,
            repo: repository,
            record,
            end,
            planned_at: stamp.instant,
            commit: stamp.commit.as_deref(),
            method: "PATCH",
            path: format!("/repos/{repository}/{}/alerts/{number}", kind.as_str()),
            body: patch(*kind, change),
        };
        text.push_str(&json::value(&row).to_string());
        text.push('\n');
    }
    text
}

fn patch(kind: AlertKind, change: &AlertChange) -> AlertPatch<'_> {
    match (kind, change) {
        (_, AlertChange::Reopen { .. }) => AlertPatch::Reopening { state: "open" },
        (AlertKind::SecretScanning, AlertChange::Dismiss { reason, comment, .. }) => {
            AlertPatch::Resolution {
                state: "resolved",
                resolution: reason,
                resolution_comment: comment,
            }
        }
        (_, AlertChange::Dismiss { reason, comment, .. }) => AlertPatch::Dismissal {
            state: "dismissed",
            dismissed_reason: reason,
            dismissed_comment: comment,
        },
    }
}

/// Returns the counts: `plan: 3 dismiss, 1 reopen, 12 kept, 2 foreign, 0 elsewhere, 5 open`.
pub fn summary(plan: &AlertPlan) -> String {
    let (n_dismissals, n_reopenings) = plan.n_changes();
    let counts = plan.counts;
    format!(
        "plan: {n_dismissals} dismiss, {n_reopenings} reopen, {} kept, {} foreign, {} elsewhere, {} open",
        counts.kept, counts.foreign, counts.elsewhere, counts.open
    )
}

/// Returns a sentence for each alert that a record may cover, which can't be determined.
pub fn doubts(plan: &AlertPlan) -> Vec<String> {
    let doubts = plan.doubts.iter();
    let sentences = doubts.map(|((kind, number), why)| {
        format!(
            "could not determine whether {} alert {number} is covered, so the plan leaves it out: {why}",
            kind.as_str()
        )
    });
    sentences.collect()
}
