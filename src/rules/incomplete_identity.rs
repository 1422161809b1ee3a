//! `incomplete-identity`: `identity` and `identity_type` go together; a non-human one also needs `credential` and `task`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::vocabulary::IdentityType;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::IncompleteIdentity,
    level: Level::Error,
    serves: &["M10"],
    summary: "an identity without its type, credential or task",
    why: "The kind of identity, its credential and its task decide what it may do and what must be rotated or revoked later.",
    bad: Example::with(
        "subject",
        "{identity: svc:billing-batch, identity_type: service-account, task: nightly run}",
    ),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let lacks = |key: &&str| case.lacks(&format!("subject.{key}"));
    if case.source.node("subject").is_none() || (lacks(&"identity") && lacks(&"identity_type")) {
        return;
    }
    let kind: Option<IdentityType> = case.value("subject.identity_type");
    let is_machine = kind.is_some_and(|kind| kind != IdentityType::Human);
    let needed: &[&str] = if is_machine {
        &["identity", "identity_type", "credential", "task"]
    } else {
        &["identity", "identity_type"]
    };
    let missing: Vec<&str> = needed.iter().filter(|key| lacks(key)).copied().collect();
    if missing.is_empty() {
        return;
    }
    let values = missing.iter().map(|key| (format!("subject.{key}"), sample(key).to_owned()));
    let remedy = case.source.set_all_for_example(&values.collect::<Vec<_>>());
    let message = match missing[..] {
        ["identity", ref rest @ ..] => {
            let rest = match rest {
                [] => String::new(),
                rest => format!("; {} would also be needed", rest.join(", ")),
            };
            format!("identity_type is stated without an identity{rest}")
        }
        _ => format!("the subject's identity lacks {}", missing.join(", ")),
    };
    findings.push(case.finding_at_key(RULE.code, "subject", message, remedy));
}

/// Returns a value that passes; a credential is a reference, never the secret itself.
fn sample(key: &str) -> &'static str {
    match key {
        "identity" => "svc:billing-batch",
        "identity_type" => "service-account",
        "credential" => "vault:prod/billing/db",
        _ => "nightly invoice run",
    }
}
