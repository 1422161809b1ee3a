//! `check`: the gate's verdict, which is a receipt too.
//!
//! Uses gate. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::{Answer, GateVerdict, Question};
use crate::gate::receipt::{CheckAnswer, Receipt};
use crate::record::dates;
use crate::view::doc::{Block, Column, Doc, Fit, Table, Text, Tone};
use crate::view::shape;
use serde_json::{Value, json};

/// Returns the answer.
pub fn doc(question: &Question, check: &CheckAnswer) -> Doc<'static> {
    let (answer, stamp) = (&check.answer, &check.stamp);
    let receipt = Receipt::of(question, check, &Value::Null);
    let mut doc = Doc::new(json!(receipt));
    doc.footer = Some(stamp.footer());
    doc.repository.clone_from(&stamp.name);
    doc.blocks.extend(shape::warnings(stamp));
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
    for warning in &check.warnings {
        let warning = format!("warning: {warning}");
        doc.blocks
            .push(Block::Paragraph(Text::of(Tone::Warn, warning)));
    }
    if !check.waits_for.is_empty() {
        let people = check.waits_for.iter();
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
