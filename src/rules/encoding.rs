//! `encoding`: not UTF-8, NUL, control characters and bidi overrides, also written as escapes.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::Encoding,
    level: Level::Error,
    serves: &["M61"],
    summary: "the file hides characters, or is not UTF-8",
    why: "A text that shows one thing and says another is approved for what it does not say.",
    remedy: "Save the file as UTF-8 and write the characters that are meant.",
    bad: Example::with("title", "\"Read access \\u202e for billing\""),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
