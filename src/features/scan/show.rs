//! `scan`: the suppressions that no exception in force allows.
//!
//! Uses diag. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, scan, and `docs/spec/interop.md`, 5.

use serde::Serialize;

use crate::diag;
use crate::rules::scan::suppression::UnreadPart;
use crate::status::stamp::Stamp;
use crate::view::doc::{Block, Doc, FindingList, FormatNeeds, StyledText, Tone};
use crate::view::findings::{self, LevelCounts};
use crate::view::shape;

/// The content of `scan`.
#[derive(Clone, Debug)]
pub struct ScanView<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The number of files that were searched.
    pub files: usize,
    /// The number of suppressions.
    pub suppressions: usize,
    /// What its tool reads and could not be read here.
    pub unread: &'a [UnreadPart],
    /// How many files and records could not be determined.
    pub undetermined: usize,
    /// The findings, sorted, with further data for the formats made for findings.
    pub findings: FindingList,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// The answer's head; the findings are added one by one.
#[derive(Serialize)]
struct ScanReport<'a> {
    files: usize,
    suppressions: usize,
    unread: &'a [UnreadPart],
    undetermined: usize,
    errors: usize,
    warnings: usize,
    findings: [(); 0],
}

/// Returns the answer.
pub fn doc<'a>(scan: ScanView<'_>) -> Doc<'a> {
    let shown = &scan.findings.shown;
    let counts = LevelCounts::count(shown.iter().map(|shown| &shown.finding));
    let report = ScanReport {
        files: scan.files,
        suppressions: scan.suppressions,
        unread: scan.unread,
        undetermined: scan.undetermined,
        errors: counts.errors,
        warnings: counts.warnings,
        findings: [],
    };
    let mut doc = shape::stamped(scan.stamp, "scan", &report);
    if scan.reads == FormatNeeds::Json {
        let shown = scan.findings.shown;
        doc.fill_with("findings", shown, findings::shown);
        return doc;
    }
    doc.blocks.push(Block::Findings(scan.findings));
    let searched = format!(
        "{} in {}: ",
        diag::count(scan.suppressions, "suppression"),
        diag::count(scan.files, "file")
    );
    let n_open = scan.undetermined + scan.unread.len();
    let open = format!("{n_open} could not be determined");
    let (tone, result) = match (n_open, counts == LevelCounts::default()) {
        (0, _) => (counts.tone(), counts.display()),
        (_, true) => (Tone::Bad, open),
        (_, false) => (Tone::Bad, format!("{}, {open}", counts.display())),
    };
    doc.blocks.push(Block::Paragraph(StyledText::plain(searched).and(tone, result)));
    doc
}
