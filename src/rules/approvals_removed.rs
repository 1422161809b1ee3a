//! `approvals-removed`: the branch of approvals lost some that counted.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, S8.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::history::objects::Oid;
use crate::history::off_line::{self, APPROVALS_PIN};
use crate::history::refs::APPROVALS_BRANCH;
use crate::rules::audit_cases::{MainlineCase, RemovedApprovals};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ApprovalsRemoved,
    level: Level::Warning,
    serves: &["M61"],
    summary: "exledger-approvals lost approvals that counted",
    why: "Whoever may delete or rewrite that branch takes away what stands there alone.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "lee begins the approvals branch",
        "checkpoint",
        "lee deletes the approvals branch",
    ]),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "lee begins the approvals branch",
        "checkpoint",
    ]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(line.removed.iter().map(|removed| match removed {
        RemovedApprovals::Tip(mark) => {
            let commit = mark.short();
            let message =
                format!("{APPROVALS_BRANCH} was at {commit}, which is no longer in its history");
            let help = "fetch that branch, or find the commit in another clone and push it again";
            Finding { level: RULE.level, ..mark.finding(RULE.code, message, mark.write_anew(help)) }
        }
        RemovedApprovals::Statement { id, path, by, at, tip, reference } => Finding {
            rule: RULE.code,
            level: RULE.level,
            path: path.clone(),
            pos: None,
            field: None,
            id: Some(id.clone()),
            message: format!(
                "{APPROVALS_BRANCH} lost, with its former tip {}, the statement by {by} of {at}",
                tip.short()
            ),
            remedy: Remedy::run(forget(*tip, reference.as_deref())).after(format!(
                "have that tip pushed again, or the record approved anew (`{}`); if the loss was agreed, this keeps the tip under a tag",
                shell::command("exledger approve", &[id])
            )),
        },
    }));
}

// What only a reflog has is gone with it, so the tip gets a name first.
fn forget(tip: Oid, reference: Option<&str>) -> Vec<String> {
    let keep = format!("git tag -f lost-approvals-{} {tip}", tip.short());
    let clear = off_line::clear_commands(reference, Some(APPROVALS_PIN));
    std::iter::once(keep).chain(clear).collect()
}
