//! `replaced-objects`: the repository has `refs/replace` or grafts.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M4.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ReplacedObjects,
    level: Level::Error,
    serves: &["M24"],
    summary: "git shows other objects than the ones that were pushed",
    why: "`refs/replace` and grafts make one clone show a different history than the others; exledger reads the raw objects.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "lee replaces an object"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    if line.history.mainline.has_replacements {
        let message =
            "this repository replaces objects or parents, by refs/replace or grafts".to_owned();
        let help = Remedy::run([
            "git replace -l | xargs -r git replace -d",
            "rm -f -- \"$(git rev-parse --git-path info/grafts)\"",
        ]);
        findings.push(audit_cases::of_line(RULE.code, Level::Error, message, help));
    }
}
