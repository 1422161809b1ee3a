//! `lapsed`: a renewal came so late that the record was not in force for some time.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::Lapsed,
    level: Level::Note,
    serves: &["M30"],
    summary: "a renewal was approved only after the end",
    why: "Between the end and the renewal nothing was allowed, whatever was done in that time.",
    bad: Example::history(&[
        "ana proposes expires: 2026-11-24; subject.credential_expires: 2026-11-24",
        "lee merges",
        "at 2026-11-29T09:00:00Z",
        "ana proposes expires: 2026-12-20; renewals: [{date: 2026-11-29, from: 2026-11-24, until: 2026-12-20, reason: The job is retired in December}]",
        "lee merges",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases { each_landing: true, ..SpecialCases::NONE },
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    let Some(lapse) = landed.lapse else {
        return;
    };
    let help =
        Remedy::stays().after("what was done in that time was not allowed; renew before the end");
    findings.push(landed.finding(RULE.code, Level::Note, &lapse.to_string(), help));
}
