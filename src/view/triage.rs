//! `triage`: the counts first, then what needs somebody, worst first.
//!
//! Uses survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, triage.

mod after;
mod attention;
pub mod tuning;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diag;
use crate::policy::closing::Baseline;
use crate::record::word::Word;
use crate::survey::triage::State;
use crate::survey::triage::tally::{Row, Tally};
use crate::survey::triage::watch::{Proposal, Used};
use crate::view::doc::{Block, Column, Doc, Fit, Reads, Table, Text, Tone};
use crate::view::shape::Stamp;

/// What `triage` shows.
pub struct Shown<'a> {
    /// What it was computed from.
    pub stamp: &'a Stamp,
    /// The names of the inputs, as they were given.
    pub sources: &'a [String],
    /// What was decided.
    pub tally: &'a Tally,
    /// The baselines of the policy.
    pub baselines: &'a [Baseline],
    /// Which half of the answer is read.
    pub reads: Reads,
    /// The triggers that the inputs let fire.
    pub proposals: &'a [Proposal],
    /// Which records are used, where that is asked.
    pub unused: Option<Unused>,
    /// The drafts that were written, where that is asked.
    pub drafts: Option<Vec<Draft>>,
}

/// Which records are used, and why the others are not.
#[derive(Clone, Debug)]
pub struct Unused {
    /// By whether inputs match them.
    pub used: Used,
    /// Why nothing matches, for each that never matched.
    pub why: Vec<String>,
}

/// A draft that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its title.
    pub title: String,
}

/// Returns the answer.
pub fn doc<'a>(shown: &'a Shown<'_>) -> Doc<'a> {
    let mut doc = shown.stamp.doc(
        "triage",
        json!({
            "counts": counts(shown.tally),
            "results": [],
            "baselines": tuning::baselines(shown),
            "proposals": shown.proposals.iter().map(proposal).collect::<Vec<_>>(),
        }),
    );
    after::json(&mut doc, shown);
    if shown.reads == Reads::Json {
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
        "test": proposal.test.word(),
        "then": proposal.then.word(),
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

/// Returns the word of a state for people.
fn plain(state: State) -> String {
    state.word().replace('_', " ")
}

fn tone(state: State) -> Tone {
    match state {
        State::Uncovered | State::ExpiredCover | State::Unparsed => Tone::Bad,
        State::Pending => Tone::Warn,
        State::Covered => Tone::Good,
        State::Dismissed | State::Routine => Tone::Plain,
    }
}

fn whole(title: &'static str) -> Column {
    let fit = Fit::Whole;
    Column { title, fit }
}

fn flexible(title: &'static str) -> Column {
    let fit = Fit::Flexible;
    Column { title, fit }
}

fn optional(title: &'static str) -> Column {
    let fit = Fit::Optional;
    Column { title, fit }
}

/// Returns a table without the columns in which nothing stands.
fn table<'a>(columns: Vec<Column>, rows: Vec<Vec<Text>>) -> Block<'a> {
    let is_filled = |place: usize| {
        let cell = |row: &Vec<Text>| row.get(place).is_some_and(|cell| !cell.bare().is_empty());
        rows.iter().any(cell)
    };
    let filled: Vec<bool> = (0..columns.len()).map(is_filled).collect();
    let kept = |place: &usize| filled.get(*place).copied().unwrap_or(false);
    let columns = columns.into_iter().enumerate();
    let columns = columns
        .filter(|(place, _)| kept(place))
        .map(|(_, column)| column)
        .collect();
    let row = |row: Vec<Text>| {
        let cells = row.into_iter().enumerate();
        cells
            .filter(|(place, _)| kept(place))
            .map(|(_, cell)| cell)
            .collect()
    };
    let rows = rows.iter().cloned().map(row).collect();
    Block::Table(Table { columns, rows })
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
