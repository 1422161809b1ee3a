//! `changed-since-approval`: the landed content differs from the approved content.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, 1.9.

use crate::approval::verdict::{BecomesApproved, Satisfied};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::change;
use crate::history::version::Version;
use crate::record::Record;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ChangedSinceApproval,
    level: Level::Error,
    serves: &["M29"],
    summary: "the merged version differs from the approved version",
    why: "A reader of the file believes that all of it was approved, but only the approved part is in force.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "ana pushes scope.resources: [db:invoices, db:orders]",
        "found: changed-since-approval, direct-push, scope-widened, self-approval",
    ]),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "ana proposes scope.resources: [db:invoices, db:orders]",
        "lee merges",
        "found: scope-widened",
    ]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(other(landed));
}

fn other(landed: &LandedCase<'_>) -> Option<Finding> {
    let approved = landed.approved.filter(|_| !landed.is_governance)?;
    let verdict = landed.verdict;
    let (level, more) = match (&verdict.satisfied, verdict.becomes_approved) {
        (Satisfied::No, _) => (Level::Error, in_force(approved, landed.record)),
        // A change that only narrows takes effect at once; that its content differs is reported only at the tip.
        (Satisfied::Yes, BecomesApproved::AsLanded) if landed.at_tip => {
            (Level::Note, ": it only narrows, so it applies at once".to_owned())
        }
        _ => return None,
    };
    let message = format!(
        "the merged version differs from the one approved in {}{more}",
        approved.commit.oid.short()
    );
    let help = landed.approval("have this version approved, or restore the approved one");
    Some(landed.finding(RULE.code, level, &message, help))
}

fn in_force(approved: &Version, landed: Option<&Record>) -> String {
    let both = approved.record.record().zip(landed);
    let unequal =
        both.map_or_else(Vec::new, |(approved, landed)| change::meet(approved, landed).unequal);
    match unequal.as_slice() {
        [] => ": only what both allow is in force".to_owned(),
        fields => format!(": it changes {}, so nothing is in force", fields.join(", ")),
    }
}
