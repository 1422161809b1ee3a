//! How a changed record can be approved: in words, and as `how[]`.
//!
//! Pure. Start at [`blocks`] and [`HowView::all`]. Follows `docs/spec/cli.md`, `how[]`.

use crate::approval::next::steps::{ApprovalStep, ApprovalWay, Blocker, NextSteps};
use crate::approval::next::text::{self, ContentNames};
use crate::diag;
use crate::diag::shell::quoted;
use crate::features::diff::show::RecordChange;
use crate::features::diff::show::comment::CommentContext;
use crate::policy::people::person::Person;
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::shape;
use serde::Serialize;

const MOST_NAMED: usize = 8;

#[derive(Serialize)]
pub(super) struct HowView<'a> {
    way: &'static str,
    level: &'static str,
    who: &'a [Person],
    command: Option<String>,
}

impl<'a> HowView<'a> {
    /// `command` returns the command of a way, for a quoted branch.
    pub(super) fn all(
        next: &'a NextSteps,
        command: impl Fn(ApprovalWay, Option<&str>) -> Option<String>,
        branch: Option<&str>,
    ) -> Vec<HowView<'a>> {
        let branch = branch.map(quoted);
        let steps = next.steps.iter();
        steps
            .map(|step| HowView {
                way: step.way.as_str(),
                level: step.way.level().as_str(),
                who: &step.who,
                command: command(step.way, branch.as_deref()),
            })
            .collect()
    }
}

pub(super) fn blocks(change: &RecordChange, around: CommentContext<'_>) -> Vec<Block<'static>> {
    let mut blocks = vec![Block::Paragraph(StyledText::with_tone(Tone::Strong, "How to approve"))];
    let say = |text: String| Block::Paragraph(StyledText::plain(text));
    let next = &change.next;
    if change.needs.needed.count == 0 && !next.is_witness {
        blocks.push(say("It needs no approval: anyone may merge it.".to_owned()));
        return blocks;
    }
    let names = ContentNames { id: &change.id, signers: around.signers };
    blocks.extend(signed(change, around.signers).into_iter().map(Block::Paragraph));
    if next.blockers.iter().any(is_rejection) {
        return blocks;
    }
    if next.missing.is_empty() {
        let is_pushed = !next.blockers.iter().any(is_unpushed);
        let then = if is_pushed { "merge it" } else { "after that, merge it" };
        blocks.push(say(format!("Nothing else is missing: {then}, in whatever way.")));
        return blocks;
    }
    for blocker in next.blockers.iter().filter(|blocker| !is_unpushed(blocker)) {
        let words = text::blocker(blocker, next, names).to_string();
        blocks.push(say(format!("{}.", capitalized(&words))));
    }
    if next.steps.is_empty() {
        blocks.push(say("A click does not count here.".to_owned()));
        return blocks;
    }
    blocks.push(Block::Paragraph(needs_and_clicks(change)));
    let steps = next.steps.iter();
    blocks.push(Block::Pairs(steps.map(|step| instruction(step, change, around)).collect()));
    blocks
}

fn is_rejection(blocker: &Blocker) -> bool {
    matches!(blocker, Blocker::SignedRejection { .. })
}

fn is_unpushed(blocker: &Blocker) -> bool {
    matches!(blocker, Blocker::Unpushed { .. })
}

pub(super) fn signed(change: &RecordChange, signers: &str) -> Vec<StyledText> {
    let next = &change.next;
    let names = ContentNames { id: &change.id, signers };
    let rejections = next.blockers.iter().filter(|blocker| is_rejection(blocker));
    let mut lines: Vec<StyledText> = rejections
        .map(|rejection| StyledText::plain(format!("{}.", text::blocker(rejection, next, names))))
        .collect();
    if !next.signed.is_empty() {
        let names = next.signed.iter().map(shape::name).collect::<Vec<_>>().join(" and ");
        let text = format!("Signed by {names} (attested): that counts once it is merged.");
        lines.push(StyledText::plain(text));
    }
    for blocker in &next.blockers {
        if let Blocker::Unpushed { remote, .. } = blocker {
            let cause = capitalized(&text::blocker(blocker, next, names).cause);
            let text = StyledText::plain(format!("{cause}: "));
            lines.push(text.and(Tone::Command, text::push(remote)));
        }
    }
    lines
}

fn needs_and_clicks(change: &RecordChange) -> StyledText {
    let clicks = text::clicks(&change.next);
    if change.next.is_witness {
        let missing: Vec<String> = change.next.missing.iter().map(text::missing).collect();
        return StyledText::plain(format!(
            "It needs no approval to be merged, but counts only with one, of {}{clicks}",
            missing.join("; ")
        ));
    }
    if change.next.signed.is_empty() {
        let needs = StyledText::plain("Needs ");
        let needs =
            StyledText([needs.0, crate::features::diff::show::needs(&change.needs).0].concat());
        return needs.and(Tone::Plain, clicks);
    }
    let missing: Vec<String> = change.next.missing.iter().map(text::missing).collect();
    StyledText::plain(format!("Still missing: {}{clicks}", missing.join("; ")))
}

/// Returns the command of a way. A branch that brings the ledger is checked out first: elsewhere none is found.
pub(super) fn command(
    way: ApprovalWay,
    id: &str,
    (branch, is_first): (Option<&str>, bool),
) -> Option<String> {
    match branch.filter(|_| is_first && way == ApprovalWay::SignedFile) {
        Some(branch) => Some(format!("git switch {branch} && {}", text::command(way, id, None)?)),
        None => text::command(way, id, branch),
    }
}

fn instruction(
    step: &ApprovalStep,
    change: &RecordChange,
    around: CommentContext<'_>,
) -> (String, StyledText) {
    let how = text::instruction(&change.next, step, around.signers);
    let level = step.way.level().as_str();
    let mut text = StyledText::plain(format!("{level}; {}", who(step, change)));
    let branch = around.branch.map(quoted);
    let around = (branch.as_deref(), around.is_first);
    if let Some(command) = command(step.way, &change.id, around) {
        text = text.and(Tone::Plain, how.lead).and(Tone::Command, command);
    }
    text = text.and(Tone::Plain, how.tail);
    if let Some((line, rest)) = how.line {
        text = text.and(Tone::Code, line);
        if !rest.is_empty() {
            text = text.and(Tone::Plain, rest);
        }
    }
    (how.label.to_owned(), text)
}

fn who(step: &ApprovalStep, change: &RecordChange) -> String {
    if !step.who.is_empty() {
        return people(&step.who);
    }
    let next = &change.next;
    let others: Vec<Person> = next.barred.iter().chain(&next.signed).cloned().collect();
    match (next.authors_may, next.signed.is_empty(), others.is_empty()) {
        (true, true, _) => "anyone, and also an author, which is reported".to_owned(),
        (true, false, _) => {
            format!("anyone but {}, and also an author, which is reported", people(&next.signed))
        }
        (false, _, true) => "anyone but the authors".to_owned(),
        (false, _, false) => format!("anyone but {}", people(&others)),
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
