//! `drift`: the suppressions that no exception in force allows.
//!
//! Uses diag. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, drift, and `docs/spec/interop.md`, 5.

use serde::Serialize;

use crate::diag;
use crate::status::stamp::Stamp;
use crate::view::doc::{Block, Doc, FindingList, FormatNeeds, StyledText, Tone};
use crate::view::findings::{self, LevelCounts};
use crate::view::shape;

/// The content of `drift`.
#[derive(Clone, Debug)]
pub struct DriftView<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The number of files that were searched.
    pub files: usize,
    /// The number of suppressions.
    pub suppressions: usize,
    /// How many files and records could not be determined.
    pub undetermined: usize,
    /// The findings, sorted, with further data for the formats made for findings.
    pub findings: FindingList,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// The answer's head; the findings are added one by one.
#[derive(Serialize)]
struct DriftReport {
    files: usize,
    suppressions: usize,
    undetermined: usize,
    errors: usize,
    warnings: usize,
    findings: [(); 0],
}

/// Returns the answer.
pub fn doc<'a>(drift: DriftView<'_>) -> Doc<'a> {
    let shown = &drift.findings.shown;
    let counts = LevelCounts::count(shown.iter().map(|shown| &shown.finding));
    let report = DriftReport {
        files: drift.files,
        suppressions: drift.suppressions,
        undetermined: drift.undetermined,
        errors: counts.errors,
        warnings: counts.warnings,
        findings: [],
    };
    let mut doc = shape::stamped(drift.stamp, "drift", &report);
    if drift.reads == FormatNeeds::Json {
        let shown = drift.findings.shown;
        doc.fill_with("findings", shown, findings::shown);
        return doc;
    }
    doc.blocks.push(Block::Findings(drift.findings));
    let searched = format!(
        "{} in {}: ",
        diag::count(drift.suppressions, "suppression"),
        diag::count(drift.files, "file")
    );
    let open = format!("{} could not be determined", drift.undetermined);
    let (tone, result) = match (drift.undetermined, counts == LevelCounts::default()) {
        (0, _) => (counts.tone(), counts.display()),
        (_, true) => (Tone::Bad, open),
        (_, false) => (Tone::Bad, format!("{}, {open}", counts.display())),
    };
    doc.blocks.push(Block::Paragraph(StyledText::plain(searched).and(tone, result)));
    doc
}
