//! What to change about the alerts of a repository, so that those are dismissed which a record in force covers.
//!
//! Pure. Start at [`AlertPlanner`]. Follows `docs/spec/interop.md`, 6b.

use std::collections::BTreeMap;

use crate::features::triage::alert::{AlertKind, AlertState, GithubAlert};
use crate::features::triage::judge::TriageJudge;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::RootCause;
use crate::status::state::{InForce, RecordState};
use crate::survey::cited;
use crate::survey::event::{TriageDecision, TriageState};

/// The maximum length of a comment, in characters.
const LONGEST_COMMENT: usize = 280;

/// What is needed to plan.
pub struct AlertPlanner<'a> {
    judge: TriageJudge<'a>,
    repository: &'a str,
    /// The plan so far.
    pub plan: AlertPlan,
    by_id: BTreeMap<&'a str, &'a RecordState>,
}

/// The changes of alerts, by kind and number, and how many need none.
#[derive(Clone, Debug, Default)]
pub struct AlertPlan {
    pub changes: BTreeMap<(AlertKind, u64), AlertChange>,
    pub counts: AlertCounts,
    /// Why an alert can't be judged, by kind and number.
    pub doubts: BTreeMap<(AlertKind, u64), String>,
    seen: BTreeMap<(AlertKind, u64), AlertState>,
}

/// How many alerts need no change, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertCounts {
    /// Dismissed ones that a record in force covers.
    pub kept: usize,
    /// Dismissed ones whose comment cites no record of the ledger.
    pub foreign: usize,
    /// Those of another repository.
    pub elsewhere: usize,
    /// Open ones that no record in force covers.
    pub open: usize,
}

/// A change of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertChange {
    /// It is open, and a record in force covers it.
    Dismiss { record: String, end: Instant, reason: &'static str, comment: String },
    /// It is dismissed with a comment that cites a record, but no record in force covers it.
    Reopen { record: String },
}

impl AlertChange {
    /// Returns its name in a plan.
    pub fn as_str(&self) -> &'static str {
        match self {
            AlertChange::Dismiss { .. } => "dismiss",
            AlertChange::Reopen { .. } => "reopen",
        }
    }
}

impl AlertPlan {
    /// Returns the number of dismissals and of reopenings.
    pub fn n_changes(&self) -> (usize, usize) {
        let is_dismissal = |change: &&AlertChange| matches!(change, AlertChange::Dismiss { .. });
        let n_dismissals = self.changes.values().filter(is_dismissal).count();
        (n_dismissals, self.changes.len() - n_dismissals)
    }
}

impl<'a> AlertPlanner<'a> {
    /// Starts a plan for the alerts of a repository, given as `OWNER/NAME`.
    pub fn new(judge: TriageJudge<'a>, repository: &'a str) -> AlertPlanner<'a> {
        let record_states = judge.record_states.iter();
        AlertPlanner {
            by_id: record_states.map(|state| (state.key.as_str(), state)).collect(),
            plan: AlertPlan::default(),
            repository,
            judge,
        }
    }

    /// Plans for one alert. If an alert appears again, only its first state counts.
    pub fn add(&mut self, alert: &GithubAlert) {
        if !alert.repository.eq_ignore_ascii_case(self.repository) {
            self.plan.counts.elsewhere += 1;
            return;
        }
        let key = (alert.kind, alert.number);
        if self.plan.seen.insert(key, alert.state).is_some() {
            return;
        }
        match alert.state {
            AlertState::Gone => {}
            AlertState::Open => self.open(alert, key),
            AlertState::Dismissed => self.dismissed(alert, key),
        }
    }

    fn open(&mut self, alert: &GithubAlert, key: (AlertKind, u64)) {
        let found = self.judge.finding(&alert.finding);
        let dismissal = is_covered(&found).then(|| self.dismissal(alert.kind, &found)).flatten();
        match dismissal {
            Some(change) => {
                self.plan.changes.insert(key, change);
            }
            None => {
                self.plan.counts.open += 1;
                if found.is_doubtful || is_covered(&found) {
                    self.plan.doubts.insert(key, found.message);
                }
            }
        }
    }

    fn dismissed(&mut self, alert: &GithubAlert, key: (AlertKind, u64)) {
        let Some(cited) = self.cited(alert.comment.as_deref().unwrap_or_default()) else {
            self.plan.counts.foreign += 1;
            return;
        };
        let found = self.judge.finding(&alert.finding);
        if is_covered(&found) {
            self.plan.counts.kept += 1;
        } else if found.is_doubtful && cited.in_force != InForce::No {
            self.plan.counts.kept += 1;
            self.plan.doubts.insert(key, found.message);
        } else {
            let record = cited.key.clone();
            self.plan.changes.insert(key, AlertChange::Reopen { record });
        }
    }

    fn cited(&self, comment: &str) -> Option<&'a RecordState> {
        let prefixes = &self.judge.governance.policy.id_prefix;
        cited::ids(comment, prefixes).find_map(|id| self.record_state(id.as_str()))
    }

    fn record_state(&self, id: &str) -> Option<&'a RecordState> {
        self.by_id.get(id).copied()
    }

    /// Returns the dismissal by the record that covers an alert; `None` if its end can't be told.
    fn dismissal(&self, kind: AlertKind, found: &TriageDecision) -> Option<AlertChange> {
        let record_state = self.record_state(found.record.as_deref()?)?;
        let record = record_state.effective.as_deref()?;
        let end = record_state.end?;
        Some(AlertChange::Dismiss {
            record: record.id.to_string(),
            end,
            reason: reason(kind, record.root_cause),
            comment: comment(record, end),
        })
    }
}

fn is_covered(found: &TriageDecision) -> bool {
    matches!(found.state, TriageState::Covered | TriageState::Dismissed) && !found.is_doubtful
}

fn reason(kind: AlertKind, cause: RootCause) -> &'static str {
    match (kind, cause.is_dismissal()) {
        (AlertKind::CodeScanning, true) => "false positive",
        (AlertKind::CodeScanning, false) => "won't fix",
        (AlertKind::Dependabot, true) => "inaccurate",
        (AlertKind::Dependabot, false) => "tolerable_risk",
        (AlertKind::SecretScanning, true) => "false_positive",
        (AlertKind::SecretScanning, false) => "wont_fix",
    }
}

/// Returns the comment of a dismissal: one line, with the title cut to fit.
fn comment(record: &Record, end: Instant) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect()
    };
    let before = format!("{} until {end}: ", record.id);
    let after = format!("; owner {}", plain(record.owner.email.as_str()));
    let n_left = LONGEST_COMMENT.saturating_sub(before.chars().count() + after.chars().count());
    let title: String = plain(&record.title).chars().take(n_left).collect();
    let whole = format!("{before}{}{after}", title.trim_end());
    whole.chars().take(LONGEST_COMMENT).collect()
}
