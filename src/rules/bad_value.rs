//! `bad-value`: invalid enum value; impossible date; malformed duration, address, instant or digest.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BadValue,
    level: Level::Error,
    serves: &["M02", "M03", "M06"],
    summary: "invalid value (enum, date, duration, email address or digest)",
    why: "These fields are compared and counted; an invalid value would silently be left out.",
    remedy: "Write one of the allowed values, or the expected form. A technical error is not an exception.",
    bad: Example::with("expires", "never"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
