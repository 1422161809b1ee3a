//! `direct-push`: landed without a merge, a pull request reference or evidence.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::approval::verdict::FourEyes;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::DirectPush,
    level: Level::Warning,
    serves: &["M25", "M63"],
    summary: "pushed to the approved branch without review",
    why: "Nobody else saw the change before it took effect.",
    bad: Example::history(&["ana pushes the sample", "found: direct-push, self-approval"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases { each_landing: true, ..SpecialCases::NONE },
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(pushed(landed));
}

fn pushed(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    let by_merge = landed.landing.parents.len() > 1;
    let is_gone = verdict.result == FourEyes::NotApplicable;
    let is_record = !landed.is_governance && !is_gone;
    if !is_record || by_merge || verdict.pull_request.is_some() || landed.has_evidence() {
        return None;
    }
    let who = match &verdict.landed_by {
        Some(person) => format!(" by {}", person.display),
        None => String::new(),
    };
    let message =
        format!("pushed{who} without a merge, a pull request or an approval by anyone else");
    let help = "protect the approved branch, and merge changes by pull request";
    Some(landed.finding(RULE.code, Level::Warning, &message, Remedy::stays().after(help)))
}
