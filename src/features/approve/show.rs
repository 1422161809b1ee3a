//! `approve`: what was approved or rejected, for which groups it counts, and the next steps.
//!
//! Pure. Start at [`signed`] and [`stated`]; [`gist`] is shown before signing. Follows `docs/spec/cli.md`, JSON that
//! scripts rely on.

use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::diag;
use crate::diag::shell;
use crate::history::objects;
use crate::plan::reviews::skipped::UnresolvedReview;
use crate::policy::tier::Needed;
use crate::record::{Record, credential};
use crate::view::doc::{Block, Doc, RowColumns, StyledText, Tone};
use crate::view::{init, shape};
use serde::Serialize;

const GIST: usize = 300;

/// An approval or rejection, and its subject.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovalSummary {
    /// The id of the record, or the path of the governance file.
    #[serde(rename = "id")]
    pub name: String,
    /// The sha256 of the bytes.
    pub sha256: String,
    /// Whether they were approved or rejected.
    pub decision: ApprovalDecision,
    /// The groups that it counts for.
    pub groups: Vec<String>,
    /// The files: the approval file, then its signature.
    pub files: Vec<String>,
}

/// A signed approval or rejection.
#[derive(Clone, Debug)]
pub struct SignedStatement {
    /// The approval or rejection.
    pub summary: ApprovalSummary,
    /// The title of the record.
    pub title: Option<String>,
    /// The source of the bytes: a path, and the branch or work tree that holds it.
    pub of: String,
    /// Who approved or rejected.
    pub by: String,
    /// The key, and how it is listed.
    pub key: Option<StyledText>,
    /// Whether it counts once it has landed.
    pub counting: Counting,
    /// The approvals that the bytes need.
    pub needed: Needed,
    /// The approvals that are still needed after it, and who could give them, one line each.
    pub who: Vec<String>,
    /// What happened to its files.
    pub done: Done,
    /// The commands to run next.
    pub next: Vec<String>,
}

/// The headline of a signature that does not count.
pub const NOT_YET: &str = "signed, does not count yet";

/// Whether an approval counts once it has landed, under the governance of the approved ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counting {
    /// It counts.
    Counts,
    /// It does not count: the key is not listed for the person.
    NotYet {
        why: String,
        signers: String,
        /// The line to list the key; `None` if it is listed.
        line: Option<String>,
        // What ends it where another line would not.
        way_out: Option<String>,
    },
    /// Nothing was signed, so that is unknown.
    NotSigned,
}

/// Returns what must happen before a signature counts, as words behind "first".
pub fn first_step(signers: &str, line: Option<&str>, way_out: Option<&str>) -> String {
    match (line, way_out) {
        (_, Some(way_out)) => way_out.to_owned(),
        (Some(_), None) => {
            format!("add this line to {signers}, in a change that someone else approves")
        }
        (None, None) => format!(
            "have somebody whose key was approved with signatures run `{}`",
            shell::command("exledger approve --governance", &[signers])
        ),
    }
}

/// What happened to the files of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The files were written.
    Written,
    /// The files are in a commit of this branch.
    Committed { commit: String, branch: String },
    /// The same approval or rejection exists already.
    Before,
    /// Nothing, because only a preview was requested: the text that would be signed.
    Never(String),
}

#[derive(Serialize)]
struct ReviewsAnswer<'a> {
    schema: String,
    results: Vec<WrittenReviewView<'a>>,
    unresolved: &'a [UnresolvedReview],
}

/// Returns the answer about a signed approval.
pub fn signed(signed: &SignedStatement) -> Doc<'static> {
    let summary = &signed.summary;
    let mut doc = shape::plain("approve", &ApprovalSummaryView::of(summary, &signed.counting));
    let not_yet = match &signed.counting {
        Counting::NotYet { why, .. } => Some(why),
        Counting::Counts | Counting::NotSigned => None,
    };
    if not_yet.is_some() {
        doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Warn, NOT_YET)));
    }
    let (verb, tone) = match (summary.decision, &signed.done) {
        (ApprovalDecision::Approve, Done::Never(_)) => ("would approve", Tone::Plain),
        (ApprovalDecision::Reject, Done::Never(_)) => ("would reject", Tone::Plain),
        _ if not_yet.is_some() => ("signed", Tone::Plain),
        (ApprovalDecision::Approve, _) => ("approved", Tone::Good),
        (ApprovalDecision::Reject, _) => ("rejected", Tone::Bad),
    };
    let title = signed.title.clone().map(credential::hidden);
    let title = title.map(|title| format!("  {title}")).unwrap_or_default();
    let name = StyledText::with_tone(tone, &summary.name).and(Tone::Plain, title);
    let mut pairs = vec![
        (verb.to_owned(), name),
        ("content".to_owned(), StyledText::plain(&signed.of)),
        ("sha256".to_owned(), StyledText::plain(&summary.sha256)),
        ("by".to_owned(), StyledText::plain(&signed.by)),
    ];
    pairs.extend(signed.key.clone().map(|key| ("key".to_owned(), key)));
    let whom = counts_for(summary, &signed.needed);
    let counts_for = match &signed.counting {
        Counting::NotYet { why, .. } => {
            StyledText::with_tone(Tone::Warn, format!("nobody yet: {why}"))
        }
        Counting::NotSigned => StyledText::plain(format!("with a listed key: {whom}")),
        Counting::Counts => StyledText::plain(whom),
    };
    pairs.push(("counts for".to_owned(), counts_for));
    if summary.decision == ApprovalDecision::Approve && signed.needed.count > 0 {
        let needs = shape::needed_text(&signed.needed);
        pairs.push(("it needs".to_owned(), StyledText::plain(needs)));
        let left_of = if not_yet.is_some() { "still needed" } else { "and then" };
        let left = match signed.who.as_slice() {
            // What does not count yet is what is still needed.
            [] if not_yet.is_some() => None,
            [] => Some("nothing more".to_owned()),
            who => Some(who.join("\n")),
        };
        pairs.extend(left.map(|left| (left_of.to_owned(), StyledText::plain(left))));
    }
    let label = match &signed.done {
        Done::Written => "written",
        Done::Committed { commit, branch } => {
            let place = format!("{} on {branch}", objects::short(commit));
            pairs.push(("commit".to_owned(), StyledText::plain(place)));
            "files"
        }
        Done::Before => "said before",
        Done::Never(_) => "would write",
    };
    pairs.push((label.to_owned(), StyledText::plain(summary.files.join("\n"))));
    doc.blocks.push(Block::Pairs(pairs));
    if let Counting::NotYet { signers, line, way_out, .. } = &signed.counting {
        let first = first_step(signers, line.as_deref(), way_out.as_deref());
        let heading = format!("First {first}");
        doc.blocks.push(Block::Heading(StyledText::plain(heading)));
        doc.blocks.extend(line.clone().map(Block::Verbatim));
    }
    if let Done::Never(text) = &signed.done {
        doc.blocks.push(Block::Heading(StyledText::plain("What would be signed")));
        doc.blocks.push(Block::Verbatim(text.clone()));
    }
    doc.blocks.extend(init::next(signed.next.clone()));
    doc
}

fn counts_for(summary: &ApprovalSummary, needed: &Needed) -> String {
    let groups = summary.groups.join(", ");
    match (summary.decision, needed.count, summary.groups.len()) {
        (ApprovalDecision::Reject, ..) => "a veto of this version, until you approve it".to_owned(),
        (ApprovalDecision::Approve, 0, _) => {
            "content that needs no approval: it becomes the approved version".to_owned()
        }
        (ApprovalDecision::Approve, 1, 0) => "the one person needed".to_owned(),
        (ApprovalDecision::Approve, n, 0) if needed.each_of.is_empty() => {
            format!("1 of the {n} people needed")
        }
        (ApprovalDecision::Approve, n, 0) => {
            format!("1 of the {n} people needed, in none of the required groups")
        }
        (ApprovalDecision::Approve, _, 1) => format!("group {groups}"),
        (ApprovalDecision::Approve, ..) => format!("one of the groups {groups}"),
    }
}

/// A review that was written as an approval file.
#[derive(Clone, Debug)]
pub struct WrittenReview {
    /// The review and its subject.
    pub summary: ApprovalSummary,
    /// The same as text: who, for which groups, and the review's address.
    pub text: String,
    /// Whether the approved ref has it already.
    pub landed: bool,
}

/// Returns the answer about reviews: those that were written, and those that could not be.
pub fn stated(
    all: &[WrittenReview],
    unresolved: &[UnresolvedReview],
    written: bool,
    next: &[String],
) -> Doc<'static> {
    let mut doc = Doc::new(ReviewsAnswer {
        schema: shape::schema("approve"),
        results: all.iter().map(WrittenReviewView::of).collect(),
        unresolved,
    });
    doc.rows = Some("results");
    doc.name_columns(WrittenReviewView::COLUMNS);
    if all.is_empty() {
        let none = if unresolved.is_empty() {
            "No review approves the merged version: nothing was written"
        } else {
            "Nothing was written"
        };
        doc.blocks.push(Block::Paragraph(StyledText::plain(none)));
        doc.blocks.extend(not_written(unresolved));
        return doc;
    }
    let verb = if written { "written down" } else { "would be recorded" };
    let heading = format!("{} {verb}", diag::count(all.len(), "review"));
    doc.blocks.push(Block::Heading(StyledText::plain(heading)));
    let pairs = all.iter().map(|WrittenReview { summary, text, .. }| {
        let text =
            StyledText::plain(text).and(Tone::Muted, format!("\n{}", summary.files.join("\n")));
        (summary.name.clone(), text)
    });
    doc.blocks.push(Block::Pairs(pairs.collect()));
    let n_waiting = all.iter().filter(|review| !review.landed).count();
    let waiting = match n_waiting {
        0 => "All of them are on the approved ref, or on its branch of approvals".to_owned(),
        n => format!("{} sent: they count once they are pushed", not_yet(n)),
    };
    doc.blocks.push(Block::Paragraph(StyledText::plain(waiting)));
    doc.blocks.extend(not_written(unresolved));
    doc.blocks.extend(init::next(next.to_vec()));
    doc
}

fn not_yet(n_waiting: usize) -> String {
    let verb = if n_waiting == 1 { "is" } else { "are" };
    format!("{} {verb} not yet", diag::count(n_waiting, "review"))
}

/// Returns the reviews that were not written, each with the reason.
fn not_written(unresolved: &[UnresolvedReview]) -> Vec<Block<'static>> {
    if unresolved.is_empty() {
        return Vec::new();
    }
    let n_reviews = diag::count(unresolved.len(), "review");
    let heading = format!("{n_reviews} not recorded: reviewer unknown");
    let pairs = unresolved.iter().map(|review| {
        let step = review.step().map(|step| format!("\n{step}")).unwrap_or_default();
        let text = format!("{}{step}", review.reason);
        let login = review.login.clone().unwrap_or_else(|| "-".to_owned());
        (login, StyledText::plain(text).and(Tone::Muted, format!("\n{}", review.url)))
    });
    vec![Block::Heading(StyledText::with_tone(Tone::Warn, heading)), Block::Pairs(pairs.collect())]
}

impl<'a> WrittenReviewView<'a> {
    const COLUMNS: &'static RowColumns =
        &[("", "id sha256 decision groups files counts why_not landed")];

    fn of(review: &'a WrittenReview) -> WrittenReviewView<'a> {
        WrittenReviewView {
            summary: ApprovalSummaryView::of(&review.summary, &Counting::NotSigned),
            landed: review.landed,
        }
    }
}

impl<'a> ApprovalSummaryView<'a> {
    fn of(summary: &'a ApprovalSummary, counting: &'a Counting) -> ApprovalSummaryView<'a> {
        let (counts, why_not) = match counting {
            Counting::Counts => (Some(true), None),
            Counting::NotYet { why, .. } => (Some(false), Some(why.as_str())),
            Counting::NotSigned => (None, None),
        };
        ApprovalSummaryView { summary, counts, why_not }
    }
}

/// Returns a summary of a record: what it is, why, what compensates, when it ends, what changes.
pub fn gist(record: &Record, makers: &[String], changes: &[&str]) -> Doc<'static> {
    let cut = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = credential::hidden(text);
        match text.char_indices().nth(GIST) {
            Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
            None => text,
        }
    };
    let controls: Vec<String> = record
        .compensating_controls
        .iter()
        .map(|control| format!("{} ({})", cut(&control.description), control.status.as_str()))
        .collect();
    let or_none = |list: Vec<String>| {
        if list.is_empty() { "none".to_owned() } else { list.join("; ") }
    };
    let mut pairs = vec![
        ("why", cut(&record.justification)),
        ("made by", or_none(makers.to_vec())),
        ("risk", record.risk.level.as_str().to_owned()),
        ("controls", or_none(controls)),
        ("ends", record.expires.to_string()),
    ];
    if !changes.is_empty() {
        pairs.push(("changes", changes.join(", ")));
    }
    let heading = StyledText::with_tone(Tone::Id, record.id.as_str()).and(Tone::Plain, "  ");
    let pairs = pairs.into_iter();
    let mut doc = Doc::new(());
    doc.blocks = vec![
        Block::Heading(heading.and(Tone::Strong, cut(&record.title))),
        Block::Pairs(
            pairs.map(|(label, text)| (label.to_owned(), StyledText::plain(text))).collect(),
        ),
    ];
    doc
}

#[derive(Serialize)]
pub(super) struct WrittenReviewView<'a> {
    #[serde(flatten)]
    pub(super) summary: ApprovalSummaryView<'a>,
    pub(super) landed: bool,
}

#[derive(Serialize)]
pub(super) struct ApprovalSummaryView<'a> {
    #[serde(flatten)]
    pub(super) summary: &'a ApprovalSummary,
    pub(super) counts: Option<bool>,
    pub(super) why_not: Option<&'a str>,
}
