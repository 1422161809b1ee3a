//! `bot-approval`: the only approval came from a bot or an agent.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::approval::verdict::{NotCounted, Statement, VoteCounts};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BotApproval,
    level: Level::Warning,
    serves: &["M28"],
    summary: "only a bot or an agent approved it",
    why: "If one program files an exception and another approves it, no person decided.",
    bad: Example::history(&[
        "ana proposes the sample",
        "bot merges",
        "found: bot-approval, missing-approval",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(alone(landed));
}

fn alone(landed: &LandedCase<'_>) -> Option<Finding> {
    if landed.is_governance {
        return None;
    }
    let verdict = landed.verdict;
    let is_bot = |statement: &&Statement| statement.counts == VoteCounts::No(NotCounted::Bot);
    let bot = verdict.statements.iter().find(is_bot)?;
    let all_are_of_machines = verdict.statements.iter().all(Statement::is_of_machine);
    if !all_are_of_machines || !verdict.approvers.is_empty() {
        return None;
    }
    let person = &bot.person;
    let message = format!(
        "the only approval came from {}, a bot or an agent, which does not count",
        person.display
    );
    let help = landed.approval(landed.how_to_approve().replacen("someone else", "a person", 1));
    Some(landed.finding(RULE.code, Level::Warning, &message, help))
}
