//! The answer of the program without a command: a ledger in a few lines.
//!
//! Uses survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, overview.

use serde::Serialize;

use crate::diag;
use crate::record::dates;
use crate::status::stamp::Stamp;
use crate::survey::overview::Overview;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::shape;

#[derive(Serialize)]
struct OverviewAnswer<'a> {
    in_force: usize,
    waiting: usize,
    overdue: usize,
    ending_soon: usize,
    unknown: usize,
    next: Option<NextStepView<'a>>,
}

/// What to do first.
#[derive(Serialize)]
struct NextStepView<'a> {
    id: &'a str,
    action: &'a str,
    command: &'a str,
}

/// Returns the answer.
pub fn doc(overview: &Overview<'_>, stamp: &Stamp) -> Doc<'static> {
    let first = overview.first;
    let mut doc = shape::stamped(
        stamp,
        "overview",
        &OverviewAnswer {
            in_force: overview.in_force,
            waiting: overview.waiting,
            overdue: overview.overdue,
            ending_soon: overview.ending_soon,
            unknown: overview.unknown,
            next: first.map(|item| NextStepView {
                id: item.record_state.id(),
                action: &item.next.action,
                command: &item.next.command,
            }),
        },
    );
    let mut in_force = StyledText::plain(diag::count(overview.in_force, "exception"));
    if overview.ending_soon > 0 {
        in_force = in_force
            .and(Tone::Plain, ", ")
            .and(Tone::Warn, format!("{} ending soon", overview.ending_soon));
    }
    let mut pairs = vec![
        pair("in force", in_force),
        pair("waiting", count(overview.waiting, "for approval", Tone::Warn)),
        pair("overdue", count(overview.overdue, "past a deadline", Tone::Bad)),
        pair(
            "next end",
            match overview.next_end {
                Some((record, end)) => StyledText::with_tone(Tone::Id, record.id()).and(
                    Tone::Plain,
                    format!(", {} ({})", dates::lasts(end), dates::distance(end, stamp.instant)),
                ),
                None => StyledText::with_tone(Tone::Muted, "none"),
            },
        ),
        pair(
            "next step",
            match first {
                Some(item) => StyledText::with_tone(Tone::Id, item.record_state.id())
                    .and(Tone::Plain, format!(": {}\n", item.next.action))
                    .and(Tone::Command, item.next.command.as_str()),
                None => StyledText::with_tone(Tone::Good, "nothing needs attention"),
            },
        ),
    ];
    if overview.unknown > 0 {
        let records = diag::count(overview.unknown, "record");
        let text = format!("{records} could not be determined, and not counted below");
        pairs.insert(0, pair("unknown", StyledText::with_tone(Tone::Bad, text)));
    }
    doc.blocks.push(Block::Pairs(pairs));
    doc
}

fn pair(name: &str, text: StyledText) -> (String, StyledText) {
    (name.to_owned(), text)
}

fn count(n: usize, what: &str, tone: Tone) -> StyledText {
    if n == 0 {
        return StyledText::with_tone(Tone::Muted, "none");
    }
    StyledText::with_tone(tone, format!("{n} {what}"))
}
