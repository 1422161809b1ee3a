//! `mainline-suspicious`: a landing that looks like a merge of the mainline into itself.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::mainline::Flag;
use crate::history::thrown_off::ThrownOff;
use crate::history::version::Trail;
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::status;

pub(super) const RULE: Rule = Rule {
    code: Code::MainlineSuspicious,
    level: Level::Warning,
    serves: &["M25"],
    summary: "the approved branch was merged into itself",
    why: "Merging the approved branch into a side branch and pushing the result swaps which side was reviewed.",
    remedy: "Compare with a checkpoint, and forbid direct pushes to the branch.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee pushes README.md",
        "ana turns the mainline",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    let flagged = line.flagged(Flag::Suspicious);
    let suspected = flagged.map(|landing| {
        let oid = landing.oid.short();
        let message =
            format!("commit {oid} merges the approved branch into itself: its sides may be swapped");
        audit_cases::of_line(RULE.code, Level::Warning, message, "compare with a checkpoint (`exledger verify --checkpoint`); who merged does not count as evidence")
    });
    findings.extend(suspected);
    let thrown_off = line.thrown_off.iter();
    findings.extend(thrown_off.map(|(trail, it)| lost(trail, it)));
}

/// Returns the finding about a change that a merge discarded from the first-parent chain and nobody repaired.
fn lost(trail: &Trail, thrown_off: &ThrownOff) -> Finding {
    let files = trail.last().and_then(|version| version.files.first());
    Finding {
        rule: RULE.code,
        level: Level::Error,
        path: files.map_or_else(String::new, |file| file.path.to_string()),
        pos: None,
        field: None,
        id: Some(trail.key.to_string()),
        message: status::thrown_off::describe(thrown_off),
        help: status::thrown_off::REPAIR.to_owned(),
    }
}
