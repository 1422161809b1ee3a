//! `unknown-owner`: not in the roster, or inactive.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::people::{self, RosterState};
use crate::record::address::Address;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;

pub(super) const RULE: Rule = Rule {
    code: Code::UnknownOwner,
    level: Level::Error,
    serves: &["M05"],
    summary: "the owner is not in the roster, or inactive",
    why: "If the owner is gone, nobody answers for the exception, and it outlives its reason.",
    bad: Example::tree(&[
        (sample::PATH, sample::RECORD.as_bytes()),
        ("exledger.yaml", b"version: 1\npeople: {roster: people.csv}\n"),
        ("people.csv", b"email,name,team,active\nlee@example.com,Lee Moss,billing,yes\n"),
    ]),
    good: Example::tree(&[
        (sample::PATH, sample::RECORD.as_bytes()),
        ("exledger.yaml", b"version: 1\npeople: {roster: people.csv}\n"),
        ("people.csv", b"email,name,team,active\nana@example.com,Ana Ruiz,billing,yes\n"),
    ]),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(owner) = case.value::<Address>("owner.email") else {
        return;
    };
    let message = match people::roster_state(case.context.governance, &owner) {
        RosterState::NotListed => format!("the owner {owner} is not in the roster"),
        RosterState::Inactive => format!("the owner {owner} is inactive in the roster"),
        RosterState::Active | RosterState::NoRoster => return,
    };
    let active = people::first_active(case.context.governance);
    let help = match active {
        Some(person) => case.source.set_for_example("owner.email", &person),
        None => "choose an owner who is active in the roster".into(),
    };
    findings.push(case.finding(RULE.code, "owner.email", message, help));
}
