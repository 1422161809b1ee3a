//! `show`: the answers to the four questions on one screen, then the rest.
//!
//! Pure. Start at [`doc`]. Follows `docs/mission.md`, the four questions, and `docs/spec/cli.md`, show. Texts cut on the
//! first screen are shown in full below it.

use crate::diag::shell;
use crate::features::show::text::Pairs;
use crate::gate::accepted_text::ScannedFiles;
use crate::gate::receipt::ReceiptStep;
use crate::survey::naming::RecordNames;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::next;
use crate::view::shape::{self, cut};
use serde::Serialize;

use crate::approval::verdict::Statement;
use crate::record::Record;
use crate::record::time::Instant;
use crate::rules::evidence::CitedEvidence;
use crate::status::reason;
use crate::status::reason::Reason;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::view::closure::EvidenceView;
use crate::view::record::RecordView;
use crate::view::statements::StatementView;

#[derive(Serialize)]
struct ShowAnswer<'a> {
    record: RecordView<'a>,
    content: Option<&'a Record>,
    statements: Vec<StatementView<'a>>,
    evidence: Vec<EvidenceView<'a>>,
    next: Option<&'a ReceiptStep>,
}

/// Returns the answer.
///
/// `statements` are all approvals and rejections of the landed version, `evidence` is what the record cites, `next` is what has
/// to be done about it.
pub fn doc(
    record_state: &RecordState,
    statements: &[&Statement],
    evidence: &[CitedEvidence<'_>],
    next: Option<&ReceiptStep>,
    (names, files): (&dyn RecordNames, &dyn ScannedFiles),
    stamp: &Stamp,
) -> Doc<'static> {
    let mut doc = shape::stamped(
        stamp,
        "show",
        &ShowAnswer {
            record: RecordView::of(record_state, names),
            content: record_state.content(),
            statements: StatementView::all(statements),
            evidence: EvidenceView::all(evidence),
            next,
        },
    );
    let title = record_state
        .known_content()
        .map_or(record_state.path.as_str(), |record| record.title.as_str());
    let heading = StyledText::with_tone(Tone::Id, record_state.id()).and(Tone::Plain, "  ");
    doc.blocks.push(Block::Heading(heading.and(Tone::Strong, cut(title, 100))));
    // What can be done about the reason is the next step.
    let reason = match next {
        Some(_) => record_state.reasons.first().map(Reason::cause).unwrap_or_default(),
        None => reason::first(&record_state.reasons),
    };
    let about = (record_state, reason.as_str());
    doc.blocks.extend(blocks(about, statements, evidence, (names, files), stamp.instant));
    let this = shell::command("exledger show", &[record_state.id()]);
    let other = |next: &ReceiptStep| {
        let command = next.command.clone().filter(|command| *command != this);
        next::block(&ReceiptStep { command, ..next.clone() })
    };
    doc.blocks.extend(next.into_iter().flat_map(other));
    doc
}

fn blocks<'a>(
    (record_state, reason): (&RecordState, &str),
    statements: &[&Statement],
    evidence: &[CitedEvidence<'_>],
    (names, files): (&dyn RecordNames, &dyn ScannedFiles),
    instant: Instant,
) -> Vec<Block<'a>> {
    let sections = crate::features::show::rest::sections(
        record_state,
        statements,
        evidence,
        (names, files),
        instant,
    );
    let about = (record_state, reason);
    let answers = crate::features::show::answers::pairs(about, statements, names, instant);
    screen(answers, sections)
}

/// Returns the blocks about a record for its card, which lists all its statements elsewhere.
pub fn card_blocks<'a>(
    record_state: &RecordState,
    statements: &[&Statement],
    evidence: &[CitedEvidence<'_>],
    (names, files): (&dyn RecordNames, &dyn ScannedFiles),
    instant: Instant,
) -> Vec<Block<'a>> {
    let mut sections = crate::features::show::rest::sections(
        record_state,
        statements,
        evidence,
        (names, files),
        instant,
    );
    sections.retain(|(heading, _)| *heading != crate::features::show::rest::STATEMENTS);
    let reason = reason::first(&record_state.reasons);
    let about = (record_state, reason.as_str());
    screen(crate::features::show::answers::pairs(about, statements, names, instant), sections)
}

fn screen<'a>(answers: Pairs, sections: Vec<(&'static str, Pairs)>) -> Vec<Block<'a>> {
    let shown: Vec<String> = answers.iter().map(|(_, text)| folded(text)).collect();
    let mut blocks = vec![Block::Pairs(answers)];
    for (heading, mut pairs) in sections {
        if heading == crate::features::show::rest::IN_FULL {
            // Texts that the first screen shows in full are not repeated.
            let whole =
                |text: &StyledText| shown.iter().any(|shown| shown.ends_with(&folded(text)));
            pairs.retain(|(label, text)| {
                crate::features::show::rest::STATED_LATER.contains(&label.as_str()) || !whole(text)
            });
        }
        if !pairs.is_empty() {
            blocks.push(Block::Heading(StyledText::plain(heading)));
            blocks.push(Block::Pairs(pairs));
        }
    }
    blocks
}

fn folded(text: &StyledText) -> String {
    text.bare().split_whitespace().collect::<Vec<_>>().join(" ")
}
