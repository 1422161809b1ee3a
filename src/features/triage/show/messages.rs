//! `triage --messages`: one message for each person who owns an input, or is notified of one.
//!
//! Pure. Start at `add`. Follows `docs/spec/cli.md`, triage, `--messages`: made for an issue, a mail or a chat, so each
//! text has an end, whatever the number of inputs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag;
use crate::features::triage::messages;
use crate::features::triage::messages::{MessageInput, TriageMessage};
use crate::features::triage::show::content::{TriageView, plain};
use crate::policy::people::person::Person;
use crate::survey::event::TriageState;
use crate::survey::next_step::{self, NextStep};
use crate::view::doc::{Block, Doc, RowColumns, StyledText, Tone};
use crate::view::messages::{attach, show};
use crate::view::shape::{self, cut};

const MOST_ENTRIES: usize = 20;

const LONGEST_NAME: usize = 120;
const LONGEST_WHY: usize = 400;

#[derive(Serialize)]
struct TriageMessageView<'a> {
    to: &'a Person,
    subject: String,
    text: String,
    inputs: Vec<MessageInputView<'a>>,
}

#[derive(Serialize)]
struct MessageInputView<'a> {
    source: Option<&'a String>,
    index: Option<u64>,
    key: Option<&'a str>,
    state: TriageState,
    message: &'a str,
}

pub(super) fn add(doc: &mut Doc, shown: &TriageView<'_>) {
    let messages = messages::triage_messages(&shown.answer.counts);
    let views: Vec<TriageMessageView<'_>> =
        messages.iter().map(|message| TriageMessageView::of(message, shown)).collect();
    attach(doc, &views, TriageMessageView::COLUMNS);
    for (message, view) in messages.iter().zip(views) {
        show(doc, &message.person, &view.subject, view.text);
    }
    if messages.is_empty() {
        let nobody = StyledText::with_tone(Tone::Muted, "nobody is notified");
        doc.blocks.push(Block::Paragraph(nobody));
    }
}

/// Returns how many inputs have no owner, and what helps; `None` if all have one.
pub fn without_owner(shown: &TriageView<'_>) -> Option<String> {
    let (ownerless, untold) = shown.answer.counts.without_owner();
    if ownerless == 0 {
        return None;
    }
    let who = match untold {
        0 => "others are notified".to_owned(),
        n if n == ownerless => "nobody is notified".to_owned(),
        n => format!("nobody is notified of {n}"),
    };
    let help = "name owners in `assets` of exledger.yaml, or in CODEOWNERS";
    Some(format!("without an owner: {} ({who}): {help}", diag::count(ownerless, "input")))
}

impl<'a> TriageMessageView<'a> {
    const COLUMNS: &'static RowColumns =
        &[("", "to.email to.name subject text"), ("inputs.", "source index key state message")];

    fn of(message: &'a TriageMessage<'_>, shown: &'a TriageView<'_>) -> TriageMessageView<'a> {
        let inputs = message.inputs.iter().map(|input| MessageInputView {
            source: shown.sources.get(input.input.origin.source),
            index: input.input.origin.index,
            key: input.input.key.map(|_| shown.answer.counts.text(input.input.key)),
            state: input.state,
            message: shown.answer.counts.text(input.input.message),
        });
        TriageMessageView {
            to: &message.person,
            subject: subject(message, shown),
            text: text(message, shown),
            inputs: inputs.collect(),
        }
    }
}

fn subject(message: &TriageMessage<'_>, shown: &TriageView<'_>) -> String {
    let owned: usize = message.owned.values().sum();
    let notified: usize = message.notified.values().sum();
    if let ([only], 1) = (message.inputs.as_slice(), owned + notified) {
        let state = plain(only.state);
        let mut chars = state.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        let state: String = first.into_iter().chain(chars).collect();
        return format!("{state}: {}", about(only, shown, 0));
    }
    let ledger = shown.stamp().name.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
    let need = if owned == 1 { "needs" } else { "need" };
    match (owned, notified) {
        (0, n) => format!("{} for your information{ledger}", diag::count(n, "input")),
        (n, 0) => format!("{} {need} you{ledger}", diag::count(n, "input")),
        (n, more) => {
            format!("{} {need} you, {more} for your information{ledger}", diag::count(n, "input"))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EntryKey<'a> {
    state: TriageState,
    is_for_information: bool,
    kind: &'a str,
    /// What an event is about; findings in several places are alike.
    about: &'a str,
    message: &'a str,
    because: &'a str,
}

fn text(message: &TriageMessage<'_>, shown: &TriageView<'_>) -> String {
    let mut entries: BTreeMap<EntryKey<'_>, (usize, &MessageInput<'_>)> = BTreeMap::new();
    for input in &message.inputs {
        let place = shown.answer.counts.text(input.input.place);
        let key = EntryKey {
            state: input.state,
            is_for_information: !input.is_owner,
            kind: shown.answer.counts.text(input.input.kind),
            about: if is_event(input) { place } else { "" },
            message: shown.answer.counts.text(input.input.message),
            because: &input.route.because,
        };
        entries.entry(key).or_insert((0, input)).0 += 1;
    }
    let mut parts = Vec::new();
    for state in TriageState::ALL.iter().filter(|state| message.n(**state) > 0) {
        let of_state = entries.iter().filter(|(key, _)| key.state == *state);
        let mut told = 0;
        for (_, (n, first)) in of_state.take(MOST_ENTRIES) {
            told += n;
            parts.push(entry(first, *n, shown));
        }
        let rest = message.n(*state).saturating_sub(told);
        if rest > 0 {
            let n = format!("and {rest} more that {} {}", verb(rest), plain(*state));
            parts.push(format!("{n}: `exledger triage … --format json` lists them all"));
        }
    }
    parts.join("\n\n")
}

fn verb(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn entry(first: &MessageInput<'_>, n: usize, shown: &TriageView<'_>) -> String {
    let why = cut(shown.answer.counts.text(first.input.message), LONGEST_WHY);
    let mut lines =
        vec![about(first, shown, n - 1), format!("  {}: {why}", plain(first.state)), role(first)];
    if let Some(source) = shown.sources.get(first.input.origin.source) {
        let index = if is_event(first) { first.input.origin.index } else { None };
        let index = index.map(|index| format!(":{index}")).unwrap_or_default();
        lines.push(format!("  in: {}{index}", cut(source, LONGEST_NAME)));
    }
    let NextStep { action, command, .. } = next(first, shown);
    lines.push(format!("  next: {action}"));
    lines.extend(command.map(|command| format!("  run: {command}")));
    lines.join("\n")
}

fn about(first: &MessageInput<'_>, shown: &TriageView<'_>, others: usize) -> String {
    let place = cut(shown.answer.counts.text(first.input.place), LONGEST_NAME);
    let kind = cut(shown.answer.counts.text(first.input.kind), LONGEST_NAME);
    let gap = if place.is_empty() { "" } else { "  " };
    let more = if others == 0 { String::new() } else { format!(" and {others} more") };
    format!("{kind}{gap}{place}{more}")
}

fn role(first: &MessageInput<'_>) -> String {
    match &first.route.owner {
        _ if first.is_owner => format!("  you receive this as {}", first.route.because),
        Some(owner) => format!("  you are notified; it goes to {}", shape::name(owner)),
        None => format!("  you are notified; it has no owner: {}", first.route.because),
    }
}

fn next(first: &MessageInput<'_>, shown: &TriageView<'_>) -> NextStep {
    let (is_pending, was_covered) =
        (first.state == TriageState::Pending, first.state == TriageState::ExpiredCover);
    next_step::answer::of_input(
        is_pending,
        was_covered,
        shown.answer.counts.text(first.input.record),
    )
}

/// Tells whether an input is an event: its key is then not what is shown.
fn is_event(it: &MessageInput<'_>) -> bool {
    it.input.kind != it.input.key
}
