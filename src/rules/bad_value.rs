//! `bad-value`: not one of the words; impossible date; malformed duration, address, instant or digest.
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
    summary: "a word, date, duration, address or digest that is none",
    why: "A field with a form is compared and counted; what does not have the form would silently not be.",
    remedy: "Write one of the words, or the form that is named. A technical error is no exception.",
    bad: Example::with("expires", "never"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
