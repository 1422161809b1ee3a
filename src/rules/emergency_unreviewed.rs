//! `emergency-unreviewed`: an emergency of which no version was approved in time.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/status.md`, emergency.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::EmergencyUnreviewed,
    level: Level::Error,
    serves: &["M33"],
    summary: "an emergency exception was not approved in time",
    why: "An emergency starts before anyone reviews it, so the review must follow soon; otherwise every hurry bypasses the policy.",
    bad: Example::history(&[
        "ana proposes class: emergency; starts: 2026-11-20T09:00:00Z; expires: 2026-11-22T09:00:00Z; subject.credential_expires: 2026-11-22T09:00:00Z",
        "ana merges",
        "found: emergency-unreviewed, self-approval",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(late(landed));
}

fn late(landed: &LandedCase<'_>) -> Option<Finding> {
    let urgent = landed.urgent?;
    if urgent.approved.is_some_and(|at| at <= urgent.due) || urgent.now <= urgent.due {
        return None;
    }
    let (level, message, help) = match urgent.approved {
        Some(at) => (
            Level::Warning,
            format!("the emergency had to be approved by {}, and was approved at {at}", urgent.due),
            Remedy::stays()
                .after("approve emergencies in time: after the deadline they grant nothing"),
        ),
        None => (
            Level::Error,
            format!("the emergency had to be approved by {}, and nobody approved it", urgent.due),
            landed.approval(format!(
                "{}; a review entry is not an approval",
                landed.how_to_approve()
            )),
        ),
    };
    Some(Finding { level, ..landed.finding(RULE.code, level, &message, help) })
}
