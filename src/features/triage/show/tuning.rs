//! `triage`: the results of each baseline, for tuning its thresholds, and the baselines past their own review date.
//!
//! Pure. Start at `block`. Follows `docs/spec/policy.md`, baselines.

use crate::diag;
use crate::features::triage::counts::BaselineResult;
use crate::features::triage::show::content::TriageView;
use crate::policy::closing::Baseline;
use crate::policy::expectation::{BaselineWord, Words};
use crate::record::time::{Day, Instant, Term};
use crate::view::doc::{Doc, StyledText, Tone};
use crate::view::tables::{flexible, optional, table, whole};
use serde::Serialize;

/// Tells whether a baseline is past its own review date.
pub fn is_stale(baseline: &Baseline, instant: Instant) -> bool {
    baseline.review_by.is_some_and(|day| instant >= day.end())
}

#[derive(Serialize)]
pub(super) struct BaselineView<'a> {
    id: &'a str,
    kind: &'static str,
    material_if: &'a Words,
    sample: u32,
    #[serde(flatten)]
    result: &'a BaselineResult,
    review_by: Option<Day>,
    stale: bool,
}

pub(super) fn baselines<'a>(shown: &'a TriageView<'_>) -> Vec<BaselineView<'a>> {
    let done = shown.baselines().iter().zip(&shown.answer.counts.baselines);
    done.map(|(baseline, done)| BaselineView {
        id: &baseline.id,
        kind: baseline.kind.as_str(),
        material_if: &baseline.material_if,
        sample: baseline.sample,
        result: done,
        review_by: baseline.review_by,
        stale: is_stale(baseline, shown.stamp().instant),
    })
    .collect()
}

pub(super) fn block(doc: &mut Doc, shown: &TriageView<'_>) {
    let done = shown.baselines().iter().zip(&shown.answer.counts.baselines);
    let instant = shown.stamp().instant;
    let done = done.filter(|(baseline, done)| done.matched > 0 || is_stale(baseline, instant));
    let rows: Vec<Vec<StyledText>> = done
        .map(|(baseline, done)| {
            let stale = is_stale(baseline, shown.stamp().instant);
            let review = baseline.review_by.map(|day| day.to_string());
            vec![
                StyledText::with_tone(Tone::Strong, &baseline.id),
                StyledText::plain(thresholds(baseline)),
                StyledText::plain(done.matched.to_string()),
                StyledText::plain(done.routine.to_string()),
                StyledText::plain(done.escalated.to_string()),
                StyledText::plain(done.covered.to_string()),
                StyledText::plain(done.dismissed.to_string()),
                if stale {
                    StyledText::with_tone(
                        Tone::Warn,
                        format!("overdue {}", review.unwrap_or_default()),
                    )
                } else {
                    StyledText::plain(review.unwrap_or_default())
                },
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = vec![
            whole("baseline"),
            flexible("material if"),
            whole("matched"),
            whole("routine"),
            whole("escalated"),
            whole("covered"),
            whole("dismissed"),
            optional("review by"),
        ];
        doc.blocks.push(table(columns, rows));
    }
}

fn thresholds(baseline: &Baseline) -> String {
    let fields = baseline.material_if.0.iter();
    let mut parts: Vec<String> =
        fields.map(|(field, values)| format!("{field}: {}", BaselineWord::join(values))).collect();
    if !baseline.expect.is_empty() {
        let n = diag::count(baseline.expect.len(), "identity");
        let others = if baseline.are_others_material() { ", or somebody else" } else { "" };
        parts.push(format!("outside what is expected for {n}{others}"));
    }
    if let Some(since) = &baseline.since_last {
        let limit = |word: &str, term: Option<Term>| term.map(|term| format!("{word} than {term}"));
        let limits = [limit("sooner", since.at_least), limit("later", since.at_most)];
        let limits: Vec<String> = limits.into_iter().flatten().collect();
        parts.push(format!("{} after the last by {}", limits.join(" or "), since.by.join(", ")));
    }
    parts.join("; ")
}
