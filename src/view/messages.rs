//! `queue --messages`: one message for each person who can act on a record or a frozen pattern, or has asked for one.
//!
//! Pure. Start at [`add`]. Follows `docs/spec/cli.md`, queue, and M75 of the mission: made for an issue, a mail or a chat;
//! healthy records are not mentioned.

use serde::Serialize;
use std::collections::BTreeSet;

use crate::diag;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::time::{Instant, not_after};
use crate::record::{Record, credential, dates};
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::decided::DecisionKind;
use crate::survey::escalate::AdviceContext;
use crate::survey::follow_up::{FollowUp, FollowUpBucket};
use crate::survey::messages::{ItemSubject, MessageItem, MessageTopic, PersonMessage};
use crate::view::doc::{Block, Doc, RowColumns, StyledText, Tone};
use crate::view::follow_up::{self, GroupKey};
use crate::view::redesign::pattern_text;
use crate::view::{json, next, shape};

/// The maximum number of characters of a title in a subject, and of a justification.
const LONGEST_TITLE: usize = 80;
const LONGEST_WHY: usize = 300;

const MOST_IDS: usize = 10;

#[derive(Serialize)]
struct MessageView<'a> {
    to: RecipientView<'a>,
    subject: String,
    text: String,
    records: Vec<MessageRecord<'a>>,
}

#[derive(Serialize)]
struct RecipientView<'a> {
    #[serde(flatten)]
    person: &'a Person,
    login: Option<String>,
}

#[derive(Serialize)]
struct MessageRecord<'a> {
    id: Option<&'a str>,
    key: Option<GroupKey<'a>>,
    bucket: &'static str,
    since: Option<Instant>,
    deadline: Option<Instant>,
    roles: &'a BTreeSet<String>,
    action: &'a str,
    command: &'a str,
}

/// Replaces the worklist shown to people with messages, and adds them to its records in the JSON object.
pub fn add(
    doc: &mut Doc,
    messages: &[PersonMessage<'_>],
    stamp: &Stamp,
    around: AdviceContext<'_>,
) {
    doc.blocks.clear();
    let views: Vec<MessageView<'_>> =
        messages.iter().map(|message| MessageView::of(message, stamp, around)).collect();
    attach(doc, &views, MessageView::COLUMNS);
    for (message, view) in messages.iter().zip(views) {
        show(doc, &message.person, &view.subject, view.text);
    }
    if messages.is_empty() {
        let nobody = StyledText::with_tone(Tone::Good, "nobody needs to be notified");
        doc.blocks.push(Block::Paragraph(nobody));
    }
}

/// Adds messages to the JSON object, and makes them the rows of the answer.
pub(crate) fn attach(doc: &mut Doc, messages: &impl Serialize, columns: &RowColumns) {
    if let Some(object) = doc.json.as_object_mut() {
        let simulated = object.shift_remove("simulated");
        object.insert("messages".to_owned(), json::value(messages));
        object.extend(simulated.map(|value| ("simulated".to_owned(), value)));
    }
    doc.rows = Some("messages");
    doc.columns.clear();
    doc.name_columns(columns);
}

pub(crate) fn show(doc: &mut Doc, to: &Person, subject: &str, text: String) {
    let heading = StyledText::with_tone(Tone::Strong, format!("To: {}", shape::name(to)));
    let subject = StyledText::plain(format!("Subject: {subject}"));
    let inside = vec![Block::Heading(heading), Block::Paragraph(subject), Block::Verbatim(text)];
    doc.blocks.push(Block::Part("message", inside));
}

impl<'a> MessageView<'a> {
    const COLUMNS: &'static RowColumns = &[
        ("", "to.email to.name to.login subject text"),
        ("records.", "id key bucket since deadline roles action command"),
    ];

    fn of(
        message: &'a PersonMessage<'_>,
        stamp: &Stamp,
        around: AdviceContext<'_>,
    ) -> MessageView<'a> {
        let person = &message.person;
        let records = message.items.iter();
        let texts = message.items.iter().map(|item| about(item, stamp));
        MessageView {
            to: RecipientView { person, login: people::login_of(around.governance, person) },
            subject: subject(message, stamp),
            text: texts.collect::<Vec<String>>().join("\n\n"),
            records: records.map(|item| MessageRecord::of(item, around)).collect(),
        }
    }
}

impl<'a> MessageRecord<'a> {
    fn of(item: &'a MessageItem<'_>, around: AdviceContext<'_>) -> MessageRecord<'a> {
        MessageRecord {
            id: item.subject.id(),
            key: GroupKey::of(item.subject),
            bucket: item.topic.bucket(),
            since: item.timing.since(around.instant),
            deadline: item.timing.deadline(),
            roles: &item.roles,
            action: &item.action,
            command: &item.command,
        }
    }
}

fn subject(message: &PersonMessage<'_>, stamp: &Stamp) -> String {
    let ledger = stamp.name.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
    if let [only] = message.items.as_slice() {
        let what = topic(&only.topic);
        return match (shape::cut(&title(only), LONGEST_TITLE).as_str(), only.subject.id()) {
            ("", id) => format!("{what}: {}{ledger}", id.unwrap_or_default()),
            (title, Some(id)) => format!("{what}: {title} ({id})"),
            (title, None) => format!("{what}: {title}{ledger}"),
        };
    }
    let count =
        |is: fn(&MessageTopic) -> bool| message.items.iter().filter(|item| is(&item.topic)).count();
    let needs = count(|topic| matches!(topic, MessageTopic::Due(_) | MessageTopic::Approve(_)));
    let waits = count(|topic| matches!(topic, MessageTopic::Waits(_)));
    let decided = count(|topic| matches!(topic, MessageTopic::Decided(_)));
    let verb = |n: usize, one: &str, several: &str| {
        if n == 1 { one.to_owned() } else { several.to_owned() }
    };
    let counts = [
        (needs, verb(needs, "needs you", "need you")),
        (waits, verb(waits, "waits for approval", "wait for approval")),
        (decided, verb(decided, "was decided", "were decided")),
    ];
    let present = counts.into_iter().filter(|(n, _)| *n > 0).enumerate();
    // The noun is written once.
    let mut parts: Vec<String> = present
        .map(|(place, (n, what))| match place {
            0 => format!("{} {what}", diag::count(n, "exception")),
            _ => format!("{n} {what}"),
        })
        .collect();
    let redesigns =
        count(|topic| matches!(topic, MessageTopic::FollowUp(bucket) if bucket.is_problem()));
    if redesigns > 0 {
        let needs = verb(redesigns, "needs you", "need you");
        parts.push(format!("{} {needs}", diag::count(redesigns, "redesign")));
    }
    let frozen =
        count(|topic| matches!(topic, MessageTopic::FollowUp(FollowUpBucket::FrozenPattern)));
    if frozen > 0 {
        let needs = verb(frozen, "needs a redesign", "need a redesign");
        parts.push(format!("{} {needs}", diag::count(frozen, "repeated cause")));
    }
    format!("{}{ledger}", parts.join(", "))
}

fn topic(topic: &MessageTopic) -> String {
    let words = match topic {
        MessageTopic::Approve(_) => "Approve or reject",
        MessageTopic::Waits(_) => "Waits for approval",
        MessageTopic::Decided(DecisionKind::Approved) => "Approved",
        MessageTopic::Decided(DecisionKind::Vetoed) => "Vetoed",
        MessageTopic::Decided(DecisionKind::Rejected) => "Rejected",
        MessageTopic::Decided(DecisionKind::Revoked) => "Revoked",
        MessageTopic::Due(due) => return capitalized(due.bucket.as_str()),
        MessageTopic::FollowUp(bucket) => return capitalized(bucket.as_str()),
    };
    words.to_owned()
}

fn capitalized(bucket: &str) -> String {
    let bucket = bucket.replace('-', " ");
    let mut chars = bucket.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn title(item: &MessageItem<'_>) -> String {
    let title = match item.subject {
        ItemSubject::Record(record_state) => {
            record_state.known_content().map_or("", |record| record.title.as_str())
        }
        ItemSubject::FollowUp(follow_up) => follow_up.title(),
    };
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn about(item: &MessageItem<'_>, stamp: &Stamp) -> String {
    match item.subject {
        ItemSubject::Record(record_state) => about_record(item, record_state, stamp),
        ItemSubject::FollowUp(follow_up) => about_follow_up(item, follow_up, stamp),
    }
}

fn about_follow_up(item: &MessageItem<'_>, follow_up: &FollowUp, stamp: &Stamp) -> String {
    let ids = follow_up.records();
    let more = match ids.len().saturating_sub(MOST_IDS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<&str> = ids.iter().take(MOST_IDS).map(String::as_str).collect();
    let id = follow_up.id().map_or_else(String::new, |id| format!("{id}  "));
    let mut lines = vec![
        format!("{id}{}", title(item)),
        bucket_line(item.topic.bucket(), &follow_up::since(follow_up, stamp.instant)),
    ];
    if let Some(due) = follow_up.redesign() {
        lines.push(format!("  pattern: {}", pattern_text(&due.redesign)));
    }
    if !named.is_empty() {
        lines.push(format!("  records: {}{more}", named.join(", ")));
    }
    lines.extend([
        roles(item),
        format!("  next: {}", item.action),
        format!("  run: {}", item.command),
    ]);
    lines.join("\n")
}

fn roles(item: &MessageItem<'_>) -> String {
    let roles: Vec<String> = item.roles.iter().map(|role| role.replace('_', " ")).collect();
    format!("  you receive this as {}", roles.join(" and "))
}

fn bucket_line(bucket: &str, when: &str) -> String {
    let colon = if when.is_empty() { "" } else { ": " };
    format!("  {}{colon}{when}", bucket.replace('-', " "))
}

fn about_record(item: &MessageItem<'_>, record_state: &RecordState, stamp: &Stamp) -> String {
    let record = record_state.known_content();
    let mut lines = vec![format!("{}  {}", record_state.id(), title(item)), state(item, stamp)];
    lines.extend(record.map(|record| until(record_state, record, stamp)));
    match (&item.topic, record) {
        (MessageTopic::Approve(_), Some(record)) => lines.extend(request(record_state, record)),
        (MessageTopic::Decided(_) | MessageTopic::Waits(_), _) => {}
        _ => {
            lines.extend(record_state.reasons.first().map(|why| format!("  why: {}", why.cause())))
        }
    }
    lines.push(roles(item));
    match item.topic {
        MessageTopic::Due(_) | MessageTopic::Approve(_) => {
            lines.push(format!("  next: {}", item.action));
        }
        MessageTopic::Waits(_) => lines.push(format!("  {}", item.action)),
        MessageTopic::FollowUp(_) | MessageTopic::Decided(_) => {}
    }
    lines.push(format!("  run: {}", item.command));
    if !record_state.path.is_empty() {
        let on =
            item.branch.as_ref().map_or_else(String::new, |branch| format!(", on branch {branch}"));
        lines.push(format!("  file: {}{on}", record_state.path));
    }
    lines.join("\n")
}

fn state(item: &MessageItem<'_>, stamp: &Stamp) -> String {
    let Some(due) = item.topic.due() else {
        let at = item
            .timing
            .at()
            .map_or_else(String::new, |at| format!("  {}: ", dates::distance(at, stamp.instant)));
        return format!("{}{}", if at.is_empty() { "  " } else { &at }, item.action);
    };
    bucket_line(due.bucket.as_str(), &next::timing(due, stamp.instant))
}

fn until(record_state: &RecordState, record: &Record, stamp: &Stamp) -> String {
    let end = record_state.not_after.unwrap_or_else(|| not_after(&record.expires));
    let shown = dates::last_day(end).map_or_else(|| end.to_string(), |day| day.to_string());
    let ends = if end <= stamp.instant { "ended" } else { "until" };
    format!("  {ends}: {shown}, {}", dates::distance(end, stamp.instant))
}

fn request(record_state: &RecordState, record: &Record) -> Vec<String> {
    let why = credential::hidden(record.justification.clone());
    let pending = record_state.pending.first();
    let events =
        pending.filter(|_| record_state.landed.is_some()).map(|pending| pending.events.join(", "));
    let mut lines: Vec<String> = events
        .filter(|event| !event.is_empty())
        .map(|event| format!("  change: {event}"))
        .into_iter()
        .collect();
    lines.push(format!("  because: {}", shape::cut(&why, LONGEST_WHY)));
    lines.push(format!(
        "  risk: {}; owner: {} <{}>",
        record.risk.level.as_str(),
        record.owner.name,
        record.owner.email
    ));
    lines
}
