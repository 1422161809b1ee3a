//! The decisions: what was written, or would be, and the next steps.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on (edits).

use serde::Serialize;
use serde_json::Value;

use crate::diag::Finding;
use crate::gate::accepted_text;
use crate::history::change::differ::ValueDifference;
use crate::record::credential;
use crate::view::doc::{Block, Doc, FindingList, StyledText, Tone};
use crate::view::shape;

/// The result of a decision.
#[derive(Clone, Debug)]
pub struct DecisionResult {
    /// The command.
    pub command: &'static str,
    /// Each record that it changes, by id.
    pub records: Vec<Decided>,
    /// Whether the command was given several ids, a filter or an owner, and not a single id.
    pub is_several: bool,
    /// Whether the files were written.
    pub is_written: bool,
    /// The commands to run next.
    pub next: Vec<String>,
}

/// The decision about one record.
#[derive(Clone, Debug, Serialize)]
pub struct Decided {
    /// The id.
    pub id: String,
    /// The file.
    pub path: String,
    /// The name of the event.
    pub event: &'static str,
    /// The fields that changed.
    pub changes: Vec<ValueDifference>,
    /// The findings about the result.
    pub findings: Vec<Finding>,
    /// Who must approve it, in words; `None` if that can't be determined.
    #[serde(skip)]
    pub needs: Option<String>,
    /// Further remarks, in sentences.
    #[serde(skip)]
    pub remarks: Vec<String>,
    /// The changed lines, as a patch.
    #[serde(skip)]
    pub patch: String,
}

/// The answer about several records.
#[derive(Serialize)]
struct DecisionsAnswer<'a> {
    results: &'a [Decided],
}

/// Returns the answer.
pub fn doc(decision: &DecisionResult) -> Doc<'static> {
    let mut doc = match (decision.is_several, decision.records.first()) {
        (false, Some(only)) => shape::plain(decision.command, only),
        _ => {
            let results = &decision.records;
            let mut doc = shape::plain(decision.command, &DecisionsAnswer { results });
            doc.rows = Some("results");
            doc
        }
    };
    for decided in &decision.records {
        doc.blocks.extend(blocks(decided, decision.is_written));
    }
    if !decision.is_written {
        let text = StyledText::with_tone(
            Tone::Muted,
            "nothing was written; this is what would be written",
        );
        doc.blocks.push(Block::Paragraph(text));
    } else if !decision.next.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("Next")));
        doc.blocks.push(Block::Commands(decision.next.join("\n")));
    }
    doc
}

fn blocks(decided: &Decided, written: bool) -> Vec<Block<'static>> {
    let mut pairs =
        vec![(decided.event.replace('-', " "), StyledText::with_tone(Tone::Good, &decided.path))];
    if written {
        let changes: Vec<String> = decided.changes.iter().flat_map(change_lines).collect();
        pairs.push(("changes".to_owned(), StyledText::plain(changes.join("\n"))));
    }
    if let Some(needs) = &decided.needs {
        pairs.push(("approval".to_owned(), StyledText::plain(needs)));
    }
    if !decided.remarks.is_empty() {
        let remarks = StyledText::with_tone(Tone::Warn, decided.remarks.join("\n"));
        pairs.push(("note".to_owned(), remarks));
    }
    let mut blocks = vec![Block::Pairs(pairs)];
    if !written {
        blocks.push(Block::Verbatim(decided.patch.trim_end().to_owned()));
    }
    if !decided.findings.is_empty() {
        blocks.push(Block::Findings(FindingList::for_all_readers(decided.findings.clone())));
    }
    blocks
}

/// Returns a change on one line: `expires: 2026-12-20 → 2027-01-10`; for a new map, one line per key.
fn change_lines(change: &ValueDifference) -> Vec<String> {
    let field = &change.field;
    if let (Value::Null, Value::Object(map)) = (&change.from, &change.to)
        && !field.ends_with(']')
    {
        let lines =
            map.iter().map(|(key, value)| format!("{field}.{key}: {}", display_value(value)));
        return lines.map(credential::hidden).collect();
    }
    let (from, to) = (display_value(&change.from), display_value(&change.to));
    let text = match (&change.from, &change.to) {
        (Value::Null, _) => format!("{field}: {to}"),
        (_, Value::Null) => format!("{field}: {from} is removed"),
        _ => format!("{field}: {from} → {to}"),
    };
    vec![credential::hidden(text)]
}

fn display_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(list) => list.iter().map(display_value).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| {
                format!("{key} {}", display_value(&accepted_text::shown_field(key, value)))
            });
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
