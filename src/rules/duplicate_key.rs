//! `duplicate-key`: the same key twice; the field then counts as unreadable.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::DuplicateKey,
    level: Level::Error,
    serves: &["M61"],
    summary: "a key appears twice in a map",
    why: "YAML readers disagree about which value counts, so a reviewer may approve the other one.",
    bad: Example::with("risk", "{level: high, level: low}"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
