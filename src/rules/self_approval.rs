//! `self-approval`: only authors of the content approved it.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, 1.8 and D8.

use crate::approval::verdict::{ApprovalVerdict, FourEyes, NotCounted, Statement, VoteCounts};
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{self, Finding, Level};
use crate::policy::demand::SelfApproval;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::SelfApproval,
    level: Level::Error,
    serves: &["M25"],
    summary: "only its own authors approved it",
    why: "Someone who requests an exception and grants it themselves has asked nobody.",
    bad: Example::history(&["ana proposes the sample", "ana merges"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(alone(landed));
}

fn alone(landed: &LandedCase<'_>) -> Option<Finding> {
    if landed.is_governance {
        return None;
    }
    let verdict = landed.verdict;
    let by_permission = landed.self_approval == SelfApproval::Allow;
    let members: Vec<&str> = verdict
        .approvers
        .iter()
        .filter(|approver| approver.is_author)
        .map(|approver| approver.person.email.as_str())
        .collect();
    let is_alone = is_alone(verdict);
    if !is_alone && (!by_permission || members.is_empty()) {
        return None;
    }
    let (level, allowed) =
        if by_permission { (Level::Warning, ", as the policy allows") } else { (Level::Error, "") };
    let message = match (verdict.result, is_alone) {
        (FourEyes::Claimed, true) => "approved only according to its own authors".to_owned(),
        (_, true) => format!("approved only by its own authors: {}{allowed}", landed.authors()),
        _ => format!("{} is an author, and approved it{allowed}", diag::names(&members)),
    };
    let help = if by_permission {
        Remedy::stays().after("set `self_approval: forbid` once there is someone else to ask")
    } else {
        landed.approval(landed.how_to_approve())
    };
    Some(landed.finding(RULE.code, level, &message, help))
}

/// Tells whether all evidence comes from members of the author set, or is their report of what others approved.
pub(super) fn is_alone(verdict: &ApprovalVerdict) -> bool {
    let stated =
        |statement: &Statement| statement.counts == VoteCounts::No(NotCounted::SelfAsserted);
    match verdict.result {
        FourEyes::SelfApproved => true,
        FourEyes::Claimed => verdict.approvers.is_empty() && verdict.statements.iter().any(stated),
        _ => false,
    }
}
