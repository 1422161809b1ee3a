//! `log`: the trail of one record, a line for each landed change.
//!
//! Uses approval, status, survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, log. One event for each change of
//! meaning in the JSON; in the table those of one landing share a line.

use crate::approval::verdict::{Counts, FourEyes, Satisfied, Vote};
use crate::history::change::event::Event;
use crate::history::objects;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::acts::Act;
use crate::view::doc::{Block, Column, Doc, Fit, Table, Text, Tone};
use crate::view::record;
use crate::view::shape;
use crate::view::statements;
use serde_json::{Value, json};

/// What `log` shows.
#[derive(Debug)]
pub struct Log<'a> {
    /// What it was computed from.
    pub stamp: &'a Stamp,
    /// The record.
    pub standing: &'a RecordState,
    /// What happened, oldest first.
    pub acts: Vec<Act<'a>>,
    /// Whether values are shown to people too; scripts get them in any case.
    pub shows_values: bool,
}

/// Returns the answer.
pub fn doc(log: &Log<'_>) -> Doc<'static> {
    let events: Vec<Value> = log.acts.iter().map(json).collect();
    let id = log.standing.id();
    let mut doc = shape::stamped(log.stamp, "log", json!({"id": id, "events": events}));
    doc.rows = Some("events");
    let title = log
        .standing
        .known_content()
        .map_or("", |record| record.title.as_str());
    let heading = Text::of(Tone::Id, id).and(Tone::Plain, "  ");
    doc.blocks
        .push(Block::Heading(heading.and(Tone::Strong, title)));
    if log.acts.is_empty() {
        doc.blocks
            .push(Block::Paragraph(Text::of(Tone::Warn, vacant(log.standing))));
        return doc;
    }
    if log.shows_values {
        for acts in landings(&log.acts) {
            doc.blocks.extend(patch(acts));
        }
    } else {
        doc.blocks.push(Block::Table(table(&log.acts)));
    }
    doc.blocks.extend(said(&log.acts));
    doc.blocks.extend(to_add(&log.acts));
    doc
}

/// Returns a row for each landing of a trail.
pub fn table(acts: &[Act<'_>]) -> Table {
    Table {
        columns: columns(),
        rows: landings(acts).into_iter().map(row).collect(),
    }
}

/// Returns what was said that the rows of [`table`] do not tell.
pub fn said<'a>(acts: &[Act<'_>]) -> Vec<Block<'a>> {
    let all = acts.iter().flat_map(|act| act.statements.iter().copied());
    let shown = statements::beyond_approvers(all);
    if shown.is_empty() {
        Vec::new()
    } else {
        vec![
            Block::Heading(Text::plain("Statements")),
            Block::Table(statements::table(&shown)),
        ]
    }
}

/// Returns what the policy needs before the landed version can be approved: whose account is whose.
fn to_add<'a>(acts: &[Act<'_>]) -> Option<Block<'a>> {
    let last = acts.last()?.verdict;
    let to_add = last.missing.iter().find_map(|it| it.add.as_ref())?;
    let words = format!("not approved yet: add {to_add} of the policy, then approve again");
    Some(Block::Paragraph(Text::of(Tone::Warn, words)))
}

/// Says where a record is that has not landed.
pub fn vacant(standing: &RecordState) -> String {
    let places: Vec<String> = standing
        .pending
        .iter()
        .map(|pending| match &pending.branch {
            Some(branch) => format!("on {branch}"),
            None => "in the work tree".to_owned(),
        })
        .collect();
    let place = if places.is_empty() {
        "elsewhere".to_owned()
    } else {
        places.join(" and ")
    };
    format!("nothing of it has landed: it is proposed {place} alone, and grants nothing")
}

fn json(act: &Act<'_>) -> Value {
    let verdict = act.verdict;
    let authors: Vec<Value> = verdict.authors.iter().map(record::author).collect();
    let approvers: Vec<Value> = act.approvers.iter().map(|it| shape::approver(it)).collect();
    let statements: Vec<Value> = act
        .statements
        .iter()
        .map(|it| statements::json(it))
        .collect();
    let changes: Vec<Value> = act
        .changes
        .iter()
        .map(|it| json!({"field": it.field, "from": it.from, "to": it.to}))
        .collect();
    json!({
        "event": act.event.word(),
        "commit": act.commit.to_string(),
        "at": act.at,
        "policy": verdict.policy_commit,
        "authors": authors,
        "approvers": approvers,
        "statements": statements,
        "result": act.result.word(),
        "flags": verdict.flags,
        "pull_request": request(act),
        "changes": changes,
    })
}

/// Returns the acts of each landing.
fn landings<'l, 'a>(acts: &'l [Act<'a>]) -> Vec<&'l [Act<'a>]> {
    acts.chunk_by(|one, other| one.commit == other.commit)
        .collect()
}

fn columns() -> Vec<Column> {
    let column = |title, fit| Column { title, fit };
    vec![
        column("not before", Fit::Whole),
        column("event", Fit::Flexible),
        column("by", Fit::Flexible),
        column("approved by", Fit::Flexible),
        column("level", Fit::Flexible),
        column("commit", Fit::Whole),
        column("request", Fit::Optional),
    ]
}

fn row(acts: &[Act<'_>]) -> Vec<Text> {
    let Some(act) = acts.first() else {
        return Vec::new();
    };
    let verdict = act.verdict;
    let own_act = acts.iter().all(|act| is_word(act.event));
    let by = if own_act {
        String::new()
    } else {
        names(verdict.makers.iter().map(shape::short_name))
    };
    vec![
        Text::of(Tone::Muted, act.at.to_string()),
        Text::plain(events(acts)),
        Text::plain(by),
        approved(act),
        level(act),
        Text::of(Tone::Muted, objects::short(&act.commit.to_string())),
        Text::plain(request(act).unwrap_or_default()),
    ]
}

/// Returns the pull request that landed an act; what landed a word about earlier content is not that content's.
fn request<'a>(act: &Act<'a>) -> Option<&'a str> {
    if is_word(act.event) {
        None
    } else {
        act.verdict.pull_request.as_deref()
    }
}

/// Tells whether an event is a word about content that landed before.
fn is_word(event: Event) -> bool {
    matches!(event, Event::Approved | Event::Vetoed | Event::Stated)
}

fn events(acts: &[Act<'_>]) -> String {
    let words: Vec<&str> = acts.iter().map(|act| act.event.word()).collect();
    words.join(", ")
}

fn names(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Returns who approved what an act brought; of what was rejected, who did that.
fn approved(act: &Act<'_>) -> Text {
    if act.result == FourEyes::Vetoed {
        let rejects = act
            .statements
            .iter()
            .filter(|it| it.word == Vote::Vetoes && it.counts == Counts::Yes);
        let who = names(rejects.map(|it| shape::short_name(&it.approver.person)));
        return Text::of(Tone::Bad, format!("nobody: {who} rejected it"));
    }
    let approvers = act.approvers.iter();
    let names = names(approvers.map(|approver| shape::short_name(&approver.person)));
    if !names.is_empty() {
        Text::plain(names)
    } else if demands_nobody(act) {
        Text::of(Tone::Muted, "not needed")
    } else {
        Text::of(Tone::Warn, "nobody")
    }
}

/// Tells whether an act needs no approval: it ends or narrows, or the file is gone.
fn demands_nobody(act: &Act<'_>) -> bool {
    act.verdict.needed.count == 0 && act.verdict.carries.is_none()
}

/// Returns how the approval is known; that it is too few where it is.
fn level(act: &Act<'_>) -> Text {
    let word = act.result.word();
    match (act.result, act.satisfied) {
        (FourEyes::NotApplicable, _) => Text::of(Tone::Muted, word),
        (FourEyes::Attested, Satisfied::Yes) => Text::of(Tone::Good, word),
        (FourEyes::Vetoed | FourEyes::InvalidSignature, _) => Text::of(Tone::Bad, word),
        (FourEyes::NoneRecorded, Satisfied::Yes) if demands_nobody(act) => {
            Text::of(Tone::Muted, word)
        }
        (_, Satisfied::Yes) => Text::of(Tone::Warn, word),
        (FourEyes::Attested | FourEyes::Claimed, _) => {
            Text::of(Tone::Warn, word).and(Tone::Warn, ", too few")
        }
        _ => Text::of(Tone::Warn, word),
    }
}

/// Returns one landing with the values that differ by it.
fn patch(acts: &[Act<'_>]) -> Vec<Block<'static>> {
    let Some(act) = acts.first() else {
        return Vec::new();
    };
    let commit = act.commit.to_string();
    let request = request(act).map_or_else(String::new, |it| format!(", {it}"));
    let heading = Text::of(Tone::Strong, events(acts)).and(
        Tone::Muted,
        format!(
            ": not before {}, {}{request}",
            act.at,
            objects::short(&commit)
        ),
    );
    let mut pairs: Vec<(String, Text)> = Vec::new();
    if !acts.iter().all(|act| is_word(act.event)) {
        let by = names(act.verdict.makers.iter().map(shape::name));
        pairs.push(("by".to_owned(), Text::plain(by)));
    }
    let mut approved = approved(act).and(Tone::Plain, ": ");
    approved.0.extend(level(act).0);
    pairs.push(("approved by".to_owned(), approved));
    let n_known = pairs.len();
    for change in acts.iter().flat_map(|act| &act.changes) {
        let said = pairs.iter().skip(n_known);
        if !said.clone().any(|(field, _)| *field == change.field) {
            pairs.push((change.field.clone(), both(&change.from, &change.to)));
        }
    }
    vec![Block::Heading(heading), Block::Pairs(pairs)]
}

fn both(from: &Value, to: &Value) -> Text {
    match (from, to) {
        (Value::Null, to) => Text::of(Tone::Good, value(to)),
        (from, Value::Null) => Text::of(Tone::Bad, value(from)).and(Tone::Plain, " → (gone)"),
        (from, to) => Text::of(Tone::Bad, value(from))
            .and(Tone::Plain, " → ")
            .and(Tone::Good, value(to)),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        other => other.to_string(),
    }
}
