//! `unsigned-forge-commit`: a commit names GitHub as its committer but is not signed.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, 1.5.

use std::collections::BTreeMap;

use crate::approval::forge::github;
use crate::diag::code::Code;
use crate::diag::{self, Finding, Level};
use crate::history::objects::Oid;
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnsignedForgeCommit,
    level: Level::Note,
    serves: &["M24"],
    summary: "a commit names GitHub as its committer but is not signed",
    why: "GitHub signs every commit that it makes, so someone typed the committer of an unsigned one.",
    remedy: "Check who pushed it; where that matters, require `proof: attested`.",
    bad: Example::history(&["ana proposes the sample", "lee merges on GitHub, unsigned"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(unsigned(line));
}

/// Reports all of them in one finding: they are trusted, so one line with their number is enough.
fn unsigned(line: &MainlineCase<'_>) -> Option<Finding> {
    let history = line.history;
    let trails = history.trails.values().chain(history.governance.values());
    let versions = trails.flat_map(|trail| &trail.versions);
    let unsigned: BTreeMap<usize, Oid> = versions
        .filter(|version| line.landings.contains(&version.landing))
        .filter(|version| {
            let committer = version.commit.committer();
            (github::FORGE.is_committer)(&committer.name, &committer.email)
                && version.commit.signature().is_none()
        })
        .map(|version| (version.landing, version.commit.oid))
        .collect();
    let first = unsigned.values().next()?;
    let message = format!(
        "{} with GitHub as committer but without a signature, {} first: accepted as claimed",
        diag::count(unsigned.len(), "commit"),
        first.short()
    );
    let help = "GitHub signs all of its own commits: check who pushed these, and require `proof: attested` where it matters";
    Some(audit_cases::of_line(RULE.code, Level::Note, message, help))
}
