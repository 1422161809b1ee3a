//! A second opinion: whatever our reader accepts, another YAML reader reads as the same record.
//!
//! Follows `docs/libraries.md` (second opinion). The samples are mutated at random: values, keys, lines,
//! characters.

use exledger::record::{Record, file};
use proptest::prelude::*;

use crate::support::samples::PATH;

/// A record with every field.
pub(crate) const FULL: &str = "\
# yaml-language-server: $schema=../schemas/exception.schema.json
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard                       # standard | emergency | regulated | third-party
deviates_from:
  controls: [owasp-nhi:NHI7:2025, nist-csf:ID.RA-07]
  rule: Service-account secrets rotate every 30 days
  baseline: credential-rotation
subject:
  identity: svc:billing-batch
  identity_type: service-account
  credential: vault:prod/billing/db
  credential_expires: 2026-12-20
  asset: host:billing-01
  application: billing
  environment: production
  task: nightly invoice run
  vendor: Example Payments Ltd
  aliases: [host:bill-old-01]
scope:
  resources: [db:invoices]
  actions: [read]
  not_waived: [Logging and network policy still apply]
  findings:
    - {tool: trivy, id: CVE-2026-1234, purl: pkg:cargo/openssl@0.10.60, paths: [services/billing/**]}
    - {cwe: CWE-79, severity: moderate, purl: pkg:npm/legacy-ui, versions: \"<3.2.0\", resources: []}
owner: {name: Ana Ruiz, email: ana@example.com, team: billing, backup: lee@example.com}
requester: ana@example.com
justification: |
  The job hard-codes the credential path; rotating breaks invoicing. It is retired on 18 December (BILL-412).
risk:
  level: high
  blast_radius: Read access to invoices of one region
  owner: dana@example.com
root_cause: brittle-dependency
fix: {target: automation, plan: Replace the job with the event consumer, ticket: BILL-412, due: 2026-12-18}
compensating_controls:
  - id: CC1
    description: Alert on any use outside 01:00-03:00 UTC
    owner: soc@example.com
    status: active
    verified: 2026-11-19
    verify_every: 30d
    evidence: [{kind: dashboard, url: https://grafana.example.com/d/abc}]
starts: 2026-11-20
expires: 2027-01-10
event_ends: 2027-01-09T18:00:00+01:00
review_every: 14d
triggers:
  - {id: T1, when: The vendor ships OAuth client credentials, then: close}
  - {id: T2, when: A fixed release exists, then: review, test: fix-available}
uses: {limit: 1}
rollback: {plan: Disable the key and pause the job, criteria: Any use from an unknown address}
references: {change: CHG-1234, incident: INC-88, ticket: BILL-400, onboarding: VND-7, access_review: AR-9,
             rotation: ROT-3, offboarding: OFF-2, pam: PAM-8, risk: RISK-12, redesign: BILL-500,
             supersedes: EXC-2026-1A2B3}
reviews:   [{date: 2026-12-04, by: lee@example.com, outcome: still-needed, note: As before}]
handling:  [{date: 2026-11-21, stage: investigation, by: lee@example.com, note: Seen,
             evidence: [{id: E3, kind: log, url: \"https://ci.example.com/7\"}]}]
renewals:  [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The consumer is late by three weeks}]
transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com, reason: On leave}]
fired:     [{date: 2026-12-05, trigger: T1, by: lee@example.com, note: Announced}]
closure:
  outcome: remediated
  date: 2026-12-19
  by: lee@example.com
  reason: Job retired, key destroyed
  checks: {rotated: yes-see-E1, removed-from-code: E2}
  access_verified: {before: 2026-11-20, during: 2026-12-04, after: 2026-12-19}
  evidence: [{id: E1, kind: log, path: evidence/rotate.txt,
              sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa},
             {id: E2, kind: change, commit: 3f2c9a7b}]
  prevention: Linter forbids literal credential paths
  review_by: 2027-01-19
  reviewed: {date: 2027-01-10, by: dana@example.com, outcome: effective}
x: {cost_centre: \"1234\", deep: {list: [1, two, true]}}
";

/// The replacements for values.
const VALUES: &[&str] = &[
    "no",
    "1e3",
    "010",
    "0o7",
    "~",
    "null",
    "''",
    "\"a\\tb\"",
    "{}",
    "[]",
    "true",
    "2026-12-20",
    "2027-02-29",
    "2027-01-10T12:00:00Z",
    "0d",
    "36h",
    "ana@example.com",
    "'it''s'",
    "\"\\u00e9\"",
    "é",
    "1",
    "\"1\"",
    "- a",
    "|\n  text\n",
    ">-\n  folded\n  text",
    "a: b",
    "# gone",
    "!!str a",
    "&a b",
    "*a",
    "=",
    "<<",
    "?",
    "@",
    "%",
];

#[derive(Clone, Debug)]
enum Mutation {
    Value(usize, usize),
    Drop(usize),
    Twice(usize),
    Swap(usize, usize),
    Character(usize, char),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = 0..10_000_usize;
    prop_oneof![
        6 => (place.clone(), 0..VALUES.len()).prop_map(|(at, value)| Mutation::Value(at, value)),
        2 => place.clone().prop_map(Mutation::Drop),
        1 => place.clone().prop_map(Mutation::Twice),
        1 => (place.clone(), place.clone()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        3 => (place, prop::sample::select(" :-,[]{}'\"#|>\n\tx0\u{e9}".chars().collect::<Vec<_>>()))
            .prop_map(|(at, character)| Mutation::Character(at, character)),
    ]
}

/// Returns the approximate byte ranges of values, after `: `.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    let ends = [',', '}', ']', '\n'];
    text.match_indices(": ")
        .map(|(at, sign)| {
            let from = at + sign.len();
            let length = text[from..].find(ends).unwrap_or(text.len() - from);
            from..from + length
        })
        .collect()
}

fn mutated(text: &str, mutation: &Mutation) -> String {
    let mut text = text.to_owned();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let n_lines = lines.len();
    match mutation {
        Mutation::Value(at, value) => {
            let ranges = values(&text);
            if let Some(range) = ranges.get(at % ranges.len().max(1)).cloned() {
                text.replace_range(range, VALUES[*value]);
            }
            return text;
        }
        Mutation::Character(at, character) => {
            let mut characters: Vec<char> = text.chars().collect();
            let at = at % characters.len().max(1);
            if let Some(place) = characters.get_mut(at) {
                *place = *character;
            }
            return characters.into_iter().collect();
        }
        Mutation::Drop(at) => drop(lines.remove(at % n_lines)),
        Mutation::Twice(at) => lines.insert(at % n_lines, lines[at % n_lines]),
        Mutation::Swap(one, other) => lines.swap(one % n_lines, other % n_lines),
    }
    lines.concat()
}

/// Compares both readers if ours accepts the text; tells whether it did.
fn agree(text: &str) -> bool {
    let source = file::read(PATH, text.as_bytes());
    let Some(mut ours) = source.record else {
        assert!(!source.findings.is_empty(), "refused without a finding:\n{text}");
        return false;
    };
    let mut theirs: Record =
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    // Below `x` our reader follows YAML 1.2's core schema, where `010` is a number; the other reader does not.
    ours.x.clear();
    theirs.x.clear();
    assert_eq!(ours, theirs, "\n{text}");
    true
}

#[test]
fn both_readers_read_the_whole_sample_alike() {
    assert!(agree(FULL), "{:#?}", file::read(PATH, FULL.as_bytes()).findings);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_our_reader_accepts_the_other_reads_alike(mutations in prop::collection::vec(mutation(), 1..3)) {
        let text = mutations.iter().fold(FULL.to_owned(), |text, mutation| mutated(&text, mutation));
        agree(&text);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let source = file::read(PATH, &bytes);
        prop_assert!(source.record.is_none() && !source.findings.is_empty());
    }
}
