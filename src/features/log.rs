//! `log`: the history of one record, one line for each landed change.
//!
//! Pure. Start at `doc`. Follows `docs/spec/cli.md`, log. The JSON has one event for each change of meaning; in the table,
//! those of one landing share a line.

use crate::approval::verdict::{Author, FourEyes, Satisfied, Statement, Vote, VoteCounts};
use crate::history::change::differ::ValueDifference;
use crate::history::change::event::ChangeEvent;
use crate::history::objects;
use crate::record::time::Instant;
use crate::rules::evidence::CitedEvidence;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::status::trace::Lapse;
use crate::survey::acts::RecordAct;
use crate::view::closure;
use crate::view::doc::{Block, Column, Doc, DocTable, RowColumns, StyledText, Tone};
use crate::view::shape::{self, APPROVER_COLUMNS, AUTHOR_COLUMNS};
use crate::view::statements::{self, StatementView};
use crate::view::tables::{flexible, optional, whole};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// The content of `log`.
#[derive(Debug)]
pub struct Log<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The record.
    pub record_state: &'a RecordState,
    /// Its events, oldest first.
    pub acts: Vec<RecordAct<'a>>,
    /// The times without cover before a renewal that came late.
    pub lapses: Vec<Lapse>,
    /// The evidence that the record cites.
    pub evidence: Vec<CitedEvidence<'a>>,
    /// Whether to show values to people too; scripts always get them.
    pub shows_values: bool,
}

#[derive(Serialize)]
struct LogAnswer<'a> {
    id: &'a str,
    events: Vec<ActView<'a>>,
    lapses: &'a [Lapse],
}

#[derive(Serialize)]
struct ActView<'a> {
    event: &'static str,
    commit: String,
    at: Instant,
    policy: Option<&'a str>,
    authors: &'a [Author],
    approvers: &'a [&'a Statement],
    statements: Vec<StatementView<'a>>,
    result: &'static str,
    flags: &'a BTreeSet<&'static str>,
    pull_request: Option<&'a str>,
    changes: &'a [ValueDifference],
}

/// Returns the answer.
pub fn doc(log: &Log<'_>) -> Doc<'static> {
    let id = log.record_state.id();
    let events = log.acts.iter().map(ActView::of).collect();
    let answer = LogAnswer { id, events, lapses: &log.lapses };
    let mut doc = shape::stamped(log.stamp, "log", &answer);
    doc.rows = Some("events");
    doc.name_columns(ActView::COLUMNS);
    let title = log.record_state.known_content().map_or("", |record| record.title.as_str());
    let heading = StyledText::with_tone(Tone::Id, id).and(Tone::Plain, "  ");
    doc.blocks.push(Block::Heading(heading.and(Tone::Strong, title)));
    if log.acts.is_empty() {
        doc.blocks
            .push(Block::Paragraph(StyledText::with_tone(Tone::Warn, vacant(log.record_state))));
        return doc;
    }
    if log.shows_values {
        for acts in landings(&log.acts) {
            doc.blocks.extend(patch(acts));
        }
    } else {
        doc.blocks.push(Block::Table(table(&log.acts)));
    }
    doc.blocks.extend(
        log.lapses
            .iter()
            .map(|lapse| Block::Paragraph(StyledText::with_tone(Tone::Warn, lapse.to_string()))),
    );
    doc.blocks.extend(closure_blocks(log));
    doc.blocks.extend(statement_blocks(&log.acts));
    doc.blocks.extend(to_add(&log.acts));
    doc
}

/// Returns one row for each landing of a record.
pub fn table(acts: &[RecordAct<'_>]) -> DocTable {
    DocTable { columns: columns(), rows: landings(acts).into_iter().map(row).collect() }
}

/// Returns one line for each landing of a record, by its earliest time: event, who wrote it, who approved it, commit.
pub fn lines(acts: &[RecordAct<'_>]) -> Vec<(String, StyledText)> {
    landings(acts).into_iter().filter_map(line).collect()
}

fn line(acts: &[RecordAct<'_>]) -> Option<(String, StyledText)> {
    let act = acts.first()?;
    let mut text = StyledText::with_tone(Tone::Strong, shown_events(acts));
    if !acts.iter().all(|act| is_statement(act.event)) {
        let by = join_names(act.verdict.makers.iter().map(shape::short_name));
        let by = if by.is_empty() { by } else { format!(" by {by}") };
        text = text.and(Tone::Plain, by);
    }
    text = text.and(Tone::Plain, "; approved by ");
    text.0.extend(approved_line(act).0);
    text = text.and(Tone::Plain, ": ");
    text.0.extend(level(act).0);
    let request = request_name(act).map_or_else(String::new, |request| format!(" {request}"));
    let commit = act.commit.to_string();
    text = text.and(Tone::Muted, format!(", {}{request}", objects::short(&commit)));
    Some((act.at.to_string(), text))
}

fn closure_blocks<'a>(log: &Log<'_>) -> Vec<Block<'a>> {
    let pairs = closure::pairs(log.record_state, &log.evidence, log.stamp.instant);
    if pairs.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading(StyledText::plain("Closure")), Block::Pairs(pairs)]
}

/// Returns the approvals and rejections that the rows of [`table`] do not show.
pub fn statement_blocks<'a>(acts: &[RecordAct<'_>]) -> Vec<Block<'a>> {
    let all = acts.iter().flat_map(|act| act.statements.iter().copied());
    let shown = statements::beyond_approvers(all);
    if shown.is_empty() {
        Vec::new()
    } else {
        vec![
            Block::Heading(StyledText::plain("Statements")),
            Block::Table(statements::table(&shown)),
        ]
    }
}

/// Returns the entry that the policy needs before the landed version can be approved: the owner of an account.
fn to_add<'a>(acts: &[RecordAct<'_>]) -> Option<Block<'a>> {
    let last = acts.last()?.verdict;
    let to_add = last.missing.iter().find_map(|missing| missing.add.as_ref())?;
    let text = format!("not approved yet: add {to_add} of the policy, then approve again");
    Some(Block::Paragraph(StyledText::with_tone(Tone::Warn, text)))
}

/// Returns where a record that has not landed is proposed.
pub fn vacant(record_state: &RecordState) -> String {
    let places: Vec<String> = record_state
        .pending
        .iter()
        .map(|pending| match &pending.branch {
            Some(branch) => format!("on {branch}"),
            None => "in the work tree".to_owned(),
        })
        .collect();
    let place = if places.is_empty() { "elsewhere".to_owned() } else { places.join(" and ") };
    format!("nothing of it was merged: it is only proposed {place}, and grants nothing")
}

impl<'a> ActView<'a> {
    const COLUMNS: &'static RowColumns = &[
        ("", "event commit at policy"),
        ("authors.", AUTHOR_COLUMNS),
        ("approvers.", APPROVER_COLUMNS),
        ("statements.", APPROVER_COLUMNS),
        ("statements.", "decision counts why_not"),
        ("", "result flags pull_request changes.field changes.from changes.to"),
    ];

    fn of(act: &'a RecordAct<'_>) -> ActView<'a> {
        let verdict = act.verdict;
        ActView {
            event: act.event.as_str(),
            commit: act.commit.to_string(),
            at: act.at,
            policy: verdict.policy_commit.as_deref(),
            authors: &verdict.authors,
            approvers: &act.approvers,
            statements: StatementView::all(&act.statements),
            result: act.result.as_str(),
            flags: &verdict.flags,
            pull_request: request_name(act),
            changes: &act.changes,
        }
    }
}

fn landings<'l, 'a>(acts: &'l [RecordAct<'a>]) -> Vec<&'l [RecordAct<'a>]> {
    acts.chunk_by(|one, other| one.commit == other.commit).collect()
}

fn columns() -> Vec<Column> {
    vec![
        whole("not before"),
        flexible("event"),
        flexible("by"),
        flexible("approved by"),
        flexible("level"),
        whole("commit"),
        optional("request"),
    ]
}

fn row(acts: &[RecordAct<'_>]) -> Vec<StyledText> {
    let Some(act) = acts.first() else {
        return Vec::new();
    };
    let verdict = act.verdict;
    let own_act = acts.iter().all(|act| is_statement(act.event));
    let by = if own_act {
        String::new()
    } else {
        join_names(verdict.makers.iter().map(shape::short_name))
    };
    vec![
        StyledText::with_tone(Tone::Muted, act.at.to_string()),
        StyledText::plain(shown_events(acts)),
        StyledText::plain(by),
        approved_line(act),
        level(act),
        StyledText::with_tone(Tone::Muted, objects::short(&act.commit.to_string())),
        StyledText::plain(request_name(act).unwrap_or_default()),
    ]
}

/// Returns the pull request that landed an event; an approval of earlier content has none, since its own pull
/// request is not that content's.
fn request_name<'a>(act: &RecordAct<'a>) -> Option<&'a str> {
    if is_statement(act.event) { None } else { act.verdict.pull_request.as_deref() }
}

/// Tells whether an event is an approval, rejection or statement about content that landed before.
fn is_statement(event: ChangeEvent) -> bool {
    matches!(event, ChangeEvent::Approved | ChangeEvent::Vetoed | ChangeEvent::Stated)
}

fn events(acts: &[RecordAct<'_>]) -> String {
    let events: Vec<&str> = acts.iter().map(|act| act.event.as_str()).collect();
    events.join(", ")
}

fn shown_events(acts: &[RecordAct<'_>]) -> String {
    let shown = |act: &RecordAct<'_>| {
        let record = act.version.record.record().filter(|_| act.event == ChangeEvent::Closed);
        let closure = record.and_then(|record| record.closure.as_deref());
        closure.map_or_else(|| act.event.as_str().to_owned(), closure::summary)
    };
    let events: Vec<String> = acts.iter().map(shown).collect();
    events.join(", ")
}

fn join_names(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Returns who approved the content of an event; for rejected content, who rejected it.
fn approved_line(act: &RecordAct<'_>) -> StyledText {
    if act.result == FourEyes::Vetoed {
        let rejects = act.statements.iter().filter(|statement| {
            statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes
        });
        let who = join_names(rejects.map(|statement| shape::short_name(&statement.person)));
        return StyledText::with_tone(Tone::Bad, format!("nobody: {who} rejected it"));
    }
    let names: Vec<String> =
        act.approvers.iter().map(|approver| shape::short_stated(approver)).collect();
    if !names.is_empty() {
        // After "as stated by Y", a comma would make the next name another one who stated it.
        let has_stated =
            act.approvers.iter().any(|approver| shape::stated_by_another(approver).is_some());
        StyledText::plain(names.join(if has_stated { "; " } else { ", " }))
    } else if demands_nobody(act) {
        StyledText::with_tone(Tone::Muted, "not needed")
    } else {
        StyledText::with_tone(Tone::Warn, "nobody")
    }
}

/// Tells whether an event needs no approval: it ends or narrows, or the file was removed.
fn demands_nobody(act: &RecordAct<'_>) -> bool {
    act.verdict.needed.count == 0 && act.verdict.carries.is_none()
}

fn level(act: &RecordAct<'_>) -> StyledText {
    let text = act.result.as_str();
    match (act.result, act.satisfied) {
        (FourEyes::NotApplicable, _) => StyledText::with_tone(Tone::Muted, text),
        (FourEyes::Attested, Satisfied::Yes) => StyledText::with_tone(Tone::Good, text),
        (FourEyes::ForgeSigned, Satisfied::Yes) => StyledText::with_tone(Tone::Fair, text),
        (FourEyes::Vetoed | FourEyes::InvalidSignature, _) => {
            StyledText::with_tone(Tone::Bad, text)
        }
        (FourEyes::NoneRecorded, Satisfied::Yes) if demands_nobody(act) => {
            StyledText::with_tone(Tone::Muted, text)
        }
        (_, Satisfied::Yes) => StyledText::with_tone(Tone::Warn, text),
        (FourEyes::Attested | FourEyes::ForgeSigned | FourEyes::Claimed, _) => {
            StyledText::with_tone(Tone::Warn, text).and(Tone::Warn, ", too few")
        }
        _ => StyledText::with_tone(Tone::Warn, text),
    }
}

fn patch(acts: &[RecordAct<'_>]) -> Vec<Block<'static>> {
    let Some(act) = acts.first() else {
        return Vec::new();
    };
    let commit = act.commit.to_string();
    let request = request_name(act).map_or_else(String::new, |request| format!(", {request}"));
    let heading = StyledText::with_tone(Tone::Strong, events(acts))
        .and(Tone::Muted, format!(": not before {}, {}{request}", act.at, objects::short(&commit)));
    let mut pairs: Vec<(String, StyledText)> = Vec::new();
    if !acts.iter().all(|act| is_statement(act.event)) {
        let by = join_names(act.verdict.makers.iter().map(shape::name));
        pairs.push(("by".to_owned(), StyledText::plain(by)));
    }
    let mut approved = approved_line(act).and(Tone::Plain, ": ");
    approved.0.extend(level(act).0);
    pairs.push(("approved by".to_owned(), approved));
    let n_before = pairs.len();
    for change in acts.iter().flat_map(|act| &act.changes) {
        let values = pairs.iter().skip(n_before);
        if !values.clone().any(|(field, _)| *field == change.field) {
            pairs.push((change.field.clone(), both(&change.from, &change.to)));
        }
    }
    vec![Block::Heading(heading), Block::Pairs(pairs)]
}

fn both(from: &Value, to: &Value) -> StyledText {
    match (from, to) {
        (Value::Null, to) => StyledText::with_tone(Tone::Good, value(to)),
        (from, Value::Null) => {
            StyledText::with_tone(Tone::Bad, value(from)).and(Tone::Plain, " → (gone)")
        }
        (from, to) => StyledText::with_tone(Tone::Bad, value(from))
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
