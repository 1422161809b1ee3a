//! `unresolved-identity`: the same name under another address, or an author without address.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, A1, A7 and I5.

use crate::approval::verdict::{NotCounted, Statement, VoteCounts};
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::ident::IdentProblem;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnresolvedIdentity,
    level: Level::Warning,
    serves: &["M24"],
    summary: "one name with several addresses, or an author without an address",
    why: "Two addresses may belong to one person; until that is clear, neither counts as someone else.",
    bad: Example::history(&[
        "ana proposes the sample",
        "Ana Ruiz <ruiz@example.com> merges",
        "found: missing-approval, unresolved-identity",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(unresolved(landed));
}

fn unresolved(landed: &LandedCase<'_>) -> Option<Finding> {
    let verdict = landed.verdict;
    let is_namesake =
        |statement: &&Statement| statement.counts == VoteCounts::No(NotCounted::SameNameAsAuthor);
    let mut who: Vec<String> = verdict
        .statements
        .iter()
        .filter(is_namesake)
        .map(|statement| format!("{} has the name of an author", statement.person.display))
        .collect();
    who.extend(verdict.statements.iter().filter_map(|statement| match &statement.counts {
        VoteCounts::No(NotCounted::UnnamedForge(who)) => Some(format!("{who} may be a forge")),
        _ => None,
    }));
    let dropped = verdict.unresolved.iter();
    who.extend(dropped.map(|name| format!("co-author {name} has no address")));
    if verdict.flags.contains("same-name") {
        who.push("two approvers have the same name".to_owned());
    }
    let commits = [&landed.version.commit].into_iter();
    for commit in commits.chain(&landed.version.touched) {
        if commit.author().problems.contains(&IdentProblem::NoAddress) {
            who.push(format!("the author of {} has no address", commit.oid.short()));
        }
    }
    who.dedup();
    if who.is_empty() {
        return None;
    }
    let help = "map the addresses of a person in `.mailmap` and names without an address in `people.logins`, and list forges in `people.forges`";
    let message = format!("some people can't be told apart: {}", who.join("; "));
    Some(landed.finding(RULE.code, Level::Warning, &message, help.to_owned()))
}
