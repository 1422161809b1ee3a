//! `duplicate-key`: one key twice; the field then counts as unreadable.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::DuplicateKey,
    level: Level::Error,
    serves: &["M61"],
    summary: "one key twice in a map",
    why: "Readers disagree about which of the two counts, so a reviewer may approve the other.",
    remedy: "Keep one of them.",
    bad: Example::with("risk", "{level: high, level: low}"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
