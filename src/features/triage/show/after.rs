//! `triage`: the consequences of the inputs: triggers to fire, records that are not used, drafts.
//!
//! Pure. Start at [`blocks`]. Follows `docs/spec/cli.md`, triage.

use crate::diag::shell;
use crate::features::triage::show::content::TriageView;
use crate::features::triage::watch::FiringProposal;
use crate::plan::drafted_finding::DraftRefusal;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::tables::{flexible, table, whole};
use serde::Serialize;

fn command(proposal: &FiringProposal) -> String {
    let note: String = proposal.why.chars().filter(|ch| !ch.is_control()).collect();
    shell::command("exledger fire", &[&proposal.record, &proposal.trigger, "--note", &note])
}

/// A trigger that the inputs fire, and the command that fires it.
#[derive(Serialize)]
pub(super) struct ProposalView<'a> {
    #[serde(flatten)]
    proposal: &'a FiringProposal,
    command: String,
}

impl<'a> ProposalView<'a> {
    pub(super) fn of(proposal: &'a FiringProposal) -> ProposalView<'a> {
        ProposalView { proposal, command: command(proposal) }
    }
}

/// Shows the consequences, and the commands to run next.
pub(super) fn blocks(doc: &mut Doc, shown: &TriageView<'_>) {
    let next = shown.answer.next.as_ref().filter(|_| shown.next.is_empty());
    let next = next.and_then(|step| step.command.as_deref()).unwrap_or_default();
    proposals(doc, &shown.answer.proposals, next);
    requested(doc, shown);
}

pub(super) fn requested(doc: &mut Doc, shown: &TriageView<'_>) {
    unused(doc, shown);
    drafts(doc, shown);
}

fn proposals(doc: &mut Doc, proposals: &[FiringProposal], next: &str) {
    if proposals.is_empty() {
        return;
    }
    let heading = StyledText::plain("Triggers that the inputs would fire");
    doc.blocks.push(Block::Heading(heading));
    let row = |proposal: &FiringProposal| {
        vec![
            StyledText::with_tone(Tone::Id, &proposal.record),
            StyledText::plain(&proposal.trigger),
            StyledText::plain(proposal.then.as_str()),
            StyledText::plain(&proposal.why),
        ]
    };
    let columns = vec![whole("record"), whole("trigger"), whole("then"), flexible("why")];
    let rows = proposals.iter().map(row).collect();
    doc.blocks.push(table(columns, rows));
    // What ends the record of the next step is said there.
    let open = proposals.iter().filter(|proposal| !next.contains(&proposal.record));
    let commands: Vec<String> = open.map(command).collect();
    if !commands.is_empty() {
        doc.blocks.push(Block::Commands(commands.join("\n")));
    }
}

fn unused(doc: &mut Doc, shown: &TriageView<'_>) {
    let Some(unused) = &shown.answer.matches else {
        return;
    };
    let used = &unused.used;
    let heading = format!(
        "{} matched, {} no longer, {} never",
        used.matched.len(),
        used.no_longer.len(),
        used.never.len()
    );
    doc.blocks
        .push(Block::Heading(StyledText::plain("Records in force: ").and(Tone::Plain, heading)));
    let no_longer = used.no_longer.iter().map(|id| {
        let why = "matched earlier inputs, but nothing in the latest from its tool";
        (id, "no longer", why)
    });
    let never = used.never.iter().zip(&unused.why_never);
    let never = never.map(|(id, why)| (id, "never", why.as_str()));
    let rows: Vec<Vec<StyledText>> = no_longer
        .chain(never)
        .map(|(id, matched, why)| {
            vec![
                StyledText::with_tone(Tone::Id, id),
                StyledText::with_tone(Tone::Warn, matched),
                StyledText::plain(why),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = vec![whole("record"), whole("matched"), flexible("why")];
        doc.blocks.push(table(columns, rows));
    }
}

fn drafts(doc: &mut Doc, shown: &TriageView<'_>) {
    let Some(drafts) = &shown.drafts else {
        return;
    };
    if !shown.refused.is_empty() {
        let n_refused = crate::diag::count(shown.refused.len(), "finding");
        let heading = StyledText::plain(format!("Not drafted: {n_refused}"));
        doc.blocks.push(Block::Heading(heading));
        let rows = shown.refused.iter().map(|refused| {
            let DraftRefusal { path, line, reason } = &refused.refusal;
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            vec![
                StyledText::plain(&refused.key),
                StyledText::plain(format!("{path}{line}")),
                StyledText::plain(reason),
            ]
        });
        let columns = vec![whole("finding"), whole("place"), flexible("why")];
        doc.blocks.push(table(columns, rows.collect()));
    }
    if drafts.is_empty() && !shown.refused.is_empty() {
        return;
    }
    if drafts.is_empty() {
        let text = StyledText::with_tone(
            Tone::Muted,
            "no drafts: everything material has a record or a draft",
        );
        doc.blocks.push(Block::Paragraph(text));
        return;
    }
    let heading = StyledText::plain("Drafts; fill in the places marked TODO(import)");
    doc.blocks.push(Block::Heading(heading));
    let rows = drafts
        .iter()
        .map(|draft| vec![StyledText::plain(&draft.path), StyledText::plain(&draft.title)]);
    let columns = vec![whole("path"), flexible("title")];
    doc.blocks.push(table(columns, rows.collect()));
    if !shown.next.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("Next")));
        doc.blocks.push(Block::Commands(shown.next.join("\n")));
    }
}
