//! `lint`: the findings, and how many records were checked.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, lint.

use crate::history::objects;
use serde::Serialize;

use crate::record::time::Instant;
use crate::session::judged::JudgedCounts;
use crate::view::doc::{Block, Doc, FindingList, FormatNeeds, StyledText, Tone};
use crate::view::findings::{self, LevelCounts};
use crate::view::shape;

/// The content of `lint`.
#[derive(Clone, Debug)]
pub struct LintView {
    /// The ledger's name in its policy.
    pub name: Option<String>,
    /// The commit that the work tree is based on; `None` outside git and before the first commit.
    pub commit: Option<String>,
    /// The instant in question; `None` if no check depends on time.
    pub instant: Option<Instant>,
    /// What was judged.
    pub judged: JudgedCounts,
    /// Whether something about what was judged could not be determined.
    pub is_in_doubt: bool,
    /// The number of redesign files checked.
    pub redesigns: usize,
    /// The ledger's folder relative to the top of its repository, for formats with such paths; otherwise empty.
    pub folder: String,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
    /// The findings, sorted, with further data for the formats made for findings.
    pub findings: FindingList,
}

#[derive(Serialize)]
struct LintReport<'a> {
    schema: String,
    ledger: LintedTree<'a>,
    checked: usize,
    judged: &'a JudgedCounts,
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: [(); 0],
    simulated: bool,
}

#[derive(Serialize)]
struct LintedTree<'a> {
    commit: Option<&'a str>,
    instant: Option<Instant>,
}

/// Returns the answer.
pub fn doc(mut lint: LintView) -> Doc<'static> {
    let counts = LevelCounts::count(lint.findings.shown.iter().map(|shown| &shown.finding));
    let mut doc = Doc::new(LintReport {
        schema: shape::schema("lint"),
        ledger: LintedTree { commit: lint.commit.as_deref(), instant: lint.instant },
        checked: lint.judged.records,
        judged: &lint.judged,
        errors: counts.errors,
        warnings: counts.warnings,
        notes: counts.notes,
        findings: [],
        simulated: lint.instant.is_some(),
    });
    doc.repository = lint.name;
    match lint.reads {
        FormatNeeds::Json => {
            let shown = lint.findings.shown;
            doc.name_columns(&[("", findings::COLUMNS)]);
            doc.fill_with("findings", shown, findings::shown);
        }
        FormatNeeds::Blocks => {
            findings::below(&lint.folder, &mut lint.findings);
            doc.blocks.push(Block::Findings(lint.findings));
        }
    }
    let mut summary = StyledText::plain(lint.judged.display(lint.redesigns));
    let is_read = lint.judged.not_read.is_empty();
    let is_empty =
        lint.judged.records + lint.redesigns == 0 && (lint.judged.base.is_none() || !is_read);
    if !is_empty || counts != LevelCounts::default() {
        summary = summary.and(Tone::Plain, ": ").and(counts.tone(), counts.display());
    }
    if lint.is_in_doubt || !is_read && !is_empty {
        summary = summary.and(Tone::Warn, ", as far as could be determined");
    }
    doc.blocks.push(Block::Paragraph(summary));
    let on = lint.instant.map(|instant| format!("at {instant} (simulated), ")).unwrap_or_default();
    let commit = lint
        .commit
        .as_deref()
        .map_or("no commit".to_owned(), |commit| format!("commit {}", objects::short(commit)));
    doc.footer = Some(format!("{on}work tree on {commit}"));
    doc
}
