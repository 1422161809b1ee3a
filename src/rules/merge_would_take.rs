//! `merge-would-take`: a commit of the branch takes something away, and a later one gives it back.
//!
//! Pure. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, M5.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::change_cases::TakenOnBranch;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MergeWouldTake,
    level: Level::Error,
    serves: &["M25"],
    summary: "a commit on the branch takes away what a later one gives back",
    why: "A merge commit brings each commit of the branch, and what one of them took away counts, whatever came after it.",
    bad: Example::history(&[
        "ana pushes the sample",
        "ana proposes expires: 2026-12-10",
        "ana adds expires: 2026-12-20",
        "linted",
    ]),
    good: Example::history(&[
        "ana pushes the sample",
        "ana proposes title: A better title",
        "linted",
    ]),
    checks: &[Check::Taken(check)],
    special: SpecialCases::NONE,
};

fn check(taken: &TakenOnBranch, findings: &mut Vec<Finding>) {
    let (commit, loss) = (&taken.commit, taken.loss.as_str());
    findings.push(Finding {
        rule: RULE.code,
        level: RULE.level,
        path: taken.path.clone(),
        pos: None,
        field: None,
        id: taken.id.clone(),
        message: format!(
            "commit {commit} holds a {loss} that the branch takes back: a merge commit would bring it, and it would count"
        ),
        remedy: Remedy::run([
            format!("git reset --soft {}", taken.base),
            "git commit --quiet --allow-empty --message 'Squash the branch'".to_owned(),
        ]),
    });
}
