//! `frozen-pattern`: a new record of a group that is frozen for repetition, without a redesign that lifts the freeze.
//!
//! Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/policy.md`, repetition.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level, count};
use crate::policy::settings::{PatternKey, RedesignKind};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::survey::cause::{self, CauseGroup};
use crate::survey::redesign::RedesignState;
use crate::survey::redesign::lift::Lifting;
use crate::survey::redesign::step::new_command;

pub(super) const RULE: Rule = Rule {
    code: Code::FrozenPattern,
    level: Level::Error,
    serves: &["M54"],
    summary: "a new record repeats a cause that was filed too often",
    why: "A cause that is waived again and again is no longer an exception: the process has to change.",
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
    let lifting = Lifting::until(neighbours, governance);
    let Some((group, kind)) = neighbours.refuses(&frozen, id, record, &lifting) else {
        return;
    };
    let named: Vec<&str> =
        kind.records.iter().take(NAMED).map(|record| record.id.as_str()).collect();
    let more = match kind.records.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let linked: Vec<String> = lifting.linked(record).filter_map(describe).collect();
    let message = format!(
        "{} with {} landed within {}, so the pattern is frozen: {}{more}{}",
        count(kind.occurrences, "occurrence"),
        cause::describe(&patterns.key, &kind.spelled),
        patterns.window,
        named.join(", "),
        linked.concat(),
    );
    let note = format!(
        "change the policy or the automation, or tune `patterns` in exledger.yaml (threshold {}, window {}), \
         approved by someone else; until then link a redesign that is in time",
        patterns.threshold, patterns.window
    );
    let fix = record.fix.as_ref().filter(|fix| fix.due.is_some());
    let to_link = lifting.to_link(group);
    let help = match (to_link, fix.filter(|_| patterns.redesign == RedesignKind::Any)) {
        (Some(id), _) => case.source.set("references.redesign", id),
        (None, Some(fix)) => {
            let ticket = fix.ticket.as_deref().unwrap_or("BILL-412");
            case.source.set_for_example("references.redesign", ticket)
        }
        (None, None) => Remedy::run([new_command(words(&patterns.key, &kind.spelled), None)]),
    };
    let help = help.after(note);
    let field = patterns.key.first().map_or("root_cause", |key| place(*key));
    let finding = case.finding(RULE.code, field, message, help);
    findings.push(if cause::is_expected(record, patterns) {
        Finding { level: Level::Warning, ..finding }
    } else {
        finding
    });
}

fn words<'g>(
    keys: &'g [PatternKey],
    group: &'g CauseGroup,
) -> impl Iterator<Item = (&'static str, &'g str)> {
    let stated = keys.iter().map(|key| key.as_str()).zip(&group.values);
    let stated = stated.chain([("finding", &group.finding)]);
    stated.filter_map(|(key, value)| Some((key, value.as_deref()?)))
}

fn describe(state: &RedesignState) -> Option<String> {
    let id = state.id.as_deref()?;
    let status = state.status;
    Some(match status {
        _ if state.lifts => {
            format!("; the redesign {id}, which it links, is not about all of this pattern")
        }
        _ => format!("; the redesign {id}, which it links, is {}", status.as_str()),
    })
}

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
