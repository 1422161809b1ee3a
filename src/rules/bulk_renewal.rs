//! `bulk-renewal`: one landing or branch renews many records.
//!
//! Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{self, Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::example::Example;
use crate::rules::renewals::Renewals;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BulkRenewal,
    level: Level::Warning,
    serves: &["M30"],
    summary: "many exceptions are renewed at once",
    why: "A renewal is a fresh decision; many in one change are seldom looked at one by one.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "ana proposes expires: 2027-01-10; renewals: [{date: 2026-11-20, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
        "lee merges",
    ])
    .policy("version: 1\ndue: {cliff: 1}\n"),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "ana proposes expires: 2027-01-10; renewals: [{date: 2026-11-20, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
        "lee merges",
    ]),
    checks: &[Check::Renewals(check)],
    special: SpecialCases::NONE,
};

fn check(renewals: &Renewals, context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let n = renewals.renewed.len();
    let most = usize::try_from(context.governance.policy.due.cliff).unwrap_or(usize::MAX);
    let Some(first) = renewals.renewed.first().filter(|_| n >= most) else {
        return;
    };
    let ids: Vec<&str> = renewals.renewed.iter().map(|renewed| renewed.id.as_str()).collect();
    let (records, named) = (diag::count(n, "record"), diag::some(&ids, n));
    let (message, help) = match &renewals.landing {
        Some(landing) => (
            format!("{landing} renewed {records} at once: {named}"),
            Remedy::stays().after(
                "review each of them, and close what is no longer needed (`exledger close`)",
            ),
        ),
        None => (
            format!("the branch renews {records} at once: {named}"),
            "split the branch, and close what is no longer needed (`exledger close`)".into(),
        ),
    };
    findings.push(Finding {
        rule: RULE.code,
        level: RULE.level,
        path: first.path.clone(),
        pos: first.pos,
        field: Some("expires".to_owned()),
        id: Some(first.id.clone()),
        message,
        remedy: help,
    });
}
