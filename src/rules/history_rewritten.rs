//! `history-rewritten`: a commit that once was the tip is no longer an ancestor of it.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M6.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::{LostStanding, MainlineCase, Mark, Place};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::HistoryRewritten,
    level: Level::Error,
    serves: &["M61"],
    summary: "a former tip of the approved branch is no longer in its history",
    why: "A rewritten branch can claim any approval by anyone at any time.",
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
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(line.marks.iter().filter_map(rewritten));
    let apart = line.lost_tips.iter().filter(|tip| tip.standing == LostStanding::Apart);
    let reference = &line.history.mainline.reference;
    findings.extend(
        apart.map(|lost| lost.finding(RULE.code, Level::Error, reference, "it is no longer on")),
    );
}

fn rewritten(mark: &Mark) -> Option<Finding> {
    let commit = mark.short();
    let message = match &mark.place {
        Place::Gone(why) => {
            format!("the approved branch was at {commit}, which is no longer in its history: {why}")
        }
        Place::Contradicted(why) => {
            format!("the history of the approved branch up to {commit} has changed: {why}")
        }
        Place::OnChain | Place::Beside | Place::Undetermined(_) => return None,
    };
    Some(mark.finding(
        RULE.code,
        message,
        mark.write_anew(
            "find that commit in another clone, compare the two, and forbid forced pushes",
        ),
    ))
}
