//! `history-rewritten`: a commit that once was the tip is no ancestor of it any more.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M6.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::{Mark, Place};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::HistoryRewritten,
    level: Level::Error,
    serves: &["M61"],
    summary: "what once was the tip is no longer part of the history",
    why: "A branch that was rewritten can say that anything was approved by anybody, at any time.",
    remedy: "Find the old commit in another clone, compare, and put it back.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "checkpoint",
        "lee rewrites the mainline",
    ]),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "checkpoint",
        "ana proposes title: A better title",
        "lee merges",
    ]),
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let marks = case.line().map_or(&[][..], |line| line.marks);
    let found = marks.iter().filter_map(of);
    found.collect()
}

fn of(mark: &Mark) -> Option<Finding> {
    let commit = mark.short();
    let message = match &mark.place {
        Place::Gone(why) => {
            format!("the approved branch stood at {commit}, which is not in its history: {why}")
        }
        Place::Contradicted(why) => {
            format!(
                "the history of the approved branch up to {commit} is not the one of then: {why}"
            )
        }
        Place::OnChain | Place::Beside | Place::CannotSay(_) => return None,
    };
    Some(mark.finding(
        RULE.code,
        message,
        "find that commit in another clone, compare what differs, and forbid forced pushes",
    ))
}
