//! `not-a-file`: symlink, submodule, directory, fifo, socket or device named like a record.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::NotAFile,
    level: Level::Error,
    serves: &["M61"],
    summary: "a link, folder, submodule or device is named like a record",
    why: "The target of a link is not part of the approved history.",
    bad: Example::tree(&[("exceptions/EXC-2026-7F3KQ.yaml/notes.txt", b"")]),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
