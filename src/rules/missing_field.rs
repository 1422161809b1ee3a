//! `missing-field`: a required field is absent or empty.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MissingField,
    level: Level::Error,
    serves: &["M01", "M04", "M05", "M06", "M08"],
    summary: "a required field is missing or empty",
    why: "Readers interpret an empty field differently; an empty list of actions must never mean all actions.",
    bad: Example::with("expires", ""),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};
