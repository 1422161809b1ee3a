//! `unknown-account`: a forge account gave an approval or reported one, but its owner is unknown.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, I7 and I8.

use std::collections::BTreeSet;

use crate::approval::verdict::{NotCounted, Satisfied, VoteCounts};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnknownAccount,
    level: Level::Warning,
    serves: &["M24", "M26"],
    summary: "an approval came from a forge account of an unknown person",
    why: "A forge's private address names an account, not a person; it may belong to the author.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee <7+lee@users.noreply.github.com> merges",
        "found: missing-approval, unknown-account",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(unknown(landed));
}

fn unknown(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    if !landed.at_tip || verdict.satisfied == Satisfied::Yes {
        return None;
    }
    let accounts: BTreeSet<_> = verdict
        .statements
        .iter()
        .filter_map(|statement| match &statement.counts {
            VoteCounts::No(NotCounted::UnknownAccount(unknown)) => Some(unknown),
            _ => None,
        })
        .collect();
    let unlisted: Vec<String> =
        accounts.iter().map(|it| format!("{} is not {}", it.account, it.other)).collect();
    let to_add: BTreeSet<String> = accounts.iter().map(|account| account.to_add()).collect();
    if to_add.is_empty() {
        return None;
    }
    let message = format!("it is not known that {}", unlisted.join(", nor that "));
    let to_add: Vec<String> = to_add.into_iter().collect();
    let help = format!("add {}, then approve again", to_add.join("; "));
    Some(landed.finding(RULE.code, Level::Warning, &message, help))
}
