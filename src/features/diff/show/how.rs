//! How a changed record can be approved: in words, and as `how[]`.
//!
//! Uses approval's offers. Pure. Start at [`blocks`] and [`HowView::all`]. Follows `docs/spec/cli.md`, `how[]`.

use crate::approval::next::steps::ApprovalOffer;
use crate::approval::next::ways::ApprovalWay;
use crate::diag;
use crate::features::diff::show::RecordChange;
use crate::features::diff::show::comment::CommentContext;
use crate::policy::people::person::{Person, PersonView};
use crate::record::vocabulary::Vocabulary;
use crate::rules::change_cases;
use crate::survey::shell::quoted;
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::shape;
use serde::Serialize;

/// The maximum number of people named for one way.
const MOST_NAMED: usize = 8;

/// A way to approve, as in `how[]`.
#[derive(Serialize)]
pub(super) struct HowView<'a> {
    way: &'static str,
    level: &'static str,
    who: Vec<PersonView<'a>>,
    command: Option<String>,
}

impl<'a> HowView<'a> {
    pub(super) fn all(change: &'a RecordChange, branch: Option<&str>) -> Vec<HowView<'a>> {
        let ways = change.offers.ways.iter();
        ways.map(|offer| HowView {
            way: offer.way.as_str(),
            level: offer.way.level().as_str(),
            who: shape::people(&offer.who),
            command: command(offer.way, &change.id, branch),
        })
        .collect()
    }
}

/// Returns the command of a way; `None` for a review, which is given on the forge. `…` marks what only a person knows.
fn command(way: ApprovalWay, id: &str, branch: Option<&str>) -> Option<String> {
    let name = branch.map(quoted);
    let merged = name.as_deref().unwrap_or("…");
    Some(match way {
        ApprovalWay::ForgeReviews => return None,
        ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => match &name {
            Some(name) => format!("exledger approve {id} --ref {name}"),
            None => format!("exledger approve {id}"),
        },
        ApprovalWay::Merge => format!("git merge --no-ff {merged}"),
        ApprovalWay::MergeWithTrailers => format!("git merge --no-ff --edit {merged}"),
        ApprovalWay::SignedMerge => format!("git merge --no-ff -S {merged}"),
        ApprovalWay::ReviewNote => way.command(id, "…"),
    })
}

/// Returns the part of a comment that says how to approve a change; the title, then the ways.
pub(super) fn blocks(change: &RecordChange, around: CommentContext<'_>) -> Vec<Block<'static>> {
    let mut blocks = vec![Block::Paragraph(StyledText::with_tone(Tone::Strong, "How to approve"))];
    let mut say = |text: String| blocks.push(Block::Paragraph(StyledText::plain(text)));
    if change.needs.needed.count == 0 {
        say("It needs no approval: anyone may merge it.".to_owned());
        return blocks;
    }
    for (person, stated) in &change.rejected {
        let name = shape::name(person);
        let reason = stated.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
        say(format!(
            "{name} signed a rejection of this text{reason}. Nothing counts until the text changes, or {name} signs \
             an approval of it."
        ));
    }
    if !change.signed.is_empty() {
        let names = change.signed.iter().map(shape::name).collect::<Vec<_>>().join(" and ");
        say(format!("Signed by {names} (attested): that counts once it is merged."));
    }
    if !change.rejected.is_empty() {
        return blocks;
    }
    if change.offers.missing.is_empty() {
        say("Nothing else is missing: merge it, in whatever way.".to_owned());
        return blocks;
    }
    for sentence in &change.offers.first {
        say(format!("{}.", capitalized(sentence)));
    }
    if change.offers.ways.is_empty() {
        say("A click does not count here.".to_owned());
        return blocks;
    }
    blocks.push(Block::Paragraph(clicks(change)));
    let ways = change.offers.ways.iter();
    blocks.push(Block::Pairs(ways.map(|offer| way(offer, change, around)).collect()));
    blocks
}

/// Says what is needed, and which clicks on the forge count.
fn clicks(change: &RecordChange) -> StyledText {
    let has = |word: &str| {
        let mut ways = change.offers.ways.iter();
        ways.any(|it| it.way.as_str() == word && it.way != ApprovalWay::SignedMerge)
    };
    let click = match (has("review"), has("merge")) {
        (true, true) => ".",
        (true, false) => ". Merging it approves nothing here.",
        (false, true) => ". An approving review alone does not count here.",
        (false, false) => {
            ". A click does not count here, neither a review nor a merge: only a signature does."
        }
    };
    if change.signed.is_empty() {
        let needs = StyledText::plain("Needs ");
        let needs =
            StyledText([needs.0, crate::features::diff::show::needs(&change.needs).0].concat());
        return needs.and(Tone::Plain, click);
    }
    let missing: Vec<String> =
        change.offers.missing.iter().map(change_cases::describe_missing).collect();
    StyledText::plain(format!("Still missing: {}{click}", missing.join("; ")))
}

/// Returns one way: what to do, then its level, who can do it, and the command.
fn way(
    offer: &ApprovalOffer,
    change: &RecordChange,
    around: CommentContext<'_>,
) -> (String, StyledText) {
    let level = offer.way.level().as_str();
    let text = StyledText::plain(format!("{level}; {}", who(offer, change)));
    let command = command(offer.way, &change.id, around.branch);
    let run = |text: StyledText, between: &str| match &command {
        Some(command) => text.and(Tone::Plain, between).and(Tone::Command, command),
        None => text,
    };
    let one_of = match change.offers.missing.len() {
        0 | 1 => "",
        _ => " It gives one of the missing approvals.",
    };
    let (label, text) = match offer.way {
        ApprovalWay::ForgeReviews => {
            let how = match change.offers.forge {
                Some("gitlab") => {
                    " It counts if the project's template for merge commits has `%{approved_by}`."
                }
                Some(_) => " The forge writes it into the merge.",
                None => {
                    " The job that records reviews states it after the merge, however it is merged."
                }
            };
            ("Approve the pull request", text.and(Tone::Plain, format!(".{how}")))
        }
        ApprovalWay::Merge => (
            "Merge it with a merge commit",
            run(text, ", with the forge's button or ").and(
                Tone::Plain,
                format!(". A squash names nobody, so it does not count.{one_of}"),
            ),
        ),
        ApprovalWay::MergeWithTrailers => (
            "Merge it with a merge commit",
            run(text, ": ")
                .and(Tone::Plain, ", with a last paragraph that has a line ")
                .and(Tone::Code, "Approved-by: NAME <ADDRESS>")
                .and(Tone::Plain, " for each further approver. A squash does not count."),
        ),
        ApprovalWay::SignedMerge => (
            "Merge it with a signed merge commit",
            run(text, ": ").and(
                Tone::Plain,
                format!(
                    ". The key must be listed in {}; a forge's own signature does not count.",
                    around.signers
                ),
            ),
        ),
        ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => {
            ("Sign it", run(text, ": ").and(Tone::Plain, ". It counts however this is merged."))
        }
        ApprovalWay::ReviewNote => (
            "Vote in a note on the merge",
            run(text, ": ")
                .and(Tone::Plain, ", with ")
                .and(Tone::Code, "Code-Review+2: NAME <ADDRESS>"),
        ),
    };
    (label.to_owned(), text)
}

/// Returns who can approve in a way.
fn who(offer: &ApprovalOffer, change: &RecordChange) -> String {
    if !offer.who.is_empty() {
        return people(&offer.who);
    }
    match (change.offers.authors_may, change.offers.barred.is_empty()) {
        (true, _) => "anyone, and also an author, which is reported".to_owned(),
        (false, true) => "anyone but the authors".to_owned(),
        (false, false) => format!("anyone but {}", people(&change.offers.barred)),
    }
}

fn people(people: &[Person]) -> String {
    let mut names: Vec<String> = people.iter().take(MOST_NAMED).map(shape::name).collect();
    let n_more = people.len().saturating_sub(MOST_NAMED);
    if n_more > 0 {
        names.push(diag::count(n_more, "other"));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

fn capitalized(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}
