//! Alerts of GitHub that somebody dismissed or resolved, as `gh api` prints them.
//!
//! Pure. Start at [`FORMAT`]. An alert has no end: it stays dismissed.

use std::collections::BTreeSet;

use crate::features::import::formats::sarif;
use crate::features::triage;
use crate::features::triage::alert::{AlertState, GithubAlert};
use crate::features::triage::alerts_format::AlertEntry;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry};
use crate::formats::suppressions::readers::format::{ImportError, ImportFormat, ImportInput};
use crate::plan::answers::Answers;
use crate::record::vocabulary::RootCause;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "github-alerts",
    files: "output of gh api --paginate repos/OWNER/NAME/code-scanning/alerts",
    is_named: |_| false,
    read,
};

/// The reasons for which the tool was wrong.
const WRONG: &[&str] = &["false positive", "inaccurate", "false_positive"];

/// The reasons for which nothing is left to except.
const SETTLED: &[&str] = &["revoked", "fix_started"];

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let found =
        triage::alerts_format::read(input.bytes).map_err(|what| ImportError::at(1, what))?;
    Ok(found.into_iter().map(|entry| one(entry, input.repository)).collect())
}

/// Returns the repositories of the alerts in an input, in lower case; none if it can't be read.
pub fn repositories(bytes: &[u8]) -> BTreeSet<String> {
    let found = triage::alerts_format::read(bytes).unwrap_or_default().into_iter();
    found.filter_map(|alert| Some(alert.read.ok()?.repository.to_ascii_lowercase())).collect()
}

fn one(AlertEntry { line, read }: AlertEntry, own: Option<&str>) -> ImportEntry {
    let alert = match read {
        Ok(alert) => alert,
        Err(why) => return ImportEntry::unreadable(line, why),
    };
    if own.is_some_and(|own| !own.eq_ignore_ascii_case(&alert.repository)) {
        return ImportEntry::skipped(line, "the alert is of another repository");
    }
    let reason = alert.reason.as_deref().unwrap_or_default();
    match alert.state {
        AlertState::Open => return ImportEntry::skipped(line, "the alert is open"),
        AlertState::Gone => return ImportEntry::skipped(line, "the alert is fixed"),
        AlertState::Dismissed if SETTLED.contains(&reason) => {
            let what = format!("its reason is `{}`", reason.replace('_', " "));
            return ImportEntry::skipped(line, what);
        }
        AlertState::Dismissed => {}
    }
    dismissed(line, &alert, reason)
}

fn dismissed(line: u64, alert: &GithubAlert, reason: &str) -> ImportEntry {
    let (finding, notes) = match sarif::finding_key(&alert.finding, alert.purl.as_deref()) {
        Ok(found) => found,
        Err(why) => return ImportEntry::listed(line, why),
    };
    let mut answers = Answers::default();
    if WRONG.contains(&reason) {
        answers.set("root_cause", RootCause::BadSourceData.as_str());
    }
    ImportEntry::exception(
        line,
        ForeignException {
            findings: vec![finding],
            text: alert.comment.clone().filter(|text| !text.trim().is_empty()),
            answers,
            notes,
            ..ForeignException::default()
        },
    )
}
