//! `bad-value`: invalid enum value; impossible date; malformed duration, address, instant or digest.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::approval::sources::signers::{Revoked, Signers};
use crate::diag::code::Code;
use crate::diag::{Finding, Level, Pos, count};
use crate::policy::settings::PatternKey;
use crate::record::time::{Day, Term};
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BadValue,
    level: Level::Error,
    serves: &["M02", "M03", "M06"],
    summary: "invalid value (enum, date, duration, email address or digest)",
    why: "These fields are compared and counted; an invalid value would silently be left out.",
    bad: Example::with("expires", "never"),
    good: Example::SAMPLE,
    checks: &[Check::Noted, Check::Redesign(redesign), Check::Policy(lists_of_keys)],
    special: SpecialCases::NONE,
};

fn lists_of_keys(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let governance = context.governance;
    let approval = &governance.policy.approval;
    let signers = governance.signers.as_deref().map(|text| Signers::parse(text).problems);
    let revoked = governance.revoked.as_deref().map(|text| Revoked::parse(text).problems);
    for (path, problems) in [(&approval.signers, signers), (&approval.revoked, revoked)] {
        findings.extend(problems.into_iter().flatten().map(|problem| Finding {
            rule: RULE.code,
            level: problem.level,
            path: path.clone(),
            pos: Some(Pos { line: problem.line, column: 1 }),
            field: None,
            id: None,
            message: problem.message,
            remedy: problem.help.into(),
        }));
    }
}

fn redesign(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let patterns = &case.context.governance.policy.patterns;
    let mut add = |field: &str, message: String, help: String| {
        findings.push(case.finding(RULE.code, field, message, help));
    };
    for key in PatternKey::ALL.iter().filter(|key| !patterns.key.contains(key)) {
        let field = format!("pattern.{}", key.as_str());
        if case.source.node(&field).is_some() {
            let words: Vec<&str> = patterns.key.iter().map(|key| key.as_str()).collect();
            let message = format!("`{field}` is not a word of `patterns.key` in exledger.yaml");
            add(&field, message, format!("use {}, or finding", words.join(", ")));
        }
    }
    let at_most: Option<u32> = case.value("effect.at_most");
    if let Some(at_most) = at_most.filter(|at_most| *at_most >= patterns.threshold) {
        let most = patterns.threshold.saturating_sub(1);
        let message = format!(
            "`effect.at_most` is {at_most}, but {} freeze the pattern again",
            count(usize::try_from(patterns.threshold).unwrap_or(usize::MAX), "occurrence")
        );
        add("effect.at_most", message, format!("write {most} or less"));
    }
    let (max, help) =
        (patterns.redesign_max, "or change `patterns.redesign_max`, approved by someone else");
    let within: Option<Term> = case.value("effect.within");
    if let Some(within) = within.filter(|within| within.seconds() > max.seconds()) {
        let message = format!("{within} is longer than `patterns.redesign_max` ({max})");
        add("effect.within", message, format!("write {max} or less, {help}"));
    }
    let latest = case.landed.map(|landed| max.after_day(landed.day()));
    let due: Option<Day> = case.value("due");
    if let (Some(due), Some(latest)) = (due, latest)
        && due > latest
    {
        let message =
            format!("it is due more than {max} after it was filed (`patterns.redesign_max`)");
        add("due", message, format!("write {latest} or an earlier day, {help}"));
    }
}
