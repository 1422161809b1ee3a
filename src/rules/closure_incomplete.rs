//! `closure-incomplete`: closure lacks items of its baseline, dated access checks, or evidence.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy::closing::ClosureRules;
use crate::record::word::ClosureOutcome;
use crate::rules::case::{Case, Of};
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "closure-incomplete",
    level: Level::Error,
    group: Group::Content,
    serves: &["M45", "M46"],
    summary: "a closure that leaves open what it had to answer",
    why: "A record that is closed on somebody's word leaves the access, the key or the cause where it was.",
    remedy: "Answer each item with evidence or a sentence, date the access checks, and cite what shows it.",
    bad: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired}",
    ),
    good: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{id: E1, kind: log, url: https://ci.example.com/7}]}",
    ),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let outcome: Option<ClosureOutcome> = of.value("closure.outcome");
    // What was refused never took effect: there is nothing to undo.
    if of.source.node("closure").is_none() || outcome == Some(ClosureOutcome::Rejected) {
        return Vec::new();
    }
    let rules = &case.known.governance.policy.closure;
    let mut missing = Vec::new();
    for item in items(of, rules) {
        if of.lacks("closure.checks") || of.lacks(&format!("closure.checks.{item}")) {
            missing.push(format!("`checks.{item}`"));
        }
    }
    let tier = of.tier.as_ref().map(|tier| &tier.tier);
    if tier.is_some_and(|tier| rules.access_verified.contains(tier)) {
        for time in ["before", "during", "after"] {
            if of.lacks(&format!("closure.access_verified.{time}")) {
                missing.push(format!("`access_verified.{time}`"));
            }
        }
    }
    if of.holds_nothing("closure.evidence") {
        missing.push("`evidence`".to_owned());
    }
    if missing.is_empty() {
        return Vec::new();
    }
    vec![of.finding_at_key(
        RULE.code,
        "closure",
        format!("the closure lacks {}", missing.join(", ")),
        "answer each item with an evidence id or a sentence, and cite what shows it".to_owned(),
    )]
}

/// Returns the items that a record's closure must answer: those of its baseline and of its identity type.
fn items<'p>(of: &Of<'_>, rules: &'p ClosureRules) -> Vec<&'p str> {
    rules.items(["deviates_from.baseline", "subject.identity_type"].map(|it| of.source.text(it)))
}
