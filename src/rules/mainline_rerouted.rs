//! `mainline-rerouted`: a commit that once was the tip is an ancestor of it, but not by first parents.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M6.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::{LostStanding, MainlineCase, Mark, Place};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MainlineRerouted,
    level: Level::Error,
    serves: &["M61"],
    summary: "a former tip of the approved branch is now on a side branch",
    why: "All commits are still there, but a different side now counts as reviewed.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee pushes README.md",
        "checkpoint",
        "ana turns the mainline",
        "found: mainline-rerouted, mainline-suspicious",
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
    findings.extend(line.marks.iter().filter_map(rerouted));
    let lost = line.lost_tips.iter().filter(|tip| tip.standing == LostStanding::Rerouted);
    let message =
        "a merge brought it back and left out what it took away, or rules that it had, on";
    let reference = &line.history.mainline.reference;
    findings.extend(lost.map(|change| change.finding(RULE.code, Level::Error, reference, message)));
}

fn rerouted(mark: &Mark) -> Option<Finding> {
    if mark.place != Place::Beside {
        return None;
    }
    let message =
        format!("the approved branch was at {}, which is now on a side branch of it", mark.short());
    Some(mark.finding(
        RULE.code,
        message,
        mark.write_anew(
            "restore the branch's first-parent history, and forbid direct pushes to it",
        ),
    ))
}
