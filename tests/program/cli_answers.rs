//! What `list`, `show`, `due`, `check` and `lint` answer about one ledger with a made-up history. Start at [`story`].

mod agree;
mod asking;
mod choosing;
mod closing;
mod goldens;
mod overview;
mod page;
mod proposing;
mod queue;
mod report;
mod screens;
mod steps;

use crate::cli::{self, Run};
use crate::support::repo::Repo;

/// The clock of the answers.
const ON: &str = "2026-12-01T12:00:00Z";

const POLICY: &str = "version: 1
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

/// A record of the standard tier.
fn standard(id: &str, title: &str, application: &str, starts: &str, expires: &str) -> String {
    format!(
        "id: {id}
title: {title}
class: standard
deviates_from: {{controls: [nist-csf:ID.RA-07], rule: Every job has its own database user}}
subject: {{application: {application}, aliases: [{application}-old]}}
scope: {{findings: [{{tool: trivy, id: CVE-2026-1234, paths: [services/**]}}]}}
owner: {{name: Ana Ruiz, email: ana@example.com, team: billing}}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {{level: moderate}}
root_cause: brittle-dependency
compensating_controls:
  - {{id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}}
starts: {starts}
expires: {expires}
references: {{ticket: BILL-412}}
"
    )
}

/// The record of the sensitive tier.
const BATCH: &str = "id: EXC-2026-7F3KQ
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

/// Builds the ledger: one record of each kind of answer.
fn story() -> Repo {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    file(
        &repo,
        "EXC-2026-01D01",
        &standard(
            "EXC-2026-01D01",
            "Old gateway certificate",
            "gateway",
            "2026-10-01",
            "2026-11-09",
        ),
    );
    file(
        &repo,
        "EXC-2026-C10SE",
        &standard("EXC-2026-C10SE", "Report renderer", "reports", "2026-10-01", "2026-12-20"),
    );
    repo.branch("close").by("ana").edit(
        "EXC-2026-C10SE",
        "closure: {outcome: remediated, date: 2026-10-02, by: ana@example.com, reason: The library is corrected now}",
    ).commit("Close");
    repo.by("lee").merge("close", "Merge branch 'close'");
    repo.clock("2026-11-20T08:00:00Z");
    file(&repo, "EXC-2026-7F3KQ", BATCH);
    file(
        &repo,
        "EXC-2026-V23EW",
        &standard(
            "EXC-2026-V23EW",
            "Search index runs as root",
            "search",
            "2026-11-20",
            "2026-12-05",
        ),
    );
    // Pushed by its author, and approved by nobody.
    let lone =
        standard("EXC-2026-5E1FA", "Logs of the fraud scorer", "fraud", "2026-11-20", "2027-01-20");
    repo.by("ana").write("EXC-2026-5E1FA", &lone).commit("File the logs");
    // Approved once, then unreadable: the id is still there, but grants nothing.
    file(
        &repo,
        "EXC-2026-BR0KE",
        &standard("EXC-2026-BR0KE", "Broken since", "broken", "2026-11-20", "2027-01-20"),
    );
    repo.by("lee").edit("EXC-2026-BR0KE", "expires: never").commit("Break it");
    repo.checkout();
    repo
}

/// Files a record by Ana and merges it by Dana.
fn file(repo: &Repo, id: &str, text: &str) {
    repo.branch(id).by("ana").write(id, text).commit(&format!("File {id}"));
    repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
}

/// Asks about the ledger at the clock of the answers.
fn ask(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", ON], args].concat())
}

/// Asks in JSON.
fn json(repo: &Repo, args: &[&str]) -> serde_json::Value {
    let run = ask(repo, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err))
}
