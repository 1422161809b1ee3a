//! `due --messages`: one message for each person in the escalation chain.
//!
//! Uses status, survey. Pure. Start at [`add`]. Follows `docs/spec/cli.md`, due, and M75 of the mission: made for an
//! issue, a mail or a chat; healthy records are not mentioned.

use serde::Serialize;
use std::collections::BTreeSet;

use crate::diag;
use crate::policy::people::person::PersonView;
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::advice::{self, Next};
use crate::survey::escalate::{AdviceContext, Call, EscalatedTo};
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::json;
use crate::view::next;
use crate::view::shape;

/// The message to one person.
#[derive(Serialize)]
struct MessageView<'a> {
    to: PersonView<'a>,
    subject: String,
    text: String,
    records: Vec<MessageRecord<'a>>,
}

#[derive(Serialize)]
struct MessageRecord<'a> {
    id: &'a str,
    bucket: &'static str,
    since: Option<Instant>,
    deadline: Option<Instant>,
    roles: &'a BTreeSet<String>,
    action: String,
    command: String,
}

/// Replaces the worklist shown to people with messages, and adds them to its records in the JSON object.
pub fn add(doc: &mut Doc, calls: &[Call<'_>], stamp: &Stamp, around: AdviceContext<'_>) {
    doc.blocks.clear();
    let messages: Vec<MessageView<'_>> =
        calls.iter().map(|call| MessageView::of(call, stamp, around)).collect();
    if let Some(object) = doc.json.as_object_mut() {
        let simulated = object.shift_remove("simulated");
        object.insert("messages".to_owned(), json::value(&messages));
        object.extend(simulated.map(|it| ("simulated".to_owned(), it)));
    }
    doc.rows = Some("messages");
    for call in calls {
        let name = shape::name(&call.person);
        let to = StyledText::with_tone(Tone::Strong, format!("To: {name}"));
        doc.blocks.push(Block::Heading(to));
        doc.blocks.push(Block::Paragraph(StyledText::plain(format!(
            "Subject: {}",
            subject(call, stamp)
        ))));
        doc.blocks.push(Block::Verbatim(body(call, stamp, around)));
    }
    if calls.is_empty() {
        let nobody = StyledText::with_tone(Tone::Good, "nobody needs to be notified");
        doc.blocks.push(Block::Paragraph(nobody));
    }
}

impl<'a> MessageView<'a> {
    fn of(call: &'a Call<'_>, stamp: &Stamp, around: AdviceContext<'_>) -> MessageView<'a> {
        let records = call.records.iter();
        MessageView {
            to: PersonView::of(&call.person),
            subject: subject(call, stamp),
            text: body(call, stamp, around),
            records: records.map(|record| MessageRecord::of(record, around)).collect(),
        }
    }
}

impl<'a> MessageRecord<'a> {
    fn of(record: &'a EscalatedTo<'_>, around: AdviceContext<'_>) -> MessageRecord<'a> {
        let step = next_step(record, around);
        MessageRecord {
            id: record.record_state.id(),
            bucket: record.due.bucket.as_str(),
            since: record.due.timing.since(around.instant),
            deadline: record.due.timing.deadline(),
            roles: &record.roles,
            action: step.action,
            command: step.command,
        }
    }
}

fn subject(call: &Call<'_>, stamp: &Stamp) -> String {
    let n = call.records.len();
    let needs = if n == 1 { "needs" } else { "need" };
    let ledger = stamp.name.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
    format!("{} {needs} you{ledger}", diag::count(n, "exception"))
}

fn body(call: &Call<'_>, stamp: &Stamp, around: AdviceContext<'_>) -> String {
    let records = call.records.iter().map(|record| about(record, stamp, around));
    records.collect::<Vec<String>>().join("\n\n")
}

/// Returns the text about one record: which, since when, why, in which role, and the next step.
fn about(record: &EscalatedTo<'_>, stamp: &Stamp, around: AdviceContext<'_>) -> String {
    let (record_state, due) = (record.record_state, record.due);
    let id = record_state.id();
    let title = record_state
        .known_content()
        .map_or("", |record| record.title.as_str())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let bucket = due.bucket.as_str().replace('-', " ");
    let when = next::timing(due, stamp.instant);
    let colon = if when.is_empty() { "" } else { ": " };
    let roles: Vec<String> = record.roles.iter().map(|role| role.replace('_', " ")).collect();
    let mut lines = vec![format!("{id}  {title}"), format!("  {bucket}{colon}{when}")];
    lines.extend(record_state.reasons.first().map(|why| format!("  why: {why}")));
    lines.push(format!("  you receive this as {}", roles.join(" and ")));
    let step = next_step(record, around);
    lines.push(format!("  next: {}", step.action));
    lines.push(format!("  run: {}", step.command));
    lines.join("\n")
}

fn next_step(record: &EscalatedTo<'_>, around: AdviceContext<'_>) -> Next {
    let id = record.record_state.id();
    advice::next(record.record_state, id, Some(record.due), around)
}
