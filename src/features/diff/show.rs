//! `diff`: the changes of a branch by their meaning, the approvals they need, and who can give them.
//!
//! Pure. Start at [`doc()`]. Follows `docs/spec/cli.md`, diff. The `markdown` format is one comment on a pull request
//! (`comment`); the others show one row per record.

mod comment;
mod fields;
mod how;

use crate::approval::next::steps::{ApprovalWay, NextSteps};
use crate::approval::next::text;
use crate::history::objects;
use crate::ledger::stray::Stray;
use serde::Serialize;

use crate::diag::{self, Finding, Level};
use crate::features::diff::compared::ChangedRedesign;
use crate::features::diff::show::how::HowView;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::credential;
use crate::record::time::Instant;
use crate::rules::change_cases::Needs;
use crate::rules::change_cases::approve_governance;
use crate::rules::event_details::EventDetail;
use crate::session::judged::JudgedCounts;
use crate::view::doc::{
    Block, Doc, DocTable, FindingList, FindingReaders, RowColumns, ShownFinding, StyledText, Tone,
};
use crate::view::findings::LevelCounts;
use crate::view::shape;
use crate::view::tables::{flexible, whole};

/// The content of `diff`.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The ledger's name in its policy.
    pub name: Option<String>,
    /// The common ancestor of the compared commits.
    pub base: String,
    /// The commit compared with it, or the one that the work tree is based on.
    pub head: String,
    /// Whether a commit is compared, rather than the work tree.
    pub is_commit: bool,
    /// The form of the answer for people.
    pub layout: DiffLayout,
    /// The path of the signers file.
    pub signers: String,
    /// The branch that the commands name; `None` if it is unknown.
    pub branch: Option<String>,
    /// Whether it brings the first policy, so that commands work where it is checked out alone.
    pub is_first: bool,
    /// When the compared state was made, from which days are counted where a record states no start.
    pub from: Option<Instant>,
    /// The records that change, sorted by id.
    pub changes: Vec<RecordChange>,
    /// The redesigns that change, sorted by path.
    pub redesigns: Vec<ChangedRedesign>,
    /// The files that are meant as records, and are not read as such.
    pub strays: Vec<Stray>,
    /// What of the checkout was compared; `None` for a commit.
    pub judged: Option<JudgedCounts>,
    /// The findings about the changes, sorted.
    pub findings: FindingList,
}

/// The form of the answer for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffLayout {
    /// One row per record.
    Table,
    /// A comment on a pull request: each record in full, and how to approve it.
    Comment,
}

/// The changes of one record.
#[derive(Clone, Debug)]
pub struct RecordChange {
    /// The id, or the name of a file without one.
    pub id: String,
    /// The title after the change, otherwise before; `None` if neither can be read.
    pub title: Option<String>,
    /// The changes by their meaning.
    pub events: Vec<EventDetail>,
    /// Who must approve it.
    pub needs: Needs,
    /// The landed, unapproved changes that would be approved with it.
    pub also: Option<String>,
    /// The record before.
    pub before: Option<Record>,
    /// The record after.
    pub after: Option<Record>,
    /// What its findings cover after the change, where the change is about them.
    pub covers: Vec<String>,
    /// The tier of the record after.
    pub tier: Option<String>,
    /// The controls that the record after deviates from, each with its title, if a catalog has it.
    pub controls: Vec<(String, Option<String>)>,
    /// How it can be approved.
    pub next: NextSteps,
}

#[derive(Serialize)]
struct DiffAnswer<'a> {
    schema: String,
    base: &'a str,
    head: &'a str,
    judged: &'a Option<JudgedCounts>,
    changes: Vec<RecordChangeView<'a>>,
    redesigns: Vec<RedesignChangeView<'a>>,
    findings: Vec<&'a Finding>,
}

#[derive(Serialize)]
struct RecordChangeView<'a> {
    id: &'a str,
    events: Vec<ChangeEventView<'a>>,
    how: Vec<HowView<'a>>,
}

#[derive(Serialize)]
struct RedesignChangeView<'a> {
    path: &'a str,
    who: &'a [Person],
    /// The command that signs an approval; `None` if nobody has a listed key.
    command: Option<String>,
    how: Vec<HowView<'a>>,
}

#[derive(Serialize)]
struct ChangeEventView<'a> {
    event: &'static str,
    detail: Option<String>,
    needs: &'a Needed,
}

/// Returns the answer.
pub fn doc(diff: Diff) -> Doc<'static> {
    let found = diff.findings.shown.iter();
    let branch = diff.branch.as_deref();
    let mut doc = Doc::new(DiffAnswer {
        schema: shape::schema("diff"),
        base: &diff.base,
        head: &diff.head,
        judged: &diff.judged,
        changes: diff
            .changes
            .iter()
            .map(|change| RecordChangeView::of(change, (branch, diff.is_first)))
            .collect(),
        redesigns: diff
            .redesigns
            .iter()
            .map(|change| RedesignChangeView::of(change, branch))
            .collect(),
        findings: found.map(|shown| &shown.finding).collect(),
    });
    doc.rows = Some("changes");
    doc.name_columns(RecordChangeView::COLUMNS);
    doc.room = crate::features::diff::show::comment::ROOM;
    doc.repository = diff.name.clone();
    doc.blocks.push(Block::Heading(heading(&diff)));
    if diff.layout == DiffLayout::Table {
        doc.blocks.push(Block::Table(table(&diff.changes, &diff.strays)));
        for change in &diff.changes {
            let lines = how::signed(change, &diff.signers).into_iter();
            let id = || StyledText::plain(format!("{}: ", change.id)).0;
            let said = lines.map(|line| StyledText([id(), line.0].concat()));
            doc.blocks.extend(said.map(Block::Paragraph));
        }
    }
    for change in &diff.redesigns {
        let words = change.standing.words(&change.path, "sign it");
        doc.blocks.push(Block::Paragraph(StyledText::plain(format!("{}: {words}", change.path))));
        let command = sign_redesign(change, branch);
        doc.blocks.extend(command.map(|command| Block::Commands(command + "\n")));
    }
    // The table already shows what notes say; machine formats get all findings.
    let (notes, worse): (Vec<ShownFinding>, Vec<ShownFinding>) =
        diff.findings.shown.iter().cloned().partition(|shown| shown.finding.level == Level::Note);
    doc.blocks.push(Block::Findings(FindingList { shown: worse, ..diff.findings.clone() }));
    doc.blocks.push(Block::Findings(FindingList {
        shown: notes,
        judged: Vec::new(),
        readers: FindingReaders::Machines,
        ..diff.findings.clone()
    }));
    if diff.layout == DiffLayout::Comment {
        let around = crate::features::diff::show::comment::CommentContext {
            branch,
            is_first: diff.is_first,
            signers: &diff.signers,
            from: diff.from,
        };
        doc.blocks.extend(
            diff.changes
                .iter()
                .map(|change| crate::features::diff::show::comment::part(change, around)),
        );
    }
    let head = if diff.is_commit { "commit" } else { "the work tree on" };
    let judged = diff.judged.as_ref().map(JudgedCounts::beside).unwrap_or_default();
    doc.footer = Some(format!(
        "{head} {} against commit {}{judged}",
        objects::short(&diff.head),
        objects::short(&diff.base)
    ));
    doc
}

impl<'a> RecordChangeView<'a> {
    const COLUMNS: &'static RowColumns = &[
        ("", "id events.event events.detail"),
        ("events.needs.", "count each_of must_include"),
        ("how.", "way level who.email who.name command"),
    ];

    fn of(
        change: &'a RecordChange,
        (branch, is_first): (Option<&str>, bool),
    ) -> RecordChangeView<'a> {
        let events = change.events.iter().map(|event| {
            let detail = credential::hidden(event.detail.clone());
            ChangeEventView {
                event: event.event.as_str(),
                detail: Some(detail).filter(|detail| !detail.is_empty()),
                needs: &change.needs.needed,
            }
        });
        RecordChangeView {
            id: &change.id,
            events: events.collect(),
            how: HowView::all(
                &change.next,
                |way, branch| how::command(way, &change.id, (branch, is_first)),
                branch,
            ),
        }
    }
}

fn sign_redesign(change: &ChangedRedesign, branch: Option<&str>) -> Option<String> {
    let is_possible = change.standing.can_be_signed();
    if is_possible { Some(approve_governance(&change.path, branch)) } else { None }
}

impl<'a> RedesignChangeView<'a> {
    fn of(change: &'a ChangedRedesign, branch: Option<&str>) -> RedesignChangeView<'a> {
        let command = |way, quoted: Option<&str>| match way {
            ApprovalWay::SignedFile => sign_redesign(change, branch),
            way => text::command(way, "", quoted),
        };
        RedesignChangeView {
            path: &change.path,
            who: &change.approvers,
            command: sign_redesign(change, branch),
            how: HowView::all(&change.standing.next, command, branch),
        }
    }
}

fn heading(diff: &Diff) -> StyledText {
    let (changes, redesigns) = (&diff.changes, diff.redesigns.len());
    let counts = LevelCounts::count(diff.findings.shown.iter().map(|shown| &shown.finding));
    let waiting = changes.iter().filter(|change| change.needs.needed.count > 0).count();
    let text = match changes.len() {
        0 => StyledText::with_tone(Tone::Good, "No exception changes"),
        n => StyledText::plain(format!("{} changed", diag::count(n, "exception"))),
    };
    let text = match waiting {
        0 => text,
        1 => text.and(Tone::Plain, ", 1 needs approval"),
        n => text.and(Tone::Plain, format!(", {n} need approval")),
    };
    let text = match redesigns {
        0 => text,
        1 => text.and(Tone::Plain, ", 1 redesign needs approval"),
        n => text.and(Tone::Plain, format!(", {n} redesigns need approval")),
    };
    match (counts.errors, counts.warnings) {
        (0, 0) => text,
        (0, n) => text.and(Tone::Plain, ", ").and(Tone::Warn, diag::count(n, "warning")),
        (n, _) => text.and(Tone::Plain, ", ").and(Tone::Bad, diag::count(n, "error")),
    }
}

/// One row per record: what it is, what changes, and the approvals needed.
fn table(changes: &[RecordChange], strays: &[Stray]) -> DocTable {
    DocTable {
        columns: vec![
            whole("exception"),
            flexible("title"),
            flexible("what changes"),
            flexible("needs"),
        ],
        rows: changes.iter().map(row).chain(strays.iter().map(stray_row)).collect(),
    }
}

fn stray_row(stray: &Stray) -> Vec<StyledText> {
    vec![
        StyledText::with_tone(Tone::Id, stray.id.to_string()),
        StyledText::plain(&stray.path),
        StyledText::plain("is not read as a record"),
        StyledText::with_tone(Tone::Bad, "not allowed"),
    ]
}

fn row(change: &RecordChange) -> Vec<StyledText> {
    let events: Vec<String> = change.events.iter().map(EventDetail::line).collect();
    let events = events.into_iter().chain(change.also.clone());
    let what: Vec<String> = events.map(credential::hidden).collect();
    let title = change.title.clone().map(credential::hidden);
    vec![
        StyledText::with_tone(Tone::Id, &change.id),
        StyledText::plain(shape::cut(&title.unwrap_or_default(), 80)),
        StyledText::plain(what.join("; ")),
        match change.after {
            Some(_) => needs(&change.needs),
            None => StyledText::with_tone(Tone::Bad, "not allowed"),
        },
    ]
}

fn needs(needs: &Needs) -> StyledText {
    let Needed { count, .. } = needs.needed;
    if count == 0 {
        return StyledText::with_tone(Tone::Muted, "no approval");
    }
    let n = usize::try_from(count).unwrap_or(usize::MAX);
    let text = StyledText::with_tone(Tone::Strong, diag::count(n, "approval"));
    let missing: Vec<String> = needs.missing.iter().map(text::missing).collect();
    if missing.is_empty() {
        text
    } else {
        text.and(Tone::Plain, format!(": {}", missing.join("; ")))
    }
}
