//! `wrong-type`: a list where a map is expected, and the like.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WrongType,
    level: Level::Error,
    serves: &["M08"],
    summary: "a value has the wrong type, such as a list instead of a map",
    why: "A value of the wrong type can't be checked or approved.",
    bad: Example::with("owner", "ana@example.com"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
