//! `too-large`: over 64 KiB, or nested deeper than 16.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::TooLarge,
    level: Level::Error,
    serves: &["M61"],
    summary: "the file is too large or nested too deeply",
    why: "One file must not prevent all others from being read.",
    bad: Example::with(
        "x",
        "{a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {}}}}}}}}}}}}}}}}",
    ),
    good: Example::with("x", "{cost_centre: '1234'}"),
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
