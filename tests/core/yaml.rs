//! YAML to located nodes, and edits that change only their own bytes.

mod faults;
pub(crate) mod fuzz;
pub(crate) mod mutate;
mod read;
mod splice;

use exledger::yaml::node::{Document, Limits, Node};

/// A record with most YAML constructs that records use: comments, quotes, block texts, flow and block collections.
const RECORD: &str = r#"# yaml-language-server: $schema=../schemas/exception.schema.json
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard # or emergency
deviates_from:
  controls: [owasp-nhi:NHI7:2025, nist-csf:ID.RA-07]
  rule: 'Service-account secrets rotate: every 30 days'
subject:
  identity: svc:billing-batch
  aliases: [host:bill-old-01]

scope:
  resources: [db:invoices]
  not_waived: ["Logging and \"network\" policy still apply"]
  findings:
    # what scanners may leave out
    - {tool: trivy, id: CVE-2026-1234, purl: pkg:cargo/openssl@0.10.60, paths: [services/billing/**]}
    - tool: kyverno
      id: ValidatingPolicy/require-run-as-nonroot
      resources:
      - k8s:billing/Deployment/billing-batch
      - "k8s:billing/Pod/billing-batch-*"
owner: {name: Ana Ruiz, email: ana@example.com,
        team: billing, backup: ~}
justification: |
  The job hard-codes the credential path; rotating breaks invoicing.

  It is retired on 18 December (BILL-412). # no comment
risk:
  level: high
  blast_radius: >-
    Read access
    to invoices of one région
compensating_controls:
  - id: CC1
    description: Alert on any use
      outside 01:00-03:00 UTC
    status: active
expires: 2026-12-20
triggers:
- {id: T1, when: The vendor ships OAuth client credentials, then: close}
x: {cost_centre: "1234", count: 3, on: yes, nothing: }
"#;

/// Reads a source that must have no faults.
fn clean(source: &str) -> Node {
    let Document { root, faults, .. } = exledger::yaml::parse(source.as_bytes(), &Limits::RECORD);
    assert!(faults.is_empty(), "{source:?} has faults: {faults:#?}");
    root.unwrap()
}
