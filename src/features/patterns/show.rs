//! `patterns`: what repeats, what to change, and which new records are refused because of it.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, patterns.

use crate::record::dates;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

use crate::diag;
use crate::features::patterns;
use crate::features::patterns::repeated_show::RepeatedView;
use crate::policy::settings::Patterns;
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::cause;
use crate::survey::occurrence::Occurrence;
use crate::survey::patterns::facts::{FrozenRecord, RecordOrigin};
use crate::survey::patterns::{CausePattern, RepeatedCauses};
use crate::survey::redesign::RedesignStatus;
use crate::survey::repetition::advised::AdvisedGroup;
use crate::view::doc::{Block, Doc, DocTable, RowColumns, StyledText, Tone};
use crate::view::follow_up::LinkedRedesignView;
use crate::view::shape;
use crate::view::tables::{flexible, whole};

#[derive(Serialize)]
struct PatternsAnswer<'a> {
    groups: Vec<PatternView<'a>>,
    expected: Vec<PatternView<'a>>,
    unclassified: usize,
    applications: Vec<PatternView<'a>>,
    controls: Vec<PatternView<'a>>,
    causes: Vec<PatternView<'a>>,
    repeated: Vec<RepeatedView<'a>>,
}

#[derive(Serialize)]
struct PatternView<'a> {
    #[serde(serialize_with = "key")]
    key: &'a CausePattern<'a>,
    count: usize,
    ids: Vec<&'a str>,
    occurrences: Vec<OccurrenceView<'a>>,
    systems: &'a BTreeSet<&'a str>,
    first: Option<Instant>,
    last: Option<Instant>,
    frozen: bool,
    redesign: Option<LinkedRedesignView<'a>>,
    advice: String,
    refused: Vec<&'a str>,
}

#[derive(Serialize)]
struct OccurrenceView<'a> {
    commit: Option<String>,
    at: Instant,
    pull_request: Option<&'a str>,
    ids: Vec<&'a str>,
}

impl<'a> OccurrenceView<'a> {
    fn of(occurrence: &Occurrence<'a>) -> OccurrenceView<'a> {
        let mut ids: Vec<&str> =
            occurrence.records.iter().map(|record| record.id.as_str()).collect();
        ids.sort_unstable();
        OccurrenceView {
            commit: occurrence.commit().map(|commit| commit.to_string()),
            at: occurrence.at,
            pull_request: occurrence.pull_request(),
            ids,
        }
    }
}

/// Returns the answer; `repeated` is what repeats in events, `policy` determines what counts.
pub fn doc(
    found: &RepeatedCauses<'_>,
    repeated: &[AdvisedGroup],
    policy: &Patterns,
    stamp: &Stamp,
) -> Doc<'static> {
    let mut doc = shape::stamped(
        stamp,
        "patterns",
        &PatternsAnswer {
            groups: PatternView::all(&found.groups),
            expected: PatternView::all(&found.expected),
            unclassified: found.unclassified,
            applications: PatternView::all(&found.applications),
            controls: PatternView::all(&found.controls),
            causes: PatternView::all(&found.causes),
            repeated: RepeatedView::all(repeated),
        },
    );
    doc.rows = Some("groups");
    doc.name_columns(PatternView::COLUMNS);
    for pattern in &found.groups {
        doc.blocks.push(Block::Heading(heading(pattern)));
        doc.blocks.push(Block::Pairs(pairs(pattern, stamp.instant)));
    }
    if found.groups.is_empty() {
        let nothing = "no cause repeats often enough to be a pattern";
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Good, nothing)));
    }
    expected(&mut doc, &found.expected, policy);
    patterns::repeated_show::blocks(&mut doc, repeated, &policy.events);
    overview(&mut doc, "overrides by application", "application", &found.applications);
    overview(&mut doc, "controls that fail across systems", "control", &found.controls);
    overview(&mut doc, "occurrences by root cause", "root cause", &found.causes);
    doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, counted(found, policy))));
    doc
}

fn counted(found: &RepeatedCauses<'_>, policy: &Patterns) -> String {
    let from = diag::count(threshold(policy), "occurrence");
    let kind = if policy.freeze {
        format!("a group is frozen from {from} on")
    } else {
        format!("a group is shown from {from} on, and the policy freezes none")
    };
    let without = diag::count(found.unclassified, "record");
    format!(
        "counted: records merged within {} and not rejected, those merged together as one; {kind}; {without} unclassified; see `patterns` in exledger.yaml",
        policy.window
    )
}

impl<'a> PatternView<'a> {
    const COLUMNS: &'static RowColumns = &[
        ("", "key count ids"),
        ("occurrences.", "commit at pull_request ids"),
        ("", "systems first last frozen redesign.id redesign.status redesign.due advice refused"),
    ];

    fn all(patterns: &'a [CausePattern<'a>]) -> Vec<PatternView<'a>> {
        patterns.iter().map(PatternView::of).collect()
    }

    fn of(pattern: &'a CausePattern<'a>) -> PatternView<'a> {
        PatternView {
            key: pattern,
            count: pattern.occurrences.len(),
            ids: pattern.records.iter().map(|record| record.id.as_str()).collect(),
            occurrences: pattern.occurrences.iter().map(OccurrenceView::of).collect(),
            systems: &pattern.systems,
            first: pattern.first(),
            last: pattern.last(),
            frozen: pattern.is_frozen,
            redesign: pattern.redesign.as_ref().map(LinkedRedesignView::of),
            advice: pattern.advice(),
            refused: pattern.refused.iter().map(|refused| refused.id.as_str()).collect(),
        }
    }
}

fn key<S: Serializer>(pattern: &CausePattern<'_>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(pattern.key())
}

fn heading(pattern: &CausePattern<'_>) -> StyledText {
    let text = StyledText::with_tone(Tone::Strong, pattern.describe())
        .and(Tone::Plain, ": ")
        .and(Tone::Plain, occurred(pattern));
    if !pattern.is_frozen {
        return text;
    }
    let text = text.and(Tone::Plain, ", ");
    match pattern.refused.len() {
        0 => text.and(Tone::Warn, "frozen"),
        n => text.and(Tone::Bad, format!("frozen, and {n} new")),
    }
}

fn occurred(pattern: &CausePattern<'_>) -> String {
    let times = diag::count(pattern.occurrences.len(), "occurrence");
    match pattern.records.len() {
        n if n == pattern.occurrences.len() => times,
        n => format!("{times} in {}", diag::count(n, "record")),
    }
}

fn pairs(pattern: &CausePattern<'_>, instant: Instant) -> Vec<(String, StyledText)> {
    let ids: Vec<&str> = pattern.records.iter().map(|record| record.id.as_str()).collect();
    let systems: Vec<&str> = pattern.systems.iter().copied().collect();
    let mut pairs = vec![("records".to_owned(), StyledText::with_tone(Tone::Id, ids.join(", ")))];
    if !systems.is_empty() {
        pairs.push(("systems".to_owned(), StyledText::plain(systems.join(", "))));
    }
    pairs.push(("landed".to_owned(), StyledText::plain(landed(pattern, instant))));
    for refused in &pattern.refused {
        pairs.push(("new".to_owned(), new(refused)));
    }
    if pattern.is_frozen {
        pairs.push(("redesign".to_owned(), redesign(pattern)));
    }
    pairs.push(("advice".to_owned(), StyledText::plain(pattern.advice())));
    pairs
}

fn redesign(pattern: &CausePattern<'_>) -> StyledText {
    let Some(redesign) = &pattern.redesign else {
        return StyledText::with_tone(Tone::Bad, "none");
    };
    let has_date =
        !matches!(redesign.status, RedesignStatus::Recurred | RedesignStatus::Unapproved);
    let due = if has_date { redesign.due } else { None };
    let due = due.map_or_else(String::new, |due| format!(", due on {due}"));
    let text = format!("{} ({}){due}", redesign.id, redesign.status.as_str());
    if redesign.is_in_time {
        return StyledText::plain(text);
    }
    StyledText::plain(text).and(Tone::Plain, ": ").and(Tone::Bad, "not in time")
}

fn landed(pattern: &CausePattern<'_>, instant: Instant) -> String {
    let distance = |at: Option<Instant>| at.map(|at| dates::distance(at, instant));
    match (distance(pattern.first()), distance(pattern.last())) {
        (Some(first), Some(last)) if first == last => first,
        (Some(first), Some(last)) => format!("the first {first}, the last {last}"),
        _ => String::new(),
    }
}

fn new(refused: &FrozenRecord) -> StyledText {
    let place = match &refused.place {
        RecordOrigin::Landed(at) => {
            format!(" merged on {} after the group reached its threshold", at.day())
        }
        RecordOrigin::Branch(branch) => format!(" on branch {branch}"),
        RecordOrigin::WorkTree => " in the work tree".to_owned(),
    };
    StyledText::with_tone(Tone::Id, &refused.id)
        .and(Tone::Plain, place)
        .and(Tone::Bad, ", without a redesign")
}

fn expected(doc: &mut Doc, patterns: &[CausePattern<'_>], policy: &Patterns) {
    if patterns.is_empty() {
        return;
    }
    let heading = "expected classes, counted apart and never frozen";
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    let is_repeated =
        |pattern: &&CausePattern<'_>| cause::reaches(pattern.occurrences.len(), policy);
    let repeated: Vec<&CausePattern<'_>> = patterns.iter().filter(is_repeated).collect();
    let columns = vec![flexible("what repeats"), whole("occurrences"), flexible("systems")];
    let rows = repeated.iter().map(|pattern| {
        let systems: Vec<&str> = pattern.systems.iter().copied().collect();
        vec![
            StyledText::plain(pattern.describe()),
            StyledText::plain(pattern.occurrences.len().to_string()),
            StyledText::plain(systems.join(", ")),
        ]
    });
    if !repeated.is_empty() {
        doc.blocks.push(Block::Table(DocTable { columns, rows: rows.collect() }));
    }
    let others = patterns.len() - repeated.len();
    if others > 0 {
        let others = diag::count(others, "other kind");
        let text = format!("{others} below {}", diag::count(threshold(policy), "occurrence"));
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

fn threshold(policy: &Patterns) -> usize {
    usize::try_from(policy.threshold).unwrap_or(usize::MAX)
}

fn overview(doc: &mut Doc, heading: &str, title: &'static str, patterns: &[CausePattern<'_>]) {
    if patterns.is_empty() {
        return;
    }
    let columns = vec![whole(title), whole("occurrences"), flexible("systems")];
    let rows = patterns.iter().map(|pattern| {
        let value = pattern.group.values.first().and_then(Option::as_deref);
        let systems: Vec<&str> = pattern.systems.iter().copied().collect();
        vec![
            StyledText::plain(value.unwrap_or("none")),
            StyledText::plain(pattern.occurrences.len().to_string()),
            StyledText::plain(systems.join(", ")),
        ]
    });
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    doc.blocks.push(Block::Table(DocTable { columns, rows: rows.collect() }));
}
