//! The legend of the page: what status, tier and the levels of approval mean.
//!
//! Pure. Start at [`blocks`]. Follows `docs/spec/status.md` and `docs/spec/approval.md`.

use crate::features::list;
use crate::policy::Policy;
use crate::policy::demand::Proof;
use crate::policy::tiers::Tier;
use crate::status::state::Status;
use crate::view::doc::{Block, Column, ColumnFit, DocTable, StyledText, Tone};
use crate::view::shape;

pub(super) fn blocks<'a>(policy: &Policy) -> Vec<Block<'a>> {
    let sentence = |text: &str| Block::Paragraph(StyledText::with_tone(Tone::Muted, text));
    vec![
        Block::Heading(StyledText::plain("Legend")),
        sentence(
            "Status is computed from the files and their history at the instant above; nobody types it.",
        ),
        table(&["status", "meaning"], Status::ALL.iter().rev().map(status).collect()),
        sentence("An approval is attested, forge-signed or claimed."),
        table(&["approval", "meaning"], vec![attested(), forge_signed(), claimed()]),
        sentence("The tier of an exception decides who must approve it and how long it may last."),
        table(
            &["tier", "approvals", "at a time", "in all", "reviewed every"],
            policy.tiers.iter().map(tier).collect(),
        ),
    ]
}

fn table<'a>(titles: &[&'static str], rows: Vec<Vec<StyledText>>) -> Block<'a> {
    let fit = |n: usize| if n == 0 { ColumnFit::Whole } else { ColumnFit::Flexible };
    let columns = titles.iter().enumerate().map(|(n, title)| Column { title, fit: fit(n) });
    Block::Table(DocTable { columns: columns.collect(), rows })
}

fn status(status: &Status) -> Vec<StyledText> {
    let name = StyledText::with_tone(list::tone(*status), status.as_str());
    vec![name, StyledText::plain(meaning(*status))]
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Unknown => {
            "could not be determined, because history is missing here; it grants nothing"
        }
        Status::Removed => "the file was deleted",
        Status::Invalid => "the file can't be read as a record; it grants nothing",
        Status::Conflicted => "two files have this id; it grants nothing",
        Status::Proposed => "only on a branch; it grants nothing",
        Status::Rejected => "somebody decided against it",
        Status::Closed => "ended, with its outcome and evidence",
        Status::Unapproved => "merged without the approvals it needs; it grants nothing",
        Status::Scheduled => "approved, and starts later",
        Status::Expired => "past its end, and nobody closed it: access may still be live",
        Status::Revoked => "ended early by one of its triggers, and nobody closed it",
        Status::Degraded => "within its dates, but a review, a control or its owner is missing",
        Status::Active => "approved, within its dates, and in force",
    }
}

fn attested() -> Vec<StyledText> {
    let text = "signed with a key that the policy lists, for exactly this content; anyone can verify it again";
    vec![shape::level(Proof::Attested), StyledText::plain(text)]
}

fn forge_signed() -> Vec<StyledText> {
    let text = "the forge signed the merge: the account of this person pressed it";
    vec![shape::level(Proof::ForgeSigned), StyledText::plain(text)]
}

fn claimed() -> Vec<StyledText> {
    let text = "stated in git: who merged it, a line of a commit, or a review that was written down; whoever could write \
                that commit could have written it";
    vec![shape::level(Proof::Claimed), StyledText::plain(text)]
}

fn tier(tier: &Tier) -> Vec<StyledText> {
    let every = tier.review_every.map_or_else(|| "–".to_owned(), |every| every.to_string());
    let cells = [
        tier.name.clone(),
        shape::approvals_text(tier.approvals.count, &tier.approvals.each_of),
        tier.max_term.to_string(),
        tier.max_total.to_string(),
        every,
    ];
    cells.map(StyledText::plain).to_vec()
}
