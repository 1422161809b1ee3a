//! `missing-group`: no approval by a member of a required group.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::missing_approval;
use crate::rules::rule::{Check, Rule, SpecialCases};

const POLICY: &str = "version: 1\ngroups: {security: [dana@example.com], platform: [lee@example.com]}\n\
    tiers: [{name: standard, approvals: {count: 1, each_of: [security]}}]\n";

pub(super) const RULE: Rule = Rule {
    code: Code::MissingGroup,
    level: Level::Error,
    serves: &["M27"],
    summary: "nobody approved on behalf of a required group",
    why: "The policy requires several groups because each one sees a different part of the risk.",
    bad: Example::history(&["ana proposes the sample", "lee merges"]).policy(POLICY),
    good: Example::history(&["ana proposes the sample", "dana merges"]).policy(POLICY),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    if !missing_approval::lacks(landed) {
        return;
    }
    let missing = landed.verdict.missing.iter();
    let of_groups = missing.filter_map(|missing| Some((missing.group.as_ref()?, missing)));
    findings.extend(of_groups.map(|(group, missing)| {
        let who: Vec<&str> = missing.who.iter().map(|person| person.email.as_str()).collect();
        let note = if who.is_empty() {
            format!("every member of group {group} is an author: add someone to it")
        } else {
            String::new()
        };
        let help = landed.approved_by(missing.who.iter().cloned(), note);
        let message = format!("nobody in group {group} approved it");
        landed.finding(RULE.code, Level::Error, &message, help)
    }));
}
