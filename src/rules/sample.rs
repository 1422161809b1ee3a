//! The sample record that the examples of rules edit; no rule reports it.
//!
//! Pure. Start at [`with`].

use crate::yaml::node::{Limits, Node};
use crate::yaml::{self};
pub(super) const PATH: &str = "exceptions/EXC-2026-7F3KQ.yaml";

/// The record. Maps inside are in braces, so that a key can be added to each.
pub(super) const RECORD: &str = "\
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard
deviates_from:
  {controls: [owasp-nhi:NHI7:2025], rule: Service-account secrets rotate every 30 days, baseline: credential-rotation}
subject:
  {identity: svc:billing-batch, identity_type: service-account, credential: vault:prod/billing/db,
   credential_expires: 2026-12-20, application: billing, environment: production, task: nightly invoice run}
scope:
  {resources: [db:invoices], actions: [read],
   findings: [{tool: trivy, id: CVE-2026-1234, purl: pkg:cargo/openssl@0.10.60, paths: [services/billing/**]}]}
owner: {name: Ana Ruiz, email: ana@example.com, team: billing, backup: lee@example.com}
justification: The job hard-codes the credential path; it is retired on 18 December (BILL-412).
risk: {level: high, blast_radius: Read access to invoices of one region, owner: dana@example.com}
root_cause: brittle-dependency
fix: {target: automation, plan: Replace the job with the event consumer, ticket: BILL-412, due: 2026-12-18}
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active,
     verified: 2026-11-19, verify_every: 30d}
starts: 2026-11-20
expires: 2026-12-20
review_every: 14d
triggers: [{id: T1, when: The vendor ships OAuth client credentials, then: close}]
rollback: {plan: Disable the key and pause the job, criteria: Any use from an unknown address}
references: {ticket: BILL-400}
";

pub(super) const OTHERS: &[&str] = &["EXC-2026-1A2B3", "EXC-2026-1A2B4", "EXC-2026-1A2B5"];

pub(super) const UNAPPROVED: &str = "unapproved";

/// Returns the sample after edits, one `field: value` per line; `None` if the edits say that there is no file.
pub(super) fn edited(edits: &str) -> Option<String> {
    if edits == "absent" {
        return None;
    }
    let lines = edits.lines().filter(|line| *line != UNAPPROVED);
    let edits = lines.filter_map(|line| line.split_once(": "));
    Some(edits.fold(RECORD.to_owned(), |text, (field, yaml)| set(text, field, yaml)))
}

pub(super) fn with(field: &str, yaml: &str) -> String {
    set(RECORD.to_owned(), field, yaml)
}

fn set(mut text: String, field: &str, yaml: &str) -> String {
    let document = yaml::parse(text.as_bytes(), &Limits::RECORD);
    let Some(root) = document.root.filter(|_| !field.is_empty()) else {
        return text;
    };
    if let Some(node) = root.at(field) {
        text.replace_range(node.span.clone(), yaml);
        return text;
    }
    match field.rsplit_once('.').map(|(map, key)| (root.at(map), key)) {
        Some((Some(map), key)) => insert(&mut text, map, key, yaml),
        _ => text.push_str(&format!("{field}: {yaml}\n")),
    }
    text
}

fn insert(text: &mut String, map: &Node, key: &str, yaml: &str) {
    let brace = map.span.end.saturating_sub(1);
    text.insert_str(brace, &format!(", {key}: {yaml}"));
}

pub(super) fn shown(field: &str) -> String {
    let document = yaml::parse(RECORD.as_bytes(), &Limits::RECORD);
    let node = document.root.as_ref().and_then(|root| root.at(field));
    let value = node.and_then(|node| RECORD.get(node.span.clone()));
    value.map_or_else(|| format!("# without {field}"), |value| format!("{field}: {value}"))
}
