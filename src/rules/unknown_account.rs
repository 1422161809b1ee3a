//! `unknown-account`: a forge account approved or stated something, and nobody knows whose account it is.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, I7 and I8.

use std::collections::BTreeSet;

use crate::approval::verdict::{Counts, NotCounted, Satisfied};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::{AtTip, LandedCase};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::UnknownAccount,
    level: Level::Warning,
    serves: &["M24", "M26"],
    summary: "nobody knows whose forge account approved",
    why: "A forge's private address names an account and not a person; it may be the author's own.",
    remedy: "Add a line for each account to `people.logins`, and let its owner approve again.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee <7+lee@users.noreply.github.com> merges",
        "found: missing-approval, unknown-account",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    case.landed().and_then(unknown).into_iter().collect()
}

fn unknown(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    if landed.at_tip == AtTip::No || verdict.satisfied == Satisfied::Yes {
        return None;
    }
    let accounts = verdict.statements.iter().filter_map(|it| match &it.counts {
        Counts::No(NotCounted::UnknownAccount(unknown)) => Some(unknown),
        _ => None,
    });
    let accounts: BTreeSet<_> = accounts.collect();
    let not_known = accounts
        .iter()
        .map(|it| format!("{} is not {}", it.account, it.other));
    let not_known: Vec<String> = not_known.collect();
    let to_add: BTreeSet<String> = accounts.iter().map(|it| it.to_add()).collect();
    if to_add.is_empty() {
        return None;
    }
    let message = format!("nobody knows that {}", not_known.join(", nor that "));
    let to_add: Vec<String> = to_add.into_iter().collect();
    let help = format!("add {}, then approve again", to_add.join("; "));
    Some(landed.finding(RULE.code, Level::Warning, &message, help))
}
