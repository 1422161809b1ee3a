//! The next step for a record or an answer.
//!
//! Pure. Start at [`NextView`], [`block`] and [`timing`]. Follows `docs/spec/cli.md`, next steps.

use serde::Serialize;

use crate::gate::receipt::ReceiptStep;
use crate::policy::people::person::Person;
use crate::record::dates;
use crate::record::time::Instant;
use crate::survey::due::{Bucket, DueRecord, Timing};
use crate::survey::next_step::NextStep;
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::shape;

/// The next step in the form of answers.
#[derive(Debug, Serialize)]
pub struct NextView<'a> {
    action: &'a str,
    command: Option<&'a str>,
    waits_for: &'a [Person],
    since: Option<Instant>,
    days: Option<i64>,
    deadline: Option<Instant>,
}

impl<'a> NextView<'a> {
    /// Returns the next step at an instant.
    pub fn of(next: &'a NextStep, now: Instant) -> NextView<'a> {
        let since = next.timing.since(now);
        NextView {
            action: &next.action,
            command: next.command.as_deref(),
            waits_for: &next.waits_for,
            since,
            days: since.map(|since| now.days_since(since)),
            deadline: next.timing.deadline(),
        }
    }
}

/// Returns the next step as an answer and its receipt hold it.
pub fn of_answer(next: NextStep) -> ReceiptStep {
    let NextStep { action, command, waits_for, but, .. } = next;
    ReceiptStep { action, command, waits_for, but }
}

/// The width within which a command and its comment share a line.
const WIDE: usize = 80;

/// Returns the last lines of an answer: the command, and who does what with it.
pub fn block<'a>(next: &ReceiptStep) -> Vec<Block<'a>> {
    let what = format!("{}{}", next.action, waits_for(&next.waits_for, &next.but));
    let paragraph = |text: String| Block::Paragraph(StyledText::with_tone(Tone::Plain, text));
    let Some(command) = &next.command else {
        return vec![paragraph(format!("next: {what}"))];
    };
    let line = format!("next: {command}");
    let whole = format!("{line}  # {what}");
    match whole.chars().count() <= WIDE {
        true => vec![Block::Commands(whole)],
        false => vec![paragraph(what), Block::Commands(line)],
    }
}

/// Returns whom a step waits for, in words; empty if nobody is named and anybody may act.
pub fn waits_for(people: &[Person], but: &[Person]) -> String {
    let names = |people: &[Person], separator: &str| {
        let names = people.iter().map(shape::short_name);
        names.collect::<Vec<_>>().join(separator)
    };
    match (people, but) {
        ([], []) => String::new(),
        ([], but) => format!("; waits for anyone but {}", names(but, " and ")),
        (people, _) => format!("; waits for {}", names(people, " or ")),
    }
}

/// Returns since when a record has been due, or how much time is left: `8 days ago`, `in 4 days`; empty
/// if there is no date.
pub fn timing(due: &DueRecord, now: Instant) -> String {
    match due.timing {
        Timing::Until(at) if is_deadline(due.bucket) => {
            format!("{}, {}", dates::distance(at, now), dates::by(at))
        }
        Timing::Since(at) | Timing::Until(at) => dates::distance(at, now),
        Timing::Claimed(at) if at > now => future(at),
        Timing::Claimed(at) => format!("{}, at least claimed", dates::distance(at, now)),
        Timing::Undated => String::new(),
    }
}

fn is_deadline(bucket: Bucket) -> bool {
    // Nothing ends at its date.
    matches!(bucket, Bucket::EmergencyReviewDue | Bucket::ReviewDue)
}

/// Returns the same as words that follow a state: ` for 8 days`, `, ends in 4 days`.
pub fn age(due: Option<&DueRecord>, next: &NextStep, now: Instant) -> String {
    let is_deadline = due.is_some_and(|due| is_deadline(due.bucket));
    match next.timing {
        Timing::Until(at) if is_deadline => {
            format!(" {}, {}", dates::distance(at, now), dates::by(at))
        }
        Timing::Until(at) => format!(", ends {}", dates::distance(at, now)),
        Timing::Claimed(at) if at > now => format!(", {}", future(at)),
        Timing::Since(at) if at > now => format!(" from {} on", dates::shown(at)),
        Timing::Since(at) => format!(" for {}", dates::span(at, now)),
        Timing::Claimed(at) => format!(" for {}, at least claimed", dates::span(at, now)),
        Timing::Undated => String::new(),
    }
}

/// Returns the text for a typed date in the future, since which nobody can have waited.
pub fn future(at: Instant) -> String {
    format!("dated {}, which is in the future", dates::shown(at))
}
