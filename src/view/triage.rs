//! `triage`: the counts first, then what needs somebody, worst first.
//!
//! Uses survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, triage.

mod after;
mod attention;
pub mod shown;
pub mod tuning;

use crate::diag;
use crate::record::vocabulary::Vocabulary;
use crate::survey::triage::State;
use crate::survey::triage::counts::{Row, Tally};
use crate::survey::triage::watch::Proposal;
use crate::view::doc::{Block, Doc, FormatNeeds, Table, Text, Tone};
use crate::view::shape;
use crate::view::triage::shown::Shown;
use crate::view::triage::shown::flexible;
use crate::view::triage::shown::plain;
use crate::view::triage::shown::tone;
use crate::view::triage::shown::whole;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Returns the answer.
pub fn doc<'a>(shown: &'a Shown<'_>) -> Doc<'a> {
    let mut doc = shape::stamped(
        shown.stamp,
        "triage",
        json!({
            "counts": counts(shown.tally),
            "results": [],
            "baselines": tuning::baselines(shown),
            "proposals": shown.proposals.iter().map(proposal).collect::<Vec<_>>(),
        }),
    );
    after::json(&mut doc, shown);
    if shown.reads == FormatNeeds::Json {
        let rows = shown.tally.rows();
        doc.fill("results", rows.map(|row| json(row, shown)));
        return doc;
    }
    doc.blocks.push(Block::Paragraph(words(shown.tally)));
    attention::blocks(&mut doc, shown);
    covered(&mut doc, shown);
    attention::sampled(&mut doc, shown);
    tuning::block(&mut doc, shown);
    after::blocks(&mut doc, shown);
    doc
}

fn proposal(proposal: &Proposal) -> Value {
    json!({
        "record": proposal.record,
        "trigger": proposal.trigger,
        "test": proposal.test.as_str(),
        "then": proposal.then.as_str(),
        "message": proposal.why,
        "command": after::command(proposal),
    })
}

fn counts(tally: &Tally) -> Value {
    let order = [
        State::Routine,
        State::Covered,
        State::Pending,
        State::Uncovered,
        State::ExpiredCover,
        State::Dismissed,
        State::Unparsed,
    ];
    let counts = order.map(|state| (state.word().to_owned(), json!(tally.n(state))));
    Value::Object(counts.into_iter().collect::<Map<_, _>>())
}

fn json(row: &Row, shown: &Shown<'_>) -> Value {
    json!({
        "source": shown.sources.get(row.source),
        "index": row.index,
        "key": row.key.map(|_| shown.tally.text(row.key)),
        "state": row.state.word(),
        "record": row.record.map(|_| shown.tally.text(row.record)),
        "message": shown.tally.text(row.message),
    })
}

/// Returns the counts in words: `12 inputs: 2 uncovered, 10 covered`.
pub fn words(tally: &Tally) -> Text {
    let n: usize = tally.counts.values().sum();
    let mut text = Text::of(Tone::Strong, diag::count(n, "input"));
    let mut before = ": ";
    for state in State::ALL {
        let n = tally.n(*state);
        if n > 0 {
            let words = format!("{n} {}", plain(*state));
            text = text.and(Tone::Plain, before).and(tone(*state), words);
            before = ", ";
        }
    }
    text
}

/// Shows which records cover how many.
fn covered(doc: &mut Doc, shown: &Shown<'_>) {
    let mut records: BTreeMap<(State, &str), (usize, &str)> = BTreeMap::new();
    let tally = shown.tally;
    for state in [State::Covered, State::Dismissed] {
        for (alike, line) in tally.lines(state) {
            let [record, message] = [alike.record, alike.message].map(|it| tally.text(it));
            let found = records.entry((state, record)).or_insert((0, message));
            found.0 += line.n;
        }
    }
    let rows = records.iter().map(|((state, record), (n, message))| {
        let until = message.strip_prefix(*record).unwrap_or(message);
        vec![
            Text::of(tone(*state), plain(*state)),
            Text::plain(n.to_string()),
            Text::of(Tone::Id, *record),
            Text::plain(until.trim_start()),
        ]
    });
    let rows: Vec<Vec<Text>> = rows.collect();
    if !rows.is_empty() {
        let columns = vec![
            whole("state"),
            whole("n"),
            whole("record"),
            flexible("until"),
        ];
        doc.blocks.push(Block::Table(Table { columns, rows }));
    }
}
