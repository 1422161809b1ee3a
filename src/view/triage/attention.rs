//! `triage`: what needs somebody, state by state, worst first, one line for all inputs that are alike.
//!
//! Uses survey. Pure. Start at [`blocks`]. Follows `docs/spec/cli.md`, triage.

use std::collections::BTreeMap;

use crate::survey::triage::State;
use crate::survey::triage::tally::{Row, Sampled};
use crate::view::doc::{Block, Doc, Text, Tone};
use crate::view::triage::{Shown, flexible, plain, table, tone, whole};

/// What rows have in common that stand in one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'a> {
    record: &'a str,
    key: &'a str,
    /// What an event is about: a finding may be in many places, what happened is told apart by it.
    about: &'a str,
    message: &'a str,
}

/// How many rows stand in a line, and where the first of them is.
type Groups<'a> = BTreeMap<Alike<'a>, (usize, String)>;

/// Shows what needs somebody.
pub(super) fn blocks(doc: &mut Doc, shown: &Shown<'_>) {
    let states = State::ALL.iter().filter(|state| **state <= State::Pending);
    for state in states {
        let rows = shown.tally.rows.iter().filter(|row| row.state == *state);
        let groups = grouped(rows, shown);
        if !groups.is_empty() {
            section(doc, *state, shown.tally.n(*state), &groups);
        }
    }
}

fn grouped<'a>(rows: impl Iterator<Item = &'a Row>, shown: &Shown<'a>) -> Groups<'a> {
    let mut groups = Groups::new();
    for row in rows {
        let tally = shown.tally;
        let place = tally.text(row.place);
        let (key, about) = match row.kind {
            Some(_) => (tally.text(row.kind), place),
            None => (tally.text(row.key), ""),
        };
        let alike = Alike {
            record: tally.text(row.record),
            key,
            about,
            message: tally.text(row.message),
        };
        let first = || match row.state {
            State::Unparsed => {
                let source = shown.sources.get(row.source).map_or("", String::as_str);
                let index = row.index.map(|index| format!(":{index}"));
                format!("{source}{}", index.unwrap_or_default())
            }
            _ => place.to_owned(),
        };
        let group = groups.entry(alike).or_insert_with(|| (0, first()));
        group.0 += 1;
    }
    groups
}

/// Shows one state: what all lines say alike stands once, behind the count.
fn section(doc: &mut Doc, state: State, n: usize, groups: &Groups<'_>) {
    let mut messages = groups.keys().map(|alike| alike.message);
    let first = messages.next().unwrap_or_default();
    let is_one = state == State::Uncovered && messages.all(|message| message == first);
    let heading = Text::of(tone(state), format!("{n} {}", plain(state)));
    doc.blocks.push(Block::Heading(match is_one {
        true => heading.and(Tone::Muted, format!(": {first}")),
        false => heading,
    }));
    let row = |(alike, (n, place)): (&Alike<'_>, &(usize, String))| {
        let why = match alike.record {
            "" if is_one => String::new(),
            "" => alike.message.to_owned(),
            record => alike.message.replacen(&format!("{record}: "), "", 1),
        };
        vec![
            Text::of(Tone::Id, alike.record),
            Text::plain(alike.key),
            Text::plain(placed(place, *n)),
            Text::plain(why),
        ]
    };
    let columns = vec![
        whole("record"),
        flexible("key"),
        flexible("where"),
        flexible("why"),
    ];
    doc.blocks
        .push(table(columns, groups.iter().map(row).collect()));
}

/// Returns where something is, with how many more there are like it.
fn placed(place: &str, n: usize) -> String {
    match (place, n) {
        (place, 1) => place.to_owned(),
        ("", n) => format!("{n} times"),
        (place, n) => format!("{place} and {} more", n - 1),
    }
}

/// Shows the routine ones that the baselines' samples pick.
pub(super) fn sampled(doc: &mut Doc, shown: &Shown<'_>) {
    let picked = |row: &&Row| row.sampled == Sampled::Yes;
    let groups = grouped(shown.tally.rows.iter().filter(picked), shown);
    if groups.is_empty() {
        return;
    }
    let heading = Text::plain("A sample of the routine ones");
    doc.blocks.push(Block::Heading(heading));
    let rows = groups.iter().map(|(alike, (n, place))| {
        vec![
            Text::plain(alike.key),
            Text::plain(placed(place, *n)),
            Text::plain(alike.message),
        ]
    });
    let columns = vec![flexible("key"), flexible("where"), flexible("why")];
    doc.blocks.push(table(columns, rows.collect()));
}
