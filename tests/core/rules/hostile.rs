//! For any content of a ledger's files, linting ends without panics and reports what is wrong where.
//!
//! Every file is a realistic one, randomly changed: records, policy, roster, catalog, team schema, signers.

use exledger::ledger::tree::MapTree;
use exledger::rules;
use proptest::prelude::*;

use crate::record_differential::FULL;
use crate::support::lint::findings;
use crate::yaml::fuzz::check_all;
use crate::yaml::mutate;

const OTHER: &str = "\
id: EXC-2026-1A2B3
title: Nightly invoices still read with the shared database user
class: third-party
deviates_from: {rule: Service-account secrets rotate every 30 days, controls: [NHI-02, house:H1]}
subject: {application: billing, aliases: ['svc:billing-batch', 'host:*']}
scope: {resources: ['db:*', all], findings: [{cwe: CWE-79}, {id: '*', versions: '<1.0.0'}]}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active, verify_every: 1mo}
expires: 9999-12-31
x: {a: [1, {b: ~}], cost_centre: 12}
";

const POLICY: &str = "\
version: 1
name: example/payments
id_prefix: [EXC, OPS]
records: [exceptions, former]
people: {roster: people.csv, bots: ['*[bot]@example.com'], logins: {dkim: dana@example.com}}
groups: {security: [dana@example.com], platform: [lee@example.com]}
approval: {proof: claimed, accept: [merge, trailer], signers: allowed_signers}
assets: [{match: ['svc:billing-*', 'vault:prod/**'], sensitivity: sensitive}]
tiers:
  - name: sensitive
    match: [{sensitivity: [sensitive]}, {risk: [high], wildcard: true}]
    max_term: 1mo
    max_total: 1y
    approvals: {count: 2, each_of: [security, platform], must_include: [risk_owner]}
    require: [blast_radius, rollback, compensating_controls, scope, fix, triggers]
    review_every: 36h
  - {name: standard, max_term: 90d, require: [compensating_controls]}
classes: {emergency: {max_term: 72h, review_within: 24h}}
lint: {justification_min: 40, event_grace: 7d, levels: {unclassified-cause: error}, not_secrets: ['AKIA*']}
patterns: {window: 180d, threshold: 3, key: [root_cause, control, team]}
closure: {checks: {certificate: [impact]}, access_verified: [sensitive]}
extra_schema: house.schema.json
catalogs: [nist-csf, owasp-nhi, house.csv]
baselines: [{id: B1, kind: tool-invocation, when: {type: tool.call}, review_by: 2026-03-31}]
";

const FILES: &[(&str, &str)] = &[
    ("exceptions/EXC-2026-7F3KQ.yaml", FULL),
    ("exceptions/a/EXC-2026-1A2B3.yaml", OTHER),
    ("exledger.yaml", POLICY),
    (
        "people.csv",
        "email,name,team,active\nana@example.com,Ana Ruiz,billing,yes\n\"lee@example.com\",\"Lee, M\",ops,0\n",
    ),
    (
        "house.csv",
        "id,title,group,withdrawn,replaced_by,aliases\nH1,Keys rotate,keys,,,H-1|H01\nH0,Old,keys,true,H1,\n",
    ),
    (
        "house.schema.json",
        "{\"properties\": {\"cost_centre\": {\"type\": \"string\", \"pattern\": \"^[0-9]{4}$\"}}, \"required\": [\"team\"]}",
    ),
    ("allowed_signers", "dana@example.com namespaces=\"git\" ssh-ed25519 AAAAC3Nz\n"),
    ("evidence/rotate.txt", "rotated"),
];

/// Judges the files with one of them changed.
fn judge(changed: usize, text: &str) {
    let files = FILES.iter().enumerate().map(|(n, (path, whole))| {
        let text = if n == changed { text } else { *whole };
        ((*path).to_owned(), text.to_owned())
    });
    let tree = MapTree::of(files);
    for on in [None, Some("2026-12-05"), Some("9999-12-31")] {
        for finding in findings(&tree, on) {
            assert!(rules::find(finding.rule).is_some(), "{finding:#?}");
            assert!(
                !finding.message.is_empty() && !finding.remedy.words().is_empty(),
                "{finding:#?}"
            );
            assert!(finding.pos.is_none_or(|pos| pos.line > 0 && pos.column > 0), "{finding:#?}");
            assert!(tree.0.contains_key(&finding.path), "{finding:#?}");
        }
    }
}

#[test]
fn no_change_of_any_file_makes_the_judges_panic() {
    for (n, (_, text)) in FILES.iter().enumerate() {
        check_all(6, &mutate::of(text), |text: String| judge(n, &text));
    }
}

#[test]
fn no_bytes_in_any_file_make_the_judges_panic() {
    for n in 0..FILES.len() {
        check_all(4, &any::<String>(), |text: String| judge(n, &text));
    }
}
