//! `policy-unapproved`: a change of a governance file without evidence by a person outside its author set.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, G2.

use crate::approval::Satisfied;
use crate::approval::loosened;
use crate::diag::{Finding, Level};
use crate::history::governance::Origin;
use crate::policy::demand::SelfApproval;
use crate::policy::stricter;
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::landed::{Healed, Landed, Matter};
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "policy-unapproved",
    level: Level::Error,
    group: Group::Audit,
    serves: &["M25"],
    summary: "a change of the policy, groups, keys or roster that nobody else approved",
    why: "Whoever may change the rules alone can grant himself anything the day after.",
    remedy: "Let somebody else approve it: `exledger approve --governance`, or a later change that they merge.",
    bad: Example::history(&[
        "ana pushes policy: tiers: [{name: standard, max_term: 120d, approvals: {count: 1}}]",
    ]),
    good: Example::history(&[
        "ana proposes policy: tiers: [{name: standard, max_term: 120d, approvals: {count: 1}}]",
        "lee merges",
    ]),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.landed().and_then(unapproved).into_iter().collect()
}

fn unapproved(landed: &Landed<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    // Before the first policy there is nobody to judge it.
    if landed.matter != Matter::Governance || landed.law.origin == Origin::Defaults {
        return None;
    }
    let heard = loosened::by_others(verdict);
    let late = verdict
        .approved_at
        .filter(|at| heard && *at > landed.landing.effective);
    let (level, more) = match late {
        _ if matches!(verdict.satisfied, Satisfied::CannotSay(_)) => return None,
        None if heard => return None,
        Some(at) => (Level::Warning, format!("; it was approved at {at}")),
        None if landed.healed == Healed::Yes => {
            (Level::Warning, "; a later version is approved".to_owned())
        }
        None if landed.self_approval == SelfApproval::Allow => {
            (Level::Warning, ", as the policy allows".to_owned())
        }
        None if only_adds(landed) => (Level::Warning, "; it only adds demands".to_owned()),
        None => (Level::Error, String::new()),
    };
    let who = match landed.authors() {
        authors if authors.is_empty() => String::new(),
        authors => format!(" than {authors}"),
    };
    let path = landed.path;
    let message = format!("nobody else{who} approved this change of {path} when it landed{more}");
    let help =
        "let somebody else run `exledger approve --governance`, or merge a change of the file";
    Some(landed.finding(RULE.code, level, &message, help.to_owned()))
}

/// Tells whether the landing makes approval harder and nothing else; files that can't be read do not.
fn only_adds(landed: &Landed<'_>) -> bool {
    landed.after.origin == Origin::Own(landed.landing.oid)
        && stricter::only_adds(&landed.law.governance, &landed.after.governance)
}
