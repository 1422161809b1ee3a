//! `evidence-changed`: the file's SHA-256 differs from the recorded one.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::evidence::Found;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Closed, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::EvidenceChanged,
    level: Level::Error,
    serves: &["M48"],
    summary: "an evidence file differs from its recorded digest",
    why: "Evidence that can be exchanged later proves nothing.",
    bad: Example::tree(&[
        ("exceptions/EXC-2026-7F3KQ.yaml", RECORD),
        ("evidence/rotate.txt", b"rotated on Tuesday"),
    ]),
    good: Example::tree(&[
        ("exceptions/EXC-2026-7F3KQ.yaml", RECORD),
        ("evidence/rotate.txt", b"rotated"),
    ]),
    checks: &[Check::Evidence(check)],
    special: SpecialCases { closed: Closed::Judged, stays_error: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for evidence in &case.evidence {
        let Found::File(digest) = &evidence.found else {
            continue;
        };
        let field = format!("{}.sha256", evidence.field);
        let Some(stated) = case.source.text(&field) else {
            continue;
        };
        if stated.eq_ignore_ascii_case(digest) {
            continue;
        }
        let path = case.source.text(&format!("{}.path", evidence.field));
        let message = format!("{} has a different SHA-256 than recorded", path.unwrap_or_default());
        let help = case
            .source
            .set_for_example(&field, digest)
            .after("restore the file if it is not the one that you mean");
        findings.push(case.finding(RULE.code, &field, message, help));
    }
}

const RECORD: &[u8] = b"\
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard
deviates_from: {rule: Service-account secrets rotate every 30 days}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job hard-codes the credential path; it is retired on 18 December (BILL-412).
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - id: CC1
    description: Alert on any use outside 01:00-03:00 UTC
    owner: soc@example.com
    status: active
    evidence:
      - kind: log
        path: evidence/rotate.txt
        sha256: f42546d5ecdd452509808b2d6d0413b5a738c70a793b99ccf8ed6f423aac83d3
expires: 2026-12-20
";
