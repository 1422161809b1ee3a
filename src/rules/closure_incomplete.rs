//! `closure-incomplete`: closure lacks items of its baseline, dated access checks, or evidence.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::closing::{self, ClosureRules};
use crate::policy::tier::Resolved;
use crate::record::checklist;
use crate::record::places;
use crate::record::vocabulary::ClosureOutcome;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;
use crate::yaml::splice;

pub(super) const RULE: Rule = Rule {
    code: Code::ClosureIncomplete,
    level: Level::Error,
    serves: &["M45", "M46", "M93"],
    summary: "the closure does not answer everything the policy asks",
    why: "Without the required answers, the access, key or cause may still be in place.",
    bad: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired}",
    ),
    good: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{id: E1, kind: log, url: https://ci.example.com/7}]}",
    ),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

const ANSWER: &str = "Revoked, and seen to fail on the day of the closure";

const EVIDENCE: &str = "[{kind: log, url: https://ci.example.com/7}]";

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let outcome: Option<ClosureOutcome> = case.value("closure.outcome");
    // A rejected request never took effect: there is nothing to undo.
    if case.source.node("closure").is_none() || outcome == Some(ClosureOutcome::Rejected) {
        return;
    }
    let rules = &case.context.governance.policy.closure;
    let required = items(case, rules);
    let is_open = |item: &&&str| case.lacks(&format!("closure.checks.{item}"));
    let unanswered =
        required.iter().filter(is_open).map(|item| (*item, format!("`checks.{item}`")));
    let checks: Vec<(&str, String)> = unanswered.chain(bad_answers(case)).collect();
    let tier = case.tier.as_ref().filter(|tier| tier.is_in(&rules.access_verified));
    let times = tier.map_or(&[][..], |_| closing::TIMES);
    let is_undated = |time: &&&str| case.lacks(&format!("closure.access_verified.{time}"));
    let times: Vec<&str> = times.iter().filter(is_undated).copied().collect();
    let shows_nothing = case.holds_nothing("closure.evidence");
    let lacking = checks.iter().map(|(_, lack)| lack.clone());
    let undated = times.iter().map(|time| format!("`access_verified.{time}`"));
    let evidence = if shows_nothing { Some("`evidence`".to_owned()) } else { None };
    let missing: Vec<String> = lacking.chain(undated).chain(evidence).collect();
    if missing.is_empty() {
        return;
    }
    let day = case.source.text("closure.date").unwrap_or("2026-12-18");
    let answers =
        checks.iter().map(|(item, _)| (format!("closure.checks.{item}"), splice::quote(ANSWER)));
    let dates =
        times.iter().map(|time| (format!("closure.access_verified.{time}"), day.to_owned()));
    let cited = shows_nothing.then(|| ("closure.evidence".to_owned(), EVIDENCE.to_owned()));
    let values: Vec<(String, String)> = answers.chain(dates).chain(cited).collect();
    let silence = tier.filter(|_| !times.is_empty()).map(Resolved::silence);
    let remedy = case.source.set_all_for_example(&values).after(silence.unwrap_or_default());
    findings.push(case.finding_at_key(
        RULE.code,
        "closure",
        format!("the closure lacks {}", missing.join(", ")),
        remedy,
    ));
}

fn bad_answers<'c>(case: &'c RecordCase<'_>) -> Vec<(&'c str, String)> {
    let mut ids: Vec<&str> = Vec::new();
    if let Some(root) = &case.source.root {
        places::evidence(root, &mut |_, node| ids.extend(node.get("id").and_then(Node::text)));
    }
    let answers = case.source.node("closure.checks").map_or(&[][..], Node::entries);
    let flawed = answers.iter().filter_map(|entry| {
        let (item, answer) = (entry.key.as_str(), entry.value.text()?);
        let flaw = checklist::flaw(answer, &|id| ids.contains(&id))?;
        Some((item, format!("an answer to `checks.{item}` ({flaw})")))
    });
    flawed.collect()
}

/// Returns the closure items of a record: those of its baseline and of its identity type.
fn items<'p>(case: &RecordCase<'_>, rules: &'p ClosureRules) -> Vec<&'p str> {
    rules.items(["deviates_from.baseline", "subject.identity_type"].map(|it| case.source.text(it)))
}
