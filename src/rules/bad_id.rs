//! `bad-id`: a malformed id, an unknown prefix, or an id that differs from the file stem.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::governance::State;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BadId,
    level: Level::Error,
    serves: &["M61"],
    summary: "the id is malformed, has an unknown prefix, or differs from the file name",
    why: "Tickets, tools and receipts cite the id, so it must lead to exactly one file.",
    bad: Example::with("id", "EXC-2026-7F3KR"),
    good: Example::SAMPLE,
    checks: &[Check::Noted, Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let governance = case.context.governance;
    // The prefixes of a broken policy are not known.
    if governance.state != State::Broken {
        findings.extend(case.source.other_prefix(&governance.policy.id_prefix));
    }
}
