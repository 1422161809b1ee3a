//! `encoding`: not UTF-8, NUL, control characters and bidi overrides, also written as escapes.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::Encoding,
    level: Level::Error,
    serves: &["M61"],
    summary: "the file is not UTF-8 or contains hidden characters",
    why: "Reviewers approve what they see; hidden characters make the text mean something else.",
    bad: Example::with("title", "\"Read access \\u202e for billing\""),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
