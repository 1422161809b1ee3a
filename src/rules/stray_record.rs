//! `stray-record`: a file that is meant as a record, and that nothing reads.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted_path;
use crate::diag::{Finding, Level};
use crate::ledger::stray::{Stray, StrayKind};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;

pub(super) const RULE: Rule = Rule {
    code: Code::StrayRecord,
    level: Level::Warning,
    serves: &["M61"],
    summary: "a file states a record's id, but is not read as a record",
    why: "Whoever filed it believes that it is in force, and nothing judges it.",
    bad: Example::tree(&[("exceptions/EXC-2026-7F3KQ.YAML", sample::RECORD.as_bytes())]),
    good: Example::SAMPLE,
    checks: &[Check::Stray(check)],
    special: SpecialCases::NONE,
};

fn check(stray: &Stray, findings: &mut Vec<Finding>) {
    let path = &stray.path;
    let shown = quoted_path(path);
    let (message, help) = match &stray.kind {
        StrayKind::Misplaced { to, missing_folder } => {
            let made = missing_folder.as_ref();
            let made = made.map(|folder| format!("mkdir -p -- {} && ", quoted_path(folder)));
            let moved = if stray.is_tracked { "git mv --" } else { "mv --" };
            let message = match path.rsplit_once('/').map(|(folder, _)| folder) {
                own if own == to.rsplit_once('/').map(|(folder, _)| folder) => {
                    format!("{path} is not read as a record: rename it")
                }
                _ => format!("{path} is not read as a record: move it to a record folder"),
            };
            (message, format!("{}{moved} {shown} {}", made.unwrap_or_default(), quoted_path(to)))
        }
        StrayKind::Copy if stray.is_tracked => (
            format!("{path} is a copy of the record {}, and is not read", stray.id),
            format!("git rm -f -- {shown}"),
        ),
        StrayKind::Copy => (
            format!("{path} is a copy of the record {}, and is not read", stray.id),
            format!("rm -- {shown}"),
        ),
        StrayKind::Ignored => (
            format!("{path} is ignored by git, so it is not committed"),
            format!("git add -f -- {shown}"),
        ),
    };
    findings.push(Finding {
        rule: RULE.code,
        level: if stray.is_new { Level::Error } else { RULE.level },
        path: path.clone(),
        pos: None,
        field: None,
        id: Some(stray.id.to_string()),
        message,
        remedy: Remedy::run([help]),
    });
}
