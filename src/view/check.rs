//! `check`: the gate's verdict, which is a receipt too.
//!
//! Uses gate. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::{Answer, GateVerdict, Question};
use crate::policy::people::person::Person;
use crate::record::dates;
use crate::view::doc::{Block, Column, Doc, Fit, Table, Text, Tone};
use crate::view::shape::{self, Stamp};
use serde_json::{Value, json};

/// An answer with all that its receipt says.
pub struct Receipt<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// The answer.
    pub answer: &'a Answer,
    /// What it was computed from.
    pub stamp: &'a Stamp,
    /// Who may approve what is pending, where policy or record name anybody.
    pub waits_for: &'a [Person],
    /// What the asker should know besides.
    pub warnings: &'a [String],
    /// The name that the asker gave the question: a text, an integer or null.
    pub id: &'a Value,
}

/// Returns the receipt: question, verdict and all that is needed to ask again.
pub fn json(receipt: &Receipt<'_>) -> Value {
    let (question, answer, stamp) = (receipt.question, receipt.answer, receipt.stamp);
    let waits_for: Vec<Value> = receipt.waits_for.iter().map(shape::person).collect();
    let considered: Vec<Value> = answer
        .considered
        .iter()
        .map(|record| json!({"id": record.id, "status": record.status, "why_not": record.why_not}))
        .collect();
    json!({
        "schema": shape::schema("check"),
        "question": asked(question),
        "verdict": answer.verdict.word(),
        "reason": reason(answer),
        "record": answer.record,
        "digest": answer.digest,
        "approved_digest": answer.approved_digest,
        "not_after": answer.not_after,
        "scope": {
            "resources": answer.scope.resources,
            "actions": answer.scope.actions,
            "not_waived": answer.scope.not_waived,
        },
        "ledger": ledger(stamp),
        "considered": considered,
        "simulated": stamp.is_simulated,
        "waits_for": waits_for,
        "warnings": receipt.warnings,
        "id": receipt.id,
    })
}

/// Returns what the answer was computed from; a receipt is kept apart from its ledger, so it names it.
fn ledger(stamp: &Stamp) -> Value {
    let mut ledger = stamp.ledger();
    if let Some(object) = ledger.as_object_mut() {
        object.insert("name".to_owned(), json!(stamp.called));
    }
    ledger
}

/// Returns why, with the instant that decides a denial: people read days, scripts compute with instants.
fn reason(answer: &Answer) -> String {
    match answer.decided_at {
        Some(at) if !answer.reason.contains(&at.to_string()) => {
            format!("{}; decided by {at}", answer.reason)
        }
        _ => answer.reason.clone(),
    }
}

/// Returns the question with its keys in their order.
pub fn asked(question: &Question) -> Value {
    json!({
        "identity": question.identity,
        "asset": question.asset,
        "application": question.application,
        "credential": question.credential,
        "control": question.control,
        "rule": question.rule,
        "action": question.action,
        "resource": question.resource,
        "environment": question.environment,
        "finding": question.finding,
        "purl": question.purl,
        "path": question.path,
        "severity": question.severity,
        "deploy": question.deploy,
        "reference": question.reference,
    })
}

/// Returns the answer.
pub fn doc(receipt: &Receipt<'_>) -> Doc<'static> {
    let (answer, stamp) = (receipt.answer, receipt.stamp);
    let mut doc = Doc::new(json(receipt));
    doc.footer = Some(stamp.footer());
    doc.repository.clone_from(&stamp.name);
    doc.blocks.extend(stamp.warnings());
    let tone = match answer.verdict {
        GateVerdict::Allow => Tone::Good,
        GateVerdict::Deny | GateVerdict::Unknown => Tone::Bad,
        GateVerdict::Pending => Tone::Warn,
    };
    let verdict = Text::of(tone, answer.verdict.word());
    doc.blocks.push(Block::Heading(match &answer.record {
        Some(id) => verdict.and(Tone::Plain, "  ").and(Tone::Id, id),
        None => verdict,
    }));
    doc.blocks
        .push(Block::Paragraph(Text::plain(&answer.reason)));
    for warning in receipt.warnings {
        let warning = format!("warning: {warning}");
        doc.blocks
            .push(Block::Paragraph(Text::of(Tone::Warn, warning)));
    }
    if !receipt.waits_for.is_empty() {
        let people = receipt.waits_for.iter();
        let people: Vec<_> = people.map(shape::short_name).collect();
        let waits_for = format!("It waits for {}", people.join(" or "));
        doc.blocks.push(Block::Paragraph(Text::plain(waits_for)));
    }
    let limits = limits(answer);
    if !limits.is_empty() {
        doc.blocks.push(Block::Pairs(limits));
    }
    let others: Vec<Vec<Text>> = answer
        .considered
        .iter()
        .filter(|record| record.why_not.is_some())
        .map(|record| {
            let why_not = record.why_not.clone().unwrap_or_default();
            vec![
                Text::of(Tone::Id, &record.id),
                Text::plain(record.status),
                Text::plain(why_not),
            ]
        })
        .collect();
    if !others.is_empty() {
        let columns = vec![
            Column {
                title: "considered",
                fit: Fit::Whole,
            },
            Column {
                title: "status",
                fit: Fit::Whole,
            },
            Column {
                title: "why not",
                fit: Fit::Flexible,
            },
        ];
        doc.blocks.push(Block::Table(Table {
            columns,
            rows: others,
        }));
    }
    doc
}

fn limits(answer: &Answer) -> Vec<(String, Text)> {
    let scope = &answer.scope;
    let list = |label: &str, values: &Option<Vec<String>>| {
        let shown = values.as_ref().map(|values| match values.as_slice() {
            [] => "nothing".to_owned(),
            values => values.join(", "),
        });
        shown.map(|shown| (label.to_owned(), Text::plain(shown)))
    };
    let until = answer
        .not_after
        .filter(|_| answer.verdict == GateVerdict::Allow);
    let until = until.map(|until| ("in force".to_owned(), Text::plain(dates::lasts(until))));
    let digest = answer
        .digest
        .as_ref()
        .map(|digest| ("digest".to_owned(), Text::of(Tone::Muted, digest)));
    let scope = [
        list("resources", &scope.resources),
        list("actions", &scope.actions),
        list("not waived", &scope.not_waived),
    ];
    until
        .into_iter()
        .chain(scope.into_iter().flatten())
        .chain(digest)
        .collect()
}
