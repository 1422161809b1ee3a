//! `syntax`: not YAML, several documents, or empty.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::Syntax,
    level: Level::Error,
    serves: &["M06"],
    summary: "the file is not one YAML document",
    why: "A file that can't be parsed grants nothing, because its meaning is unknown.",
    bad: Example::text(b"id: EXC-2026-7F3KQ\ntitle: [not closed\n"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
