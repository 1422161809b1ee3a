//! `committer-only`: the only evidence for a landing of one parent is that its committer is not its author.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, E2.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{self, Finding, Level};
use crate::policy::demand::EvidenceKind;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::CommitterOnly,
    level: Level::Warning,
    serves: &["M24"],
    summary: "the only evidence is that someone other than the author committed it",
    why: "A rebase on a forge looks like this, but so does `git commit --author`: the committer may have written the change.",
    bad: Example::history(&["ana proposes the sample", "lee rebases"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(alone(landed));
}

fn alone(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    let by_commit = verdict.flags.contains("committer-may-have-edited");
    let approvers = &verdict.approvers;
    let alone = approvers.iter().all(|approver| approver.kind == EvidenceKind::Merge);
    let is_own = verdict.carries.is_none() && !landed.is_governance;
    if !is_own || !by_commit || !alone || approvers.is_empty() {
        return None;
    }
    let who: Vec<&str> = approvers.iter().map(|approver| approver.person.email.as_str()).collect();
    let message = format!(
        "the only evidence is that {} committed someone else's change, and may have edited it",
        diag::names(&who)
    );
    let help = "merge with a merge commit";
    Some(landed.finding(RULE.code, Level::Warning, &message, Remedy::stays().after(help)))
}
