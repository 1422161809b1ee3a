//! `clock-skew`: a commit of the mainline that is dated before an earlier one.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, T1.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::mainline::Flag;
use crate::history::version::VersionChange;
use crate::record::time::Instant;
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ClockSkew,
    level: Level::Warning,
    serves: &["M15", "M62"],
    summary: "a commit on the approved branch is older than its predecessor",
    why: "With a backdated commit, an expired key could sign again and an ended exception could be approved.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "at 2026-11-19T15:00:00Z",
        "lee pushes README.md",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(audit_cases::misdated(
        line,
        (RULE.code, Flag::ClockSkew),
        "earlier than its predecessor",
        "correct the clock of the machine that commits; the latest earlier time is used instead",
    ));
    findings.extend(removals(line));
}

/// Returns the findings about records removed by a commit dated before its parent: approvals signed in between would
/// look newer than the removal.
fn removals(line: &MainlineCase<'_>) -> Vec<Finding> {
    let landings = &line.history.mainline.landings;
    let dated = |at: usize| landings.get(at).and_then(|landing| landing.committed);
    let skewed: Vec<(usize, Instant, Instant)> = line
        .landings
        .iter()
        .filter_map(|at| {
            let is_skewed = landings.get(*at)?.flags.contains(&Flag::ClockSkew);
            let (own, before) = (dated(*at)?, dated(at.checked_sub(1)?)?);
            if is_skewed && own < before { Some((*at, own, before)) } else { None }
        })
        .collect();
    let of = |(at, own, before): &(usize, Instant, Instant)| {
        let removed = line.history.trails.values().flat_map(|trail| {
            let versions = trail.versions.iter().filter(|version| version.landing == *at);
            let removed = versions.filter(|version| version.change == VersionChange::Removed);
            removed.filter_map(|version| Some((trail.key.as_str(), version.before.first()?)))
        });
        let found: Vec<Finding> = removed
            .map(|(id, file)| Finding {
                rule: RULE.code,
                level: Level::Warning,
                path: file.path.to_string(),
                pos: None,
                field: None,
                id: Some(id.to_owned()),
                message: format!(
                    "{id} was removed by a commit dated {own}, before its parent of {before}: a signature dated in between would count again if the same text is filed again"
                ),
                remedy: Remedy::stays().after("check who pushed it; if the record is filed again, approve it again"),
            })
            .collect();
        found
    };
    skewed.iter().flat_map(of).collect()
}
