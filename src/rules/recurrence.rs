//! `recurrence`: the same subject and control as a record that was closed within the window.
//!
//! Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/policy.md`, repetition.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::repeats::Repeat;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;

pub(super) const RULE: Rule = Rule {
    code: Code::Recurrence,
    level: Level::Warning,
    serves: &["M50", "M32"],
    summary: "the same exception was filed again soon after it was closed",
    why: "If it comes back, the closure did not solve it; and a new record would restart its limits.",
    bad: Example::tree(&[
        (sample::PATH, sample::RECORD.as_bytes()),
        ("exceptions/EXC-2026-1A2B3.yaml", CLOSED),
    ]),
    good: Example::tree(&[
        (sample::PATH, sample::RECORD.as_bytes()),
        ("exceptions/EXC-2026-1A2B3.yaml", OTHER),
    ]),
    checks: &[Check::Repeat(check)],
    special: SpecialCases::NONE,
};

/// How many closed records the message names.
const NAMED: usize = 3;

fn check(repeat: &Repeat, findings: &mut Vec<Finding>) {
    let named = repeat.closed.iter().take(NAMED);
    let mut records: Vec<String> =
        named.map(|(id, day)| format!("{id} (closed on {day})")).collect();
    match repeat.closed.len().saturating_sub(NAMED) {
        0 => {}
        more => records.push(format!("{more} more")),
    }
    let message =
        format!("the same subject and control as {}, within {}", records.join(", "), repeat.window);
    findings.push(Finding {
        rule: RULE.code,
        level: RULE.level,
        path: repeat.path.clone(),
        pos: Some(repeat.pos),
        field: Some("subject".to_owned()),
        id: repeat.id.clone(),
        message,
        remedy: Remedy::stays().after(
            "it counts as a renewal: say in the record why it is needed again, or link a redesign",
        ),
    });
}

const CLOSED: &[u8] = b"\
id: EXC-2026-1A2B3
title: Billing key could not rotate during the move
class: standard
deviates_from: {rule: Service-account secrets rotate every 30 days}
subject: {identity: svc:billing, identity_type: service-account, credential: vault:prod/billing/db, task: the move}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The key is held by two hosts while the database moves, and each of them reads it at start alone.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls: [{id: CC1, description: Alert on use by other hosts, owner: soc@example.com, status: active}]
starts: 2026-09-01
expires: 2026-10-15
closure: {outcome: remediated, date: 2026-10-02, by: lee@example.com, reason: The move is over, evidence: [{kind: log, url: https://ci.example.com/7}]}
";

const OTHER: &[u8] = b"\
id: EXC-2026-1A2B3
title: Orders key could not rotate during the move
class: standard
deviates_from: {rule: Service-account secrets rotate every 30 days}
subject: {identity: svc:orders, identity_type: service-account, credential: vault:prod/orders/db, task: the move}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The key is held by two hosts while the database moves, and each of them reads it at start alone.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls: [{id: CC1, description: Alert on use by other hosts, owner: soc@example.com, status: active}]
starts: 2026-09-01
expires: 2026-10-15
closure: {outcome: remediated, date: 2026-10-02, by: lee@example.com, reason: The move is over, evidence: [{kind: log, url: https://ci.example.com/7}]}
";
