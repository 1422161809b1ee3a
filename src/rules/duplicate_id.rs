//! `duplicate-id`: two files with the same id, ignoring letter case; a finding on each.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;

pub(super) const RULE: Rule = Rule {
    code: Code::DuplicateId,
    level: Level::Error,
    serves: &["M61"],
    summary: "two files have the same id",
    why: "It is unclear which of them was approved, so neither grants anything.",
    bad: Example::tree(&[
        ("exceptions/EXC-2026-7F3KQ.yaml", sample::RECORD.as_bytes()),
        ("exceptions/old/EXC-2026-7F3KQ.yml", sample::RECORD.as_bytes()),
    ]),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
