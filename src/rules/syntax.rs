//! `syntax`: not YAML, several documents, or empty.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::Syntax,
    level: Level::Error,
    serves: &["M06"],
    summary: "the file is not one YAML document",
    why: "What cannot be read grants nothing, and nobody can tell what was meant.",
    remedy: "Correct the line that is named; one file holds one record.",
    bad: Example::text(b"id: EXC-2026-7F3KQ\ntitle: [not closed\n"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    case.noted(Code::Syntax)
}
