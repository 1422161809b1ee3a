//! The only sample records and policies: a test lints each of them with every rule on, and finds nothing.
//!
//! Start at [`record`]: a test whose record differs replaces or adds top-level entries.

use std::collections::BTreeMap;

use exledger::diag::Level;
use exledger::diag::code::Code;
use exledger::rules;

/// The record of most tests: one application, no more fields than an approval needs.
pub(crate) const SAMPLE: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
expires: 2026-12-20
";

/// The id of [`SAMPLE`].
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// The path of [`SAMPLE`].
pub(crate) const PATH: &str = "exceptions/EXC-2026-7F3KQ.yaml";

/// The sample with the day on which it starts, and why it takes so long.
pub(crate) const STARTED: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing for two weeks.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
starts: 2026-11-20
expires: 2026-12-20
";

/// A service account of a sensitive tier: its credential, risk owner, fix, trigger and rollback.
pub(crate) const SERVICE_ACCOUNT: &str = "\
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard
deviates_from: {controls: [owasp-nhi:NHI7:2025], baseline: credential-rotation}
subject:
  identity: svc:billing-batch
  identity_type: service-account
  credential: vault:prod/billing/db
  application: billing
  environment: production
  task: nightly invoice run
scope: {resources: [db:invoices], actions: [read], not_waived: [Logging still applies, db:payments]}
owner: {name: Ana Ruiz, email: ana@example.com, team: billing, backup: lee@example.com}
justification: |
  The job hard-codes the credential path; rotating breaks invoicing.
  It is retired on 18 December (BILL-412).
risk: {level: high, blast_radius: Read access to invoices of one region, owner: dana@example.com}
root_cause: brittle-dependency
fix: {target: automation, plan: Replace the job with the event consumer, ticket: BILL-412, due: 2026-12-18}
compensating_controls:
  - {id: CC1, description: Alert on any use outside 01:00-03:00 UTC, owner: soc@example.com, status: active, verified: 2026-11-19, verify_every: 30d}
starts: 2026-11-20
expires: 2026-12-20
triggers: [{id: T1, when: The vendor ships OAuth client credentials, then: close}]
rollback: {plan: Disable the key and pause the job, criteria: Any use from an unknown address}
";

/// The same in block style, for tests that name line numbers.
pub(crate) const BLOCK: &str = "\
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard
deviates_from:
  controls: [owasp-nhi:NHI7:2025]
  rule: Service-account secrets rotate every 30 days
  baseline: credential-rotation
subject:
  identity: svc:billing-batch
  identity_type: service-account
  credential: vault:prod/billing/db
  credential_expires: 2026-12-20
  application: billing
  environment: production
  task: nightly invoice run
scope:
  resources: [db:invoices]
  actions: [read]
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job hard-codes the credential path; it is retired on 18 December (BILL-412).
risk:
  level: high
  blast_radius: Read access to invoices of one region
root_cause: brittle-dependency
fix: {target: automation, plan: Replace the job, ticket: BILL-412, due: 2026-12-18}
compensating_controls:
  - id: CC1
    description: Alert on any use outside 01:00-03:00 UTC
    owner: soc@example.com
    status: active
    verified: 2026-11-19
    verify_every: 30d
starts: 2026-11-20
expires: 2026-12-20
triggers: [{id: T1, when: The vendor ships OAuth, then: close}]
rollback: {plan: Disable the key, criteria: Any use from an unknown address}
references: {ticket: BILL-400}
";

/// Entries of a record: findings of a scanner that wait for the vendor.
pub(crate) const FINDING: &str = "\
deviates_from: {rule: Findings are corrected within a week}
justification: The vendor ships the correction in spring; until then the input is filtered at the edge.
compensating_controls:
  - {id: CC1, description: The input is filtered at the edge, owner: soc@example.com, status: active}
";

/// Entries of a record: an agent that may call one tool.
pub(crate) const AGENT: &str = "\
title: The migration agent may export tickets
deviates_from: {rule: Agents read one queue, baseline: tool-invocation}
subject: {identity: agent:migration, identity_type: ai-agent, credential: vault:agents/migration, task: ticket migration}
scope: {resources: [tool:ticket-export], actions: [call]}
triggers: [{id: T1, when: The export is called outside the migration, then: revoke}]
";

/// Entries of a record: a vendor's long-lived key.
pub(crate) const VENDOR: &str = "\
title: The payroll vendor uses a long-lived key
class: third-party
subject: {identity: vendor:payroll, identity_type: api-key, credential: vault:vendors/payroll, task: payroll, vendor: Example Payroll Ltd}
references: {onboarding: VND-7}
review_every: 14d
triggers: [{id: T1, when: The vendor ships client credentials, then: review}]
";

/// Entries of a record: an emergency of three days, outside the change window.
pub(crate) const EMERGENCY: &str = "\
title: Hotfix of the checkout outside its window
class: emergency
deviates_from: {rule: Deployments on weekdays, baseline: change-window}
subject: {application: checkout, environment: production}
references: {change: CHG-1234}
starts: 2026-11-20T10:00:00Z
expires: 2026-11-23T10:00:00Z
";

/// Entries of a record: a high risk that two groups approve.
pub(crate) const SENSITIVE: &str = "\
risk: {level: high, blast_radius: Invoices of one region}
rollback: {plan: Disable the key, criteria: Use from an unknown address}
subject: {identity: svc:billing-batch, identity_type: service-account, credential: vault:prod/billing/db, task: nightly run}
scope: {resources: [db:invoices], actions: [read, write]}
expires: 2026-12-10
";

/// A policy with two groups: high risks need both, and grant nothing while degraded.
pub(crate) const TEAMS: &str = "\
version: 1
name: example/payments
groups:
  security: [dana@example.com, sam@example.com]
  platform: [lee@example.com, kim@example.com]
tiers:
  - name: sensitive
    match: [{risk: [high, critical]}]
    max_term: 30d
    max_renewals: 1
    max_total: 60d
    approvals: {count: 2, each_of: [security, platform]}
    require: [blast_radius, rollback, compensating_controls]
    degraded: deny
    post_closure_review: 30d
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}, require: [compensating_controls]}
closure: {access_verified: [sensitive]}
";

/// A policy whose tiers follow from the sensitivity of assets.
pub(crate) const ASSETS: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com, sam@example.com], platform: [lee@example.com]}
assets:
  - {match: [\"svc:*\"], sensitivity: sensitive}
tiers:
  - name: sensitive
    match: {sensitivity: [sensitive]}
    max_term: 60d
    max_renewals: 1
    max_total: 90d
    approvals: {count: 1, each_of: [security]}
    require: [blast_radius, rollback, compensating_controls]
    review_every: 14d
    degraded: deny
    post_closure_review: 30d
  - name: standard
    max_term: 90d
    require: [compensating_controls]
";

/// A policy with two approvers of two groups for high risks, one for the rest.
pub(crate) const RISKS: &str = "\
version: 1
name: example/payments
groups:
  security: [dana@example.com, sam@example.com]
  platform: [ana@example.com, lee@example.com]
tiers:
  - {name: sensitive, match: {risk: [high, critical]}, max_term: 60d, max_renewals: 2, max_total: 180d,
     approvals: {count: 2, each_of: [security, platform]}}
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}}
";

/// A policy with a baseline that says which events are material.
pub(crate) const BASELINES: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers:
  - name: sensitive
    match: {risk: [high, critical], environment: [production]}
    max_term: 30d
    approvals: {count: 1}
    degraded: grant
  - name: standard
    max_term: 90d
baselines:
  - id: B1
    kind: tool-invocation
    when: {type: tool.call, \"data.environment\": production}
    material_if: {\"data.decision\": [denied, escalated]}
    review_by: 2027-03-31
";

/// A policy with baselines of access and an owner of roles.
pub(crate) const LISTS: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
assets:
  - {match: [\"role:*\"], owner: lee@example.com}
tiers:
  - {name: standard, max_term: 90d, approvals: {count: 1}}
baselines:
  - {id: BA, kind: token-use, when: {type: access, \"data.identity\": \"svc:monitor\"}}
  - {id: BE, kind: token-use, when: {type: vault.read}}
";

/// The entry of a policy by which everyone who merges in tests may approve access.
pub(crate) const LISTED: &str =
    "groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}\n";

/// A policy that lists people, and has the default for the rest.
pub(crate) const PLAIN: &str = "\
version: 1
groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}
";

/// A policy in which an overdue review ends no grant.
pub(crate) const GRANTING: &str = "\
version: 1
groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}
tiers:
  - name: standard
    max_term: 90d
    approvals: {count: 1}
    degraded: grant
";

/// The same for a ledger with a name.
pub(crate) const NAMED: &str = "\
version: 1
name: example/payments
groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}
tiers:
  - {name: standard, max_term: 90d, approvals: {count: 1}, degraded: grant}
";

/// A policy with one tier that requires one approver.
pub(crate) const ONE: &str = "\
version: 1
groups: {approvers: [dana@example.com, kim@example.com, lee@example.com, sam@example.com]}
tiers: [{name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}}]
";

/// All of the records.
pub(crate) const RECORDS: &[fn() -> String] = &[
    || SAMPLE.to_owned(),
    || STARTED.to_owned(),
    || SERVICE_ACCOUNT.to_owned(),
    || BLOCK.to_owned(),
    || record(ID, FINDING),
    || record(ID, AGENT),
    || record(ID, VENDOR),
    || record(ID, EMERGENCY),
    || record(ID, SENSITIVE),
];

/// All of the policies.
pub(crate) const POLICIES: &[&str] =
    &[PLAIN, TEAMS, ASSETS, RISKS, BASELINES, LISTS, GRANTING, NAMED, ONE];

/// The fields of a record, in the order of `docs/spec/record.md`.
const FIELDS: &[&str] = &[
    "id",
    "title",
    "class",
    "deviates_from",
    "subject",
    "scope",
    "owner",
    "requester",
    "justification",
    "risk",
    "root_cause",
    "fix",
    "compensating_controls",
    "starts",
    "expires",
    "event_ends",
    "review_every",
    "triggers",
    "uses",
    "rollback",
    "references",
    "reviews",
    "handling",
    "renewals",
    "transfers",
    "fired",
    "closure",
    "x",
];

/// Returns the sample under an id, with top-level entries replaced or added in the order of the fields.
///
/// Each entry is a line `field: value`, with further lines that are indented.
pub(crate) fn record(id: &str, entries: &str) -> String {
    let mut record = BTreeMap::new();
    for entry in split_entries(SAMPLE).chain(split_entries(&format!("id: {id}\n{entries}"))) {
        let field = entry.split(':').next().unwrap();
        let rank = FIELDS.iter().position(|it| *it == field);
        record.insert((rank.unwrap_or(FIELDS.len()), field.to_owned()), entry);
    }
    record.into_values().collect()
}

/// Returns a policy that switches off the content rules that only warn, for expected outputs that are about something else.
pub(crate) fn without_warnings(policy: &str) -> String {
    let warning = |code: &Code| rules::find(*code).is_some_and(|it| it.level == Level::Warning);
    let codes = Code::adjustable().filter(warning);
    let levels: Vec<String> = codes.map(|code| format!("{}: off", code.as_str())).collect();
    format!("{policy}lint: {{levels: {{{}}}}}\n", levels.join(", "))
}

/// Returns a record with top-level entries replaced or added, which stand at its end.
pub(crate) fn with_last(record: &str, entries: &str) -> String {
    let field = |entry: &str| entry.split(':').next().map(str::to_owned);
    let replaced: Vec<_> = split_entries(entries).map(|entry| field(&entry)).collect();
    let kept = split_entries(record).filter(|entry| !replaced.contains(&field(entry)));
    kept.chain(split_entries(entries)).collect()
}

/// Splits a text into its top-level entries.
fn split_entries(text: &str) -> impl Iterator<Item = String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines() {
        match entries.last_mut() {
            Some(entry) if line.starts_with([' ', '-', '#']) => *entry += &format!("{line}\n"),
            _ => entries.push(format!("{line}\n")),
        }
    }
    entries.into_iter()
}
