//! What a closure proved: its outcome, the answers to its checklist, its evidence, and who reviews it.
//!
//! Pure. Start at [`pairs`]. Follows `docs/spec/cli.md`, show; `log` and the page show the same.

use serde::Serialize;

use crate::record::dates;
use crate::record::decision::{AccessVerified, Closure};
use crate::record::time::Instant;
use crate::rules::evidence::{CitedEvidence, FileState};
use crate::status::state::{DutyKind, RecordState};
use crate::view::doc::{StyledText, Tone};

const DIGITS: usize = 12;

/// A piece of evidence in the form of answers.
#[derive(Debug, Serialize)]
pub struct EvidenceView<'a> {
    field: &'a str,
    id: Option<&'a str>,
    kind: &'a str,
    path: Option<&'a str>,
    url: Option<&'a str>,
    commit: Option<&'a str>,
    sha256: Option<&'a str>,
    state: Option<&'static str>,
}

impl<'a> EvidenceView<'a> {
    /// Returns evidence in the form of answers.
    pub fn all(evidence: &'a [CitedEvidence<'_>]) -> Vec<EvidenceView<'a>> {
        evidence.iter().map(EvidenceView::of).collect()
    }

    fn of(evidence: &'a CitedEvidence<'_>) -> EvidenceView<'a> {
        let stated = evidence.stated;
        EvidenceView {
            field: &evidence.field,
            id: stated.id.as_deref(),
            kind: &stated.kind,
            path: stated.path.as_deref(),
            url: stated.url.as_deref(),
            commit: stated.commit.as_deref(),
            sha256: stated.sha256.as_deref(),
            state: evidence.state.map(FileState::as_str),
        }
    }
}

/// Returns a closure in a few words: `closed 2026-11-04: remediated`.
pub fn summary(closure: &Closure) -> String {
    format!("closed {}: {}", closure.date, closure.outcome.as_str())
}

/// Returns what a record's closure proved, and all evidence of the record; empty without a closure.
pub fn pairs(
    record_state: &RecordState,
    evidence: &[CitedEvidence<'_>],
    instant: Instant,
) -> Vec<(String, StyledText)> {
    let record = record_state.known_content();
    let Some(closure) = record.and_then(|record| record.closure.as_ref()) else {
        return Vec::new();
    };
    let plain = |label: &str, text: String| (label.to_owned(), StyledText::plain(text));
    let closed = format!("{} by {}", closure.date, closure.by);
    let mut pairs = vec![
        ("outcome".to_owned(), StyledText::with_tone(Tone::Strong, closure.outcome.as_str())),
        plain("closed", closed),
        plain("reason", closure.reason.clone()),
    ];
    let checks: Vec<String> =
        closure.checks.iter().map(|(item, answer)| format!("{item}: {answer}")).collect();
    if !checks.is_empty() {
        pairs.push(plain("checks", checks.join("\n")));
    }
    pairs.extend(closure.access_verified.as_ref().map(|it| plain("access verified", access(it))));
    pairs.extend(closure.prevention.as_ref().map(|it| plain("prevention", it.clone())));
    if !evidence.is_empty() {
        pairs.push(("evidence".to_owned(), lines(evidence)));
    }
    let reviewed = review(record_state, closure, instant);
    pairs.extend(reviewed.map(|text| ("closure review".to_owned(), text)));
    pairs
}

/// Returns pieces of evidence, one line each: id, kind, place, the first digits of its SHA-256, and the state of its
/// file.
pub fn lines(evidence: &[CitedEvidence<'_>]) -> StyledText {
    let mut text = StyledText::default();
    for (n, one) in evidence.iter().enumerate() {
        let gap = if n > 0 { "\n" } else { "" };
        text.0.extend(line(one, gap).0);
    }
    text
}

fn line(evidence: &CitedEvidence<'_>, gap: &str) -> StyledText {
    let stated = evidence.stated;
    let place = match (&stated.path, &stated.url, &stated.commit) {
        (Some(path), ..) => path.clone(),
        (_, Some(url), _) => url.clone(),
        (_, _, Some(commit)) => format!("commit {commit}"),
        (None, None, None) => String::new(),
    };
    let mut text = StyledText::plain(gap);
    if let Some(id) = &stated.id {
        text = text.and(Tone::Strong, id).and(Tone::Plain, " ");
    }
    text = text.and(Tone::Plain, format!("{} {place}", stated.kind));
    if stated.path.is_none() {
        return text;
    }
    let digits: String =
        stated.sha256.iter().flat_map(|digest| digest.chars()).take(DIGITS).collect();
    let (tone, state) = match evidence.state {
        Some(state @ FileState::Unchanged) => (Tone::Good, state.as_str()),
        Some(state @ (FileState::Changed | FileState::Missing)) => (Tone::Bad, state.as_str()),
        None => (Tone::Warn, "not compared"),
    };
    text.and(Tone::Muted, format!(" {digits} ")).and(tone, state)
}

fn access(verified: &AccessVerified) -> String {
    let days =
        [("before", verified.before), ("during", verified.during), ("after", verified.after)];
    let shown = days.map(|(when, day)| match day {
        Some(day) => format!("{when} {day}"),
        None => format!("{when}: not stated"),
    });
    shown.join(", ")
}

fn review(record_state: &RecordState, closure: &Closure, instant: Instant) -> Option<StyledText> {
    if let Some(reviewed) = &closure.reviewed {
        let text = format!("{}, {} by {}", reviewed.outcome.as_str(), reviewed.date, reviewed.by);
        return Some(StyledText::plain(text));
    }
    let mut duties = record_state.duties.iter();
    if let Some(duty) = duties.find(|duty| duty.kind == DutyKind::PostClosureReview) {
        let (tone, late) =
            if duty.at <= instant { (Tone::Bad, "overdue: ") } else { (Tone::Warn, "not yet: ") };
        return Some(StyledText::with_tone(tone, format!("{late}due {}", dates::by(duty.at))));
    }
    let day = closure.review_by?;
    Some(StyledText::plain(format!("planned for {day}")))
}
