//! `missing-approval`: fewer approvals than needed, unless a more specific rule applies.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::approval::next::text;
use crate::approval::verdict::{FourEyes, Satisfied};
use crate::diag::code::Code;
use crate::diag::{Finding, Level, count};
use crate::policy::demand::SelfApproval;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::self_approval;

pub(super) const RULE: Rule = Rule {
    code: Code::MissingApproval,
    level: Level::Error,
    serves: &["M26"],
    summary: "fewer people approved than the tier and class require",
    why: "The policy requires several people for this decision, and not all of them took part.",
    bad: Example::history(&[
        "bot proposes the sample",
        "bot merges",
        "found: bot-approval, missing-approval",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(few(landed));
}

fn few(landed: &LandedCase<'_>) -> Option<Finding> {
    if !lacks(landed) {
        return None;
    }
    let verdict = landed.verdict;
    let needed = usize::try_from(verdict.needed.count).unwrap_or(usize::MAX);
    let n_approvers = verdict.approvers.len();
    let open: Vec<String> = verdict
        .missing
        .iter()
        .filter(|missing| missing.group.is_none())
        .map(text::missing)
        .collect();
    if n_approvers >= needed && open.is_empty() && !verdict.missing.is_empty() {
        return None;
    }
    let all: Vec<String> = verdict.missing.iter().map(text::missing).collect();
    let open = if open.is_empty() { all } else { open };
    let message =
        format!("{} of {}: {}", count(n_approvers, "approval"), needed, verdict.result.as_str());
    let note = format!("still needed: {}; {}", open.join("; "), landed.how_to_approve());
    let help = landed.approval(note);
    Some(landed.finding(RULE.code, Level::Error, &message, help))
}

/// Tells whether a version just lacks approvals: a requirement is not met, and no worse rule applies.
pub(super) fn lacks(landed: &LandedCase<'_>) -> bool {
    let verdict = landed.verdict;
    let worse = matches!(
        verdict.result,
        FourEyes::Vetoed | FourEyes::InvalidSignature | FourEyes::NotApplicable
    );
    let is_self_approved =
        self_approval::is_alone(verdict) && landed.self_approval == SelfApproval::Forbid;
    !landed.is_governance && verdict.satisfied == Satisfied::No && !worse && !is_self_approved
}
