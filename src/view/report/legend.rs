//! The legend of the page: what status, tier and the levels of approval mean.
//!
//! Uses policy, status. Pure. Start at [`blocks`]. Follows `docs/spec/status.md` and `docs/spec/approval.md`.

use crate::policy::Policy;
use crate::policy::demand::Proof;
use crate::record::vocabulary::Vocabulary;
use crate::status::state::Status;
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::list;
use crate::view::shape;

/// Returns the legend.
pub(super) fn blocks<'a>(policy: &Policy) -> Vec<Block<'a>> {
    let heading = |text: &str| Block::Heading(StyledText::plain(text));
    let sentence = |text: &str| Block::Paragraph(StyledText::with_tone(Tone::Muted, text));
    vec![
        heading("Legend"),
        sentence("Status is computed from the files and their history at the instant above; nobody types it."),
        Block::Pairs(statuses()),
        sentence("An approval is attested or claimed."),
        Block::Pairs(levels()),
        sentence("The tier of an exception decides who must approve it and how long it may last."),
        Block::Pairs(tiers(policy)),
    ]
}

fn statuses() -> Vec<(String, StyledText)> {
    let one = |status: &Status| {
        let text = StyledText::with_tone(list::tone(*status), status.as_str())
            .and(Tone::Plain, format!(": {}", meaning(*status)));
        ("status".to_owned(), text)
    };
    Status::ALL.iter().rev().map(one).collect()
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Unknown => "could not be determined, because history is missing here; it grants nothing",
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

fn levels() -> Vec<(String, StyledText)> {
    let level = |level: Proof, text: &str| {
        (level.as_str().to_owned(), shape::level(level).and(Tone::Plain, format!(": {text}")))
    };
    vec![
        level(
            Proof::Attested,
            "signed with a key that the policy lists, for exactly this content. Anyone can verify it again",
        ),
        level(
            Proof::Claimed,
            "stated in git: who merged it, a line of a commit, or a review that was written down. Whoever could write that commit could have written it",
        ),
    ]
}

fn tiers(policy: &Policy) -> Vec<(String, StyledText)> {
    let tier = |tier: &crate::policy::tiers::Tier| {
        let count = usize::try_from(tier.approvals.count).unwrap_or(usize::MAX);
        let each = match tier.approvals.each_of.as_slice() {
            [] => String::new(),
            groups => format!(", one each from {}", groups.join(" and ")),
        };
        let review =
            tier.review_every.map(|every| format!("; reviewed every {every}")).unwrap_or_default();
        let text = format!(
            "{}{each}; at most {} at a time and {} in all{review}",
            crate::diag::count(count, "approval"),
            tier.max_term,
            tier.max_total,
        );
        (tier.name.clone(), StyledText::plain(text))
    };
    policy.tiers.iter().map(tier).collect()
}
