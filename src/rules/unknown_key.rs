//! `unknown-key`: a key that the format does not have, with the most similar valid key.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnknownKey,
    level: Level::Error,
    serves: &["M06"],
    summary: "a key is not part of the format",
    why: "A misspelt `expire:` must never make an exception permanent.",
    bad: Example::with("expire", "2026-12-24"),
    good: Example::with("x", "{ticket_queue: billing}"),
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
