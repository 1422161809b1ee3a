//! `stale-baseline`: a policy baseline past its `review_by`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy;
use crate::rules::case::RuleContext;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::StaleBaseline,
    level: Level::Warning,
    serves: &["M59"],
    summary: "a baseline in the policy is overdue for review",
    why: "What is normal changes; an outdated threshold lets the wrong things through or stops the right ones.",
    bad: Example::SAMPLE.on("2026-11-21").policy(
        "version: 1\nbaselines:\n  - {id: B1, kind: tool-invocation, review_by: 2026-11-20}\n",
    ),
    good: Example::SAMPLE.on("2026-11-20").policy(
        "version: 1\nbaselines:\n  - {id: B1, kind: tool-invocation, review_by: 2026-11-20}\n",
    ),
    checks: &[Check::Policy(check)],
    special: SpecialCases::NONE,
};

fn check(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let Some(instant) = context.instant else {
        return;
    };
    let governance = context.governance;
    for (index, baseline) in governance.policy.baselines.iter().enumerate() {
        let Some(review_by) = baseline.review_by.filter(|day| instant >= day.end()) else {
            continue;
        };
        let field = format!("baselines[{index}].review_by");
        let later = instant.plus_seconds(90 * 86_400).day();
        let node = governance.document.as_ref().and_then(|root| root.at(&field));
        findings.push(Finding {
            rule: RULE.code,
            level: RULE.level,
            path: policy::FILE.to_owned(),
            pos: node.map(|node| node.pos),
            field: Some(field.clone()),
            id: None,
            message: format!("baseline {} was due for review by {review_by}", baseline.id),
            remedy: context
                .set_in_policy(&field, &later.to_string())
                .after("review it, and move `review_by`"),
        });
    }
}
