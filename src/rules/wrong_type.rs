//! `wrong-type`: a list where a map is expected, and the like.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WrongType,
    level: Level::Error,
    serves: &["M08"],
    summary: "a list where a map is expected, and the like",
    why: "A value of another kind than expected can't be judged, so it can't be approved.",
    remedy: "Write the kind of value that is named: one text, a list, or a map.",
    bad: Example::with("owner", "ana@example.com"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
