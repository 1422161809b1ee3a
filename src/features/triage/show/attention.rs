//! `triage`: the inputs that need somebody, state by state, most urgent first, one line for all similar inputs.
//!
//! Pure. Start at [`blocks`]. Follows `docs/spec/cli.md`, triage.

use crate::diag::sorting::StableSort as _;
use crate::features::triage::show::content::{TriageView, plain, tone};
use crate::survey::event::TriageState;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::tables::{flexible, table, whole};

/// One line: its sort key, the number of its inputs, and the location of the first one.
type AttentionLine<'a> = (AttentionKey<'a>, usize, String);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AttentionKey<'a> {
    record: &'a str,
    key: &'a str,
    about: &'a str,
    message: &'a str,
    owner: &'a str,
}

pub(super) fn blocks(doc: &mut Doc, shown: &TriageView<'_>) {
    let states = TriageState::ALL.iter().filter(|state| **state <= TriageState::Pending);
    for state in states {
        let lines = collect_lines(*state, shown);
        if !lines.is_empty() {
            section(doc, *state, shown, &lines);
        }
    }
}

fn collect_lines<'a>(state: TriageState, shown: &TriageView<'a>) -> Vec<AttentionLine<'a>> {
    let tally = &shown.answer.counts;
    let lines = tally.lines(state).map(|(alike, line)| {
        let key = AttentionKey {
            record: tally.text(alike.record),
            key: tally.text(alike.key),
            about: tally.text(alike.about),
            message: tally.text(alike.message),
            owner: tally.text(alike.owner),
        };
        let place = match state {
            TriageState::Unparsed => {
                let source = shown.sources.get(line.origin.source);
                let index = line.origin.line.map(|line| format!(":{line}"));
                format!("{}{}", source.map_or("", String::as_str), index.unwrap_or_default())
            }
            _ => tally.text(line.place).to_owned(),
        };
        (key, line.n, place)
    });
    let mut lines: Vec<AttentionLine<'a>> = lines.collect();
    lines.order_by(Ord::cmp);
    lines
}

/// Shows one state: texts that all its lines share are shown once, after the count.
fn section(
    doc: &mut Doc<'_>,
    state: TriageState,
    shown: &TriageView<'_>,
    lines: &[AttentionLine<'_>],
) {
    let mut messages = lines.iter().map(|(alike, ..)| alike.message);
    let first = messages.next().unwrap_or_default();
    let is_one = state == TriageState::Uncovered && messages.all(|message| message == first);
    let n = shown.answer.counts.n(state);
    let heading = StyledText::with_tone(tone(state), format!("{n} {}", plain(state)));
    doc.blocks.push(Block::Heading(if is_one {
        heading.and(Tone::Muted, format!(": {first}"))
    } else {
        heading
    }));
    let row = |(alike, n, place): &AttentionLine<'_>| {
        let why = match alike.record {
            "" if is_one => String::new(),
            "" => alike.message.to_owned(),
            record => alike.message.replacen(&format!("{record}: "), "", 1),
        };
        vec![
            StyledText::with_tone(Tone::Id, alike.record),
            StyledText::plain(alike.key),
            StyledText::plain(placed(place, *n)),
            StyledText::plain(alike.owner),
            StyledText::plain(why),
        ]
    };
    let columns = vec![
        whole("record"),
        flexible("key"),
        flexible("where"),
        flexible("owner"),
        flexible("why"),
    ];
    doc.blocks.push(table(columns, lines.iter().map(row).collect()));
    beyond(doc, state, shown);
}

fn beyond(doc: &mut Doc<'_>, state: TriageState, shown: &TriageView<'_>) {
    let n = shown.answer.counts.beyond(state);
    if n > 0 {
        let text =
            format!("and {n} more that are {}: `--format json` lists them all", plain(state));
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

fn placed(place: &str, n: usize) -> String {
    match (place, n) {
        (place, 1) => place.to_owned(),
        ("", n) => format!("{n} times"),
        (place, n) => format!("{place} and {} more", n - 1),
    }
}

pub(super) fn sampled(doc: &mut Doc, shown: &TriageView<'_>) {
    let lines = collect_lines(TriageState::Routine, shown);
    if lines.is_empty() {
        return;
    }
    let heading = StyledText::plain("A sample of the routine ones");
    doc.blocks.push(Block::Heading(heading));
    let rows = lines.iter().map(|(alike, n, place)| {
        vec![
            StyledText::plain(alike.key),
            StyledText::plain(placed(place, *n)),
            StyledText::plain(alike.message),
        ]
    });
    let columns = vec![flexible("key"), flexible("where"), flexible("why")];
    doc.blocks.push(table(columns, rows.collect()));
    beyond(doc, TriageState::Routine, shown);
}
