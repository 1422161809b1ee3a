//! `policy-unapproved`: a change of a governance file without evidence by a person outside its author set.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, G2.

use crate::approval::governance::counted;
use crate::approval::verdict::{FourEyes, Satisfied};
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::governance::GovernanceOrigin;
use crate::rules::audit_cases::{GovernanceCounts, Healed, LandedCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::PolicyUnapproved,
    level: Level::Error,
    serves: &["M25"],
    summary: "nobody else approved a change of the policy, groups, keys or roster",
    why: "Someone who can change the policy alone could grant themselves anything later, so such a change does not count.",
    bad: Example::history(&[
        "ana pushes policy: tiers: [{name: standard, max_term: 120d, approvals: {count: 1}}]",
    ]),
    good: Example::history(&[
        "ana proposes policy: tiers: [{name: standard, max_term: 120d, approvals: {count: 1}}]",
        "lee merges",
    ]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(unapproved(landed));
}

fn unapproved(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    // Before the first policy nobody can be required to approve it; but a redesign counts only if somebody did.
    let is_first = landed.governance_before.origin == GovernanceOrigin::Defaults;
    if !landed.is_governance || is_first && !landed.is_redesign {
        return None;
    }
    let counts = landed.counts?;
    let approved = counts == GovernanceCounts::AsApproved;
    let by_others = approved && verdict.result != FourEyes::SelfApproved;
    let late = verdict.approved_at.filter(|at| by_others && *at > landed.landing.effective);
    let (level, more) = match late {
        _ if matches!(verdict.satisfied, Satisfied::Undetermined(_)) => return None,
        None if by_others => return None,
        Some(at) => (Level::Warning, format!("; it was approved at {at}, and has counted since")),
        None if approved => (Level::Warning, ", as the policy allows".to_owned()),
        None if landed.healed == Healed::Yes => {
            (Level::Warning, "; a later version is approved".to_owned())
        }
        None if landed.healed == Healed::Restored => {
            (Level::Warning, "; a later version counts, as the approved one or stricter".to_owned())
        }
        None if counts == GovernanceCounts::AsStricter => {
            (Level::Warning, "; it counts, because it only adds requirements".to_owned())
        }
        None => {
            (Level::Error, format!(", so it does not count ({})", counted::why_unapproved(verdict)))
        }
    };
    let who = match landed.authors() {
        authors if authors.is_empty() => String::new(),
        authors => format!(" than {authors}"),
    };
    let path = landed.path;
    let message =
        format!("nobody else{who} approved this change to {path} when it was merged{more}");
    let help = match level {
        Level::Error => landed.approved_by([], "where nobody else has a listed key, put the version back that counts, and have somebody who is listed merge the change again, written by somebody else"),
        _ => Remedy::stays(),
    };
    Some(landed.finding(RULE.code, level, &message, help))
}
