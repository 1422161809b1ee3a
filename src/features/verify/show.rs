//! `verify`: the findings of the audit, and what it covered.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, verify.

use crate::history::objects;
use serde::Serialize;

use crate::diag;
use crate::features::verify::uses::UsedRecord;
use crate::status::stamp::Stamp;
use crate::view::doc::{Block, Doc, DocTable, FindingList, FormatNeeds, StyledText, Tone};
use crate::view::findings::{self, LevelCounts};
use crate::view::shape;
use crate::view::tables::{flexible, whole};

/// The content of `verify`.
#[derive(Clone, Debug)]
pub struct Verify<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The first commit of the mainline in this clone.
    pub first: Option<String>,
    /// The number of its first-parent commits.
    pub n_commits: usize,
    /// The number of audited records.
    pub checked: usize,
    /// The ledger's folder relative to the top of its repository, for formats with such paths; otherwise empty.
    pub folder: String,
    /// How many questions could not be determined: records, files, commits whose objects are missing or malformed.
    pub undetermined: usize,
    /// The findings, sorted, with further data for the formats made for findings.
    pub findings: FindingList,
    /// The uses of each record, if receipts were given.
    pub uses: &'a [UsedRecord],
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// The answer's head; the findings are added one by one.
#[derive(Serialize)]
struct VerifyAnswer<'a> {
    mainline: MainlineView<'a>,
    checked: usize,
    errors: usize,
    warnings: usize,
    findings: [(); 0],
}

#[derive(Serialize)]
struct MainlineView<'a> {
    first: Option<&'a str>,
    commits: usize,
}

/// Returns the answer.
pub fn doc<'a>(mut verify: Verify<'_>) -> Doc<'a> {
    let shown = &verify.findings.shown;
    let counts = LevelCounts::count(shown.iter().map(|shown| &shown.finding));
    let mut doc = shape::stamped(
        verify.stamp,
        "verify",
        &VerifyAnswer {
            mainline: MainlineView { first: verify.first.as_deref(), commits: verify.n_commits },
            checked: verify.checked,
            errors: counts.errors,
            warnings: counts.warnings,
            findings: [],
        },
    );
    if verify.reads == FormatNeeds::Json {
        let shown = verify.findings.shown;
        doc.name_columns(&[("", findings::COLUMNS)]);
        doc.fill_with("findings", shown, findings::shown);
        return doc;
    }
    findings::below(&verify.folder, &mut verify.findings);
    doc.blocks.push(Block::Findings(verify.findings));
    if !verify.uses.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("Uses")));
        doc.blocks.push(Block::Table(uses(verify.uses)));
    }
    let checked = format!(
        "{} checked over {}: ",
        diag::count(verify.checked, "record"),
        diag::count(verify.n_commits, "commit")
    );
    doc.blocks.push(Block::Paragraph(
        StyledText::plain(checked)
            .and(tone(counts, verify.undetermined), display_result(counts, verify.undetermined)),
    ));
    doc
}

/// Returns the result as text; leaving out undetermined questions would suggest that everything is fine.
fn display_result(counts: LevelCounts, undetermined: usize) -> String {
    let open = format!("{undetermined} could not be determined");
    match (undetermined, counts == LevelCounts::default()) {
        (0, _) => counts.display(),
        (_, true) => open,
        (_, false) => format!("{}, {open}", counts.display()),
    }
}

fn tone(counts: LevelCounts, undetermined: usize) -> Tone {
    match undetermined {
        0 => counts.tone(),
        _ => Tone::Bad,
    }
}

fn uses(uses: &[UsedRecord]) -> DocTable {
    let row = |uses: &UsedRecord| {
        let closed = uses.closed.map_or_else(String::new, |closed| {
            let days = closed.days_since(uses.last);
            let days = diag::count(usize::try_from(days.unsigned_abs()).unwrap_or(0), "day");
            let how = if closed < uses.last { "before" } else { "after" };
            format!("{closed}, {days} {how}")
        });
        vec![
            StyledText::with_tone(Tone::Id, &uses.id),
            StyledText::plain(uses.count.to_string()),
            StyledText::with_tone(Tone::Muted, uses.last.to_string()),
            StyledText::plain(closed),
        ]
    };
    DocTable {
        columns: vec![whole("id"), whole("uses"), whole("last use"), flexible("closed")],
        rows: uses.iter().map(row).collect(),
    }
}

/// Returns the text about a written checkpoint.
pub fn written(path: &str, tip: &str) -> String {
    format!("wrote {path}: the approved branch is at {}", objects::short(tip))
}
