//! The answer of the program without a command: a ledger in a few lines.
//!
//! Pure. Start at `doc`. Follows `docs/spec/cli.md`, overview.

use crate::diag;
use crate::record::dates;
use crate::status::stamp::Stamp;
use crate::survey::overview::{FirstStep, Overview};
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::shape;

/// Returns the answer.
pub fn doc(overview: &Overview<'_>, stamp: &Stamp) -> Doc<'static> {
    let first = overview.first;
    let mut doc = shape::stamped(stamp, "overview", overview);
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
                Some(first) => next_step(first),
                None => StyledText::with_tone(Tone::Good, "nothing needs attention"),
            },
        ),
    ];
    if overview.frozen > 0 {
        let causes =
            format!("{} without a redesign", diag::count(overview.frozen, "repeated cause"));
        let place = pairs.len().saturating_sub(1);
        pairs.insert(place, pair("frozen", StyledText::with_tone(Tone::Bad, causes)));
    }
    if overview.unknown > 0 {
        let records = diag::count(overview.unknown, "record");
        let text = format!("{records} could not be determined, and not counted below");
        pairs.insert(0, pair("unknown", StyledText::with_tone(Tone::Bad, text)));
    }
    doc.blocks.push(Block::Pairs(pairs));
    if overview.overlapping > 0 {
        let verb = if overview.overlapping == 1 { "is" } else { "are" };
        let records = diag::count(overview.overlapping, "exception");
        let text = format!("{records} {verb} counted in more than one line");
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
    doc
}

fn next_step(first: FirstStep<'_>) -> StyledText {
    let name = match first {
        FirstStep::Record(item) => StyledText::with_tone(Tone::Id, item.record_state.id()),
        FirstStep::FollowUp(follow_up) => match follow_up.id() {
            Some(id) => StyledText::with_tone(Tone::Id, id),
            None => StyledText::plain(follow_up.title()),
        },
    };
    let (action, command) = first.action();
    name.and(Tone::Plain, format!(": {action}\n")).and(Tone::Command, command.unwrap_or_default())
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
