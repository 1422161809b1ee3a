//! Statements about a version other than plain approvals: those that do not count, rejections,
//! and those that others reported.
//!
//! Pure. Start at [`StatementView`], [`table`] and [`pairs`]. Follows `docs/spec/cli.md`, `statements[]`.

use crate::history::objects;
use serde::Serialize;

use crate::approval::verdict::{Statement, Vote, VoteCounts};
use crate::view::doc::{DocTable, StyledText, Tone};
use crate::view::shape;
use crate::view::tables::{filled, flexible, whole};

/// A statement: who made it (in the form of approvers), whether it approves or rejects, and whether it counts.
#[derive(Debug, Serialize)]
pub struct StatementView<'a> {
    #[serde(flatten)]
    approver: &'a Statement,
    decision: &'static str,
    counts: bool,
    why_not: Option<String>,
}

impl<'a> StatementView<'a> {
    /// Returns statements in the form of answers.
    pub fn all(statements: &[&'a Statement]) -> Vec<StatementView<'a>> {
        statements.iter().map(|statement| StatementView::of(statement)).collect()
    }

    fn of(statement: &'a Statement) -> StatementView<'a> {
        let why_not = reason_not_counted(statement);
        StatementView {
            approver: statement,
            decision: statement.vote.decision(),
            counts: why_not.is_none(),
            why_not,
        }
    }
}

/// Returns the statements that a list of approvers does not show in full, each once, in order.
pub fn beyond_approvers<'a>(all: impl Iterator<Item = &'a Statement>) -> Vec<&'a Statement> {
    let mut shown: Vec<&Statement> = Vec::new();
    for statement in all {
        if !is_plain(statement) && !shown.contains(&statement) {
            shown.push(statement);
        }
    }
    shown
}

/// Tells whether a statement is a counting approval, made by the approver and without a reason.
fn is_plain(statement: &Statement) -> bool {
    let approver = statement;
    let bare = approver.reason.is_none() && approver.via.is_none();
    let approves = statement.vote == Vote::Approves && statement.counts == VoteCounts::Yes;
    approves && bare && shape::stated_by_another(approver).is_none()
}

/// Returns one row per statement; empty columns are left out.
pub fn table(statements: &[&Statement]) -> DocTable {
    let columns = vec![
        flexible("who"),
        whole("says"),
        flexible("counts"),
        flexible("words"),
        flexible("as stated by"),
        flexible("review"),
        whole("how"),
        whole("not before"),
        whole("commit"),
    ];
    filled(columns, statements.iter().map(|statement| row(statement)).collect())
}

fn row(statement: &Statement) -> Vec<StyledText> {
    let approver = statement;
    let stater = shape::stated_by_another(approver);
    vec![
        StyledText::with_tone(Tone::Strong, shape::name(&approver.person)),
        vote(statement),
        counts(statement),
        StyledText::plain(approver.reason.clone().unwrap_or_default()),
        StyledText::plain(stater.map(shape::name).unwrap_or_default()),
        StyledText::plain(approver.via.clone().unwrap_or_default()),
        how(approver),
        StyledText::with_tone(Tone::Muted, approver.at.to_string()),
        StyledText::with_tone(Tone::Muted, objects::short(&approver.commit)),
    ]
}

/// Returns each statement by the name of its author, as a text of several lines.
pub fn pairs(statements: &[&Statement]) -> Vec<(String, StyledText)> {
    let pair = |statement: &&Statement| {
        let approver = statement;
        let mut text = vote(statement).and(Tone::Plain, ", ");
        text.0.extend(counts_text(statement).0);
        text = text.and(Tone::Plain, "\n");
        text.0.extend(how(approver).0);
        text = text.and(
            Tone::Plain,
            format!(", not before {}, {}", approver.at, objects::short(&approver.commit)),
        );
        if let Some(stater) = shape::stated_by_another(approver) {
            text = text.and(Tone::Warn, format!("\nas stated by {}", shape::name(stater)));
        }
        for line in [&approver.reason, &approver.via].into_iter().flatten() {
            text = text.and(Tone::Plain, format!("\n{line}"));
        }
        (shape::short_name(&approver.person), text)
    };
    statements.iter().map(pair).collect()
}

/// Returns the rejections that count, one line each.
pub fn rejections(statements: &[&Statement]) -> Vec<StyledText> {
    let counts = |it: &&&Statement| it.vote == Vote::Vetoes && it.counts == VoteCounts::Yes;
    let rejections = statements.iter().filter(counts);
    let line = |statement: &&Statement| {
        let approver = statement;
        let reason = approver.reason.iter().map(|reason| format!(": {reason}"));
        StyledText::with_tone(Tone::Plain, "rejected by ")
            .and(Tone::Strong, shape::name(&approver.person))
            .and(Tone::Plain, reason.collect::<String>())
    };
    rejections.map(line).collect()
}

fn reason_not_counted(statement: &Statement) -> Option<String> {
    match &statement.counts {
        VoteCounts::Yes => None,
        VoteCounts::No(why_not) => Some(why_not.to_string()),
    }
}

fn vote(statement: &Statement) -> StyledText {
    match statement.vote {
        Vote::Approves => StyledText::plain("approves"),
        Vote::Vetoes => StyledText::with_tone(Tone::Bad, "rejects"),
        Vote::Neither => StyledText::plain("neither"),
    }
}

fn counts(statement: &Statement) -> StyledText {
    match reason_not_counted(statement) {
        None => StyledText::plain("yes"),
        Some(why_not) => StyledText::with_tone(Tone::Warn, format!("no: {why_not}")),
    }
}

fn counts_text(statement: &Statement) -> StyledText {
    match reason_not_counted(statement) {
        None => StyledText::plain("counts"),
        Some(why_not) => StyledText::with_tone(Tone::Warn, format!("does not count: {why_not}")),
    }
}

fn how(approver: &Statement) -> StyledText {
    shape::level(approver.level).and(Tone::Plain, format!(" by {}", approver.kind.as_str()))
}
