//! `check`: the gate's verdict, which is also a receipt.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::{Considered, GateAnswer, GateVerdict, Question};
use crate::gate::facts::FactsAsked;
use crate::gate::receipt::{CheckAnswer, LoggedReceipt};
use crate::record::dates;
use crate::view::doc::{Block, Column, ColumnFit, Doc, DocTable, StyledText, Tone};
use crate::view::{next, shape};
use serde_json::Value;

/// Returns the answer.
pub fn doc(question: &Question, check: &CheckAnswer) -> Doc<'static> {
    let (answer, stamp) = (&check.answer, &check.stamp);
    let receipt = LoggedReceipt::of(question, check, &Value::Null);
    let mut doc = Doc::new(receipt);
    doc.footer = Some(stamp.footer());
    doc.repository.clone_from(&stamp.name);
    doc.blocks.extend(shape::warnings(stamp));
    let tone = match answer.verdict {
        GateVerdict::Allow => Tone::Good,
        GateVerdict::Deny | GateVerdict::Unknown => Tone::Bad,
        GateVerdict::Pending => Tone::Warn,
    };
    let verdict = StyledText::with_tone(tone, answer.verdict.as_str());
    let is_deployable = check.deployment.is_some() && answer.verdict == GateVerdict::Allow;
    // What names the record of the heading, and says why it does not allow, is said once.
    let named = named(answer);
    doc.blocks.push(Block::Heading(match (&answer.record, named) {
        _ if is_deployable => verdict.and(Tone::Plain, format!("  {}", answer.reason)),
        (Some(id), named) => {
            let heading = verdict.and(Tone::Plain, "  ").and(Tone::Id, id);
            let status = named.map(|(record, _)| format!("  {}", record.status));
            heading.and(Tone::Plain, status.unwrap_or_default())
        }
        (None, _) => verdict,
    }));
    if !is_deployable {
        let reason = named.map_or(answer.reason.as_str(), |(_, why_not)| why_not);
        doc.blocks.push(Block::Paragraph(StyledText::plain(reason)));
    }
    for warning in &check.warnings {
        // The next step names its command once.
        let command = check.next.as_ref().and_then(|step| step.command.as_deref());
        let cause = command.and_then(|command| warning.strip_suffix(command)?.strip_suffix(": "));
        let warning = format!("warning: {}", cause.unwrap_or(warning));
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Warn, warning)));
    }
    for request in check.deployment.iter().flat_map(|deployment| &deployment.waiting) {
        let place = match &request.branch {
            Some(branch) => format!(" waits on branch {branch}"),
            None => " waits in the work tree".to_owned(),
        };
        let line = StyledText::with_tone(Tone::Id, &request.id).and(Tone::Plain, place);
        doc.blocks.push(Block::Paragraph(line));
    }
    let limits = list_limits(answer);
    if !limits.is_empty() {
        doc.blocks.push(Block::Pairs(limits));
    }
    let others: Vec<Vec<StyledText>> = answer
        .considered
        .iter()
        .filter(|record| record.why_not.is_some())
        .filter(|record| named.is_none_or(|(named, _)| !std::ptr::eq(named, *record)))
        .map(|record| {
            let why_not = record.why_not.clone().unwrap_or_default();
            vec![
                StyledText::with_tone(Tone::Id, &record.id),
                StyledText::plain(record.status),
                StyledText::plain(why_not),
            ]
        })
        .collect();
    if let Some(text) = check.facts.as_ref().and_then(FactsAsked::said) {
        doc.blocks.push(Block::Paragraph(StyledText::plain(text)));
    }
    if !others.is_empty() {
        let columns = vec![
            Column {
                title: if named.is_some() { "also considered" } else { "considered" },
                fit: ColumnFit::Whole,
            },
            Column { title: "status", fit: ColumnFit::Whole },
            Column { title: "why not", fit: ColumnFit::Flexible },
        ];
        doc.blocks.push(Block::Table(DocTable { columns, rows: others }));
    }
    doc.blocks.extend(check.next.iter().flat_map(next::block));
    doc
}

/// Returns the record that the reason is about, and why it does not allow, if the reason says nothing else.
fn named(answer: &GateAnswer) -> Option<(&Considered, &str)> {
    let (id, why_not) = answer.reason.split_once(": ")?;
    let is_meant = |record: &&Considered| {
        answer.record.as_ref() == Some(&record.id)
            && record.id == id
            && record.why_not.as_deref() == Some(why_not)
    };
    answer.considered.iter().find(is_meant).map(|record| (record, why_not))
}

fn list_limits(answer: &GateAnswer) -> Vec<(String, StyledText)> {
    let scope = &answer.scope;
    let list = |label: &str, values: &Option<Vec<String>>| {
        let shown = values.as_ref().map(|values| match values.as_slice() {
            [] => "nothing".to_owned(),
            values => values.join(", "),
        });
        shown.map(|shown| (label.to_owned(), StyledText::plain(shown)))
    };
    let until = if answer.verdict == GateVerdict::Allow { answer.not_after } else { None };
    let until = until.map(|until| ("in force".to_owned(), StyledText::plain(dates::lasts(until))));
    let digest = answer
        .digest
        .as_ref()
        .map(|digest| ("digest".to_owned(), StyledText::with_tone(Tone::Muted, digest)));
    let scope = [
        list("resources", &scope.resources),
        list("actions", &scope.actions),
        list("not waived", &scope.not_waived),
    ];
    until.into_iter().chain(scope.into_iter().flatten()).chain(digest).collect()
}
