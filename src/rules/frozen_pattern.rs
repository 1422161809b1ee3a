//! `frozen-pattern`: a new record of a group that is frozen for repetition, without a redesign that lifts the freeze.
//!
//! Uses the case, survey's causes. Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/policy.md`, repetition.

use crate::diag::code::Code;
use crate::diag::{Finding, Level, count};
use crate::policy::settings::PatternKey;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::survey::cause;

pub(super) const RULE: Rule = Rule {
    code: Code::FrozenPattern,
    level: Level::Error,
    serves: &["M54"],
    summary: "a new record repeats a cause that was filed too often",
    why: "A cause that is waived again and again is no longer an exception: the process has to change.",
    remedy: "Change the policy or the automation. Until then link a redesign in `references.redesign`, with a `fix` whose `due` is not past.",
    bad: Example::change("absent", "title: The fourth job with this cause").beside(&["", "", ""]),
    good: Example::change(
        "absent",
        "title: The fourth job with this cause\nreferences: {redesign: BILL-500}",
    )
    .beside(&["", "", ""]),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

/// How many records of the group the message names.
const NAMED: usize = 5;

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(neighbours) = case.context.neighbours else {
        return;
    };
    let governance = case.context.governance;
    let patterns = &governance.policy.patterns;
    let (Some(record), id) = (&case.source.record, case.source.stem()) else {
        return;
    };
    let frozen = neighbours.frozen(governance);
    let Some((_, kind)) = neighbours.refuses(&frozen, id, record, governance) else {
        return;
    };
    let named: Vec<&str> = kind.records.iter().take(NAMED).map(|it| it.id.as_str()).collect();
    let more = match kind.records.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "{} with {} landed within {}, so the pattern is frozen: {}{more}",
        count(kind.occurrences, "occurrence"),
        cause::describe(&patterns.key, &kind.spelled),
        patterns.window,
        named.join(", "),
    );
    let help = format!(
        "change the policy or the automation; until then link a redesign in `references.redesign`, with a `fix` whose \
         `due` is not past; or tune `patterns` in exledger.yaml (threshold {}, window {}), approved by someone else",
        patterns.threshold, patterns.window
    );
    let field = patterns.key.first().map_or("root_cause", |key| place(*key));
    let finding = case.finding(RULE.code, field, message, help);
    findings.push(if cause::is_expected(record, patterns) {
        Finding { level: Level::Warning, ..finding }
    } else {
        finding
    });
}

/// Returns the field of a record that holds the value of a pattern key.
fn place(key: PatternKey) -> &'static str {
    match key {
        PatternKey::RootCause => "root_cause",
        PatternKey::Application => "subject.application",
        PatternKey::Identity => "subject.identity",
        PatternKey::Asset => "subject.asset",
        PatternKey::Vendor => "subject.vendor",
        PatternKey::Control => "deviates_from.controls",
        PatternKey::Baseline => "deviates_from.baseline",
        PatternKey::Team => "owner.team",
        PatternKey::Owner => "owner.email",
    }
}
