//! A change as a part of a comment on a pull request: what a reviewer has to know, and how to approve it.
//!
//! Start at [`part`]. A new record is shown in full; of a changed one, the values before and after.

use crate::diag;
use crate::features::diff::show::{RecordChange, fields, how};
use crate::record::time::{Instant, not_after};
use crate::record::vocabulary::Vocabulary;
use crate::record::{CompensatingControl, Record, credential};
use crate::rules::event_details::EventDetail;
use crate::view::doc;
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::shape;

/// The byte budget, less what follows the parts: the number of those left out, and the footer.
pub(super) const ROOM: usize = doc::COMMENT - 1_000;

/// The maximum number of characters of the justification.
const LONGEST_WHY: usize = 1_500;

/// The maximum number of characters of another value.
const LONGEST: usize = 300;

/// The maximum number of lines of what findings cover: those of twenty texts.
const MOST_COVERED: usize = 220;

const MOST: usize = 12;

#[derive(Clone, Copy, Debug)]
pub(super) struct CommentContext<'a> {
    pub(super) branch: Option<&'a str>,
    pub(super) is_first: bool,
    pub(super) signers: &'a str,
    pub(super) from: Option<Instant>,
}

pub(super) fn part(change: &RecordChange, around: CommentContext<'_>) -> Block<'static> {
    let title = change.title.clone().map(credential::hidden).unwrap_or_default();
    let heading = match shape::cut(&title, 120).as_str() {
        "" => change.id.clone(),
        title => format!("{}: {title}", change.id),
    };
    let mut blocks = vec![Block::Heading(StyledText::plain(heading))];
    let events: Vec<String> = change
        .events
        .iter()
        .map(|event| event_text(event, change.before.is_none()))
        .map(|text| shape::cut(&text, LONGEST))
        .collect();
    blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Strong, events.join("; "))));
    let Some(after) = &change.after else {
        let text = StyledText::plain("Not allowed: records are closed, never removed or broken.");
        blocks.push(Block::Paragraph(text));
        return Block::Part("exception", blocks);
    };
    if let Some(also) = &change.also {
        let text = shape::cut(&credential::hidden(also.clone()), 2 * LONGEST);
        blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Warn, capital(&text))));
    }
    let pairs = match &change.before {
        None => stated(change, after, around),
        Some(before) => {
            let mut rows = fields::pairs(fields::differing(before, after));
            let n_more = rows.len().saturating_sub(MOST);
            rows.truncate(MOST);
            if n_more > 0 {
                let text = format!("{} differ, too", diag::count(n_more, "field"));
                rows.push(("more".to_owned(), StyledText::plain(text)));
            }
            rows
        }
    };
    let mut pairs = pairs;
    if !change.covers.is_empty() {
        pairs.push(("Covers".to_owned(), StyledText::plain(covered(&change.covers))));
    }
    blocks.push(Block::Pairs(pairs));
    blocks.extend(how::blocks(change, around));
    if change.before.is_none() {
        let summary = StyledText::plain(format!("{}: all fields", change.id));
        blocks.push(Block::Folded(summary, vec![Block::Table(fields::stated(after))]));
    }
    Block::Part("exception", blocks)
}

fn covered(lines: &[String]) -> String {
    let mut shown: Vec<String> = lines.iter().take(MOST_COVERED).cloned().collect();
    let n_more = lines.len() - shown.len();
    if n_more > 0 {
        shown.push(format!("… and {}: `exledger show` has all", diag::count(n_more, "more line")));
    }
    shown.join("\n")
}

/// Returns an event; of a new record without its end, which has a line of its own.
fn event_text(event: &EventDetail, is_new: bool) -> String {
    let line = credential::hidden(event.line());
    match line.split_once(", until ") {
        Some((rest, _)) if is_new => rest.to_owned(),
        _ => line,
    }
}

fn stated(
    change: &RecordChange,
    after: &Record,
    around: CommentContext<'_>,
) -> Vec<(String, StyledText)> {
    let mut pairs: Vec<(String, StyledText)> = Vec::new();
    let mut add = |label: &str, text: String, most: usize| {
        let text = shape::cut(&credential::hidden(text), most);
        if !text.is_empty() {
            pairs.push((label.to_owned(), StyledText::plain(text)));
        }
    };
    add("Why", after.justification.clone(), LONGEST_WHY);
    add("Subject", subject(after), LONGEST);
    let rule = after.deviates_from.rule.iter().cloned();
    let controls = change.controls.iter().map(|(id, title)| match title {
        Some(title) => format!("{id} ({title})"),
        None => id.clone(),
    });
    let deviation: Vec<String> = some(rule.chain(controls).collect(), "control");
    add("Deviates from", deviation.join("; "), 2 * LONGEST);
    add("Scope", fields::text(&after.scope), 2 * LONGEST);
    add("Risk", risk(after), LONGEST);
    add("Cause", after.root_cause.as_str().to_owned(), LONGEST);
    let owner = format!("{} ({})", after.owner.name, after.owner.email);
    let requester =
        after.requester.as_ref().map_or_else(String::new, |it| format!(", on behalf of {it}"));
    add("Owner", owner + &requester, LONGEST);
    add("Until", until(after, around.from), LONGEST);
    let triggers: Vec<String> = after
        .triggers
        .iter()
        .map(|trigger| format!("{}, then {}", trigger.when.trim(), trigger.then.as_str()))
        .collect();
    add("Sooner if", some(triggers, "trigger").join("; "), 2 * LONGEST);
    let controls = after.compensating_controls.iter().map(control);
    let controls = match some(controls.collect(), "control").join("\n") {
        none if none.is_empty() => StyledText::with_tone(Tone::Warn, "none"),
        lines => StyledText::plain(lines),
    };
    pairs.push(("Compensating controls".to_owned(), controls));
    pairs
}

fn some(mut entries: Vec<String>, noun: &str) -> Vec<String> {
    let n_more = entries.len().saturating_sub(MOST);
    entries.truncate(MOST);
    if n_more > 0 {
        entries.push(diag::count(n_more, &format!("more {noun}")));
    }
    entries
}

fn subject(after: &Record) -> String {
    let subject = &after.subject;
    let kind = subject.identity_type.map_or("identity", Vocabulary::as_str);
    let parts = [
        (kind, &subject.identity),
        ("credential", &subject.credential),
        ("asset", &subject.asset),
        ("application", &subject.application),
        ("environment", &subject.environment),
        ("vendor", &subject.vendor),
        ("task", &subject.task),
    ];
    let stated = parts.into_iter().filter_map(|(kind, value)| Some((kind, value.as_ref()?)));
    stated.map(|(kind, value)| format!("{kind} {value}")).collect::<Vec<_>>().join(", ")
}

fn risk(after: &Record) -> String {
    let risk = &after.risk;
    let radius =
        risk.blast_radius.as_ref().map_or_else(String::new, |radius| format!(": {radius}"));
    let owner =
        risk.owner.as_ref().map_or_else(String::new, |owner| format!(", accepted by {owner}"));
    format!("{}{owner}{radius}", risk.level.as_str())
}

fn until(after: &Record, from: Option<Instant>) -> String {
    let end = not_after(&after.expires);
    let days = |begin: Instant| {
        let seconds = end.seconds_since(begin);
        diag::count(usize::try_from((seconds.max(0) + 86_399) / 86_400).unwrap_or(0), "day")
    };
    match (&after.starts, from) {
        (Some(starts), _) => {
            format!("{}, {} from {starts}", after.expires, days(starts.start()))
        }
        (None, Some(from)) => {
            format!("{}, {} from {}", after.expires, days(from.day().start()), from.day())
        }
        (None, None) => after.expires.to_string(),
    }
}

fn control(control: &CompensatingControl) -> String {
    let verified = control.verified.map_or_else(String::new, |day| format!(", verified {day}"));
    let text = format!(
        "{} ({}{verified}): {} ({})",
        control.id,
        control.status.as_str(),
        control.description.trim(),
        control.owner
    );
    shape::cut(&credential::hidden(text), LONGEST)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
