//! `vetoed`: a negative vote, or a signed rejection.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, E6 and S7.

use crate::approval::verdict::{FourEyes, Statement, Vote, VoteCounts};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

const GERRIT: &str = "version: 1\napproval: {forge: gerrit}\n";

pub(super) const RULE: Rule = Rule {
    code: Code::Vetoed,
    level: Level::Error,
    serves: &["M24", "M35"],
    summary: "merged despite a rejection",
    why: "The person who merged it overruled the reviewer alone.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "dana notes Code-Review-2"])
        .policy(GERRIT),
    good: Example::history(&["ana proposes the sample", "lee merges"]).policy(GERRIT),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(refused(landed));
}

fn refused(landed: &LandedCase<'_>) -> Option<Finding> {
    if landed.is_governance || landed.verdict.result != FourEyes::Vetoed {
        return None;
    }
    let is_veto = |statement: &&Statement| {
        statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes
    };
    let vetoes = landed.verdict.statements.iter().filter(is_veto);
    let rejections: Vec<String> = vetoes
        .map(|statement| {
            let who = &statement.person.display;
            match &statement.reason {
                Some(reason) => format!("{who}: {reason}"),
                None => who.clone(),
            }
        })
        .collect();
    let message = format!("rejected by {}", rejections.join("; "));
    let who = landed.verdict.statements.iter().filter(is_veto);
    let who = who.map(|statement| statement.person.clone());
    let help = landed.approved_by(
        who,
        "settle it with the person who rejected it: their later review replaces the earlier one",
    );
    Some(landed.finding(RULE.code, Level::Error, &message, help))
}
