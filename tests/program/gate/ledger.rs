//! One ledger with a record of each kind that matters for questions. Start at [`ledger`].

use crate::decisions::record;
use crate::support::repo::Repo;

/// The clock of the questions, later than everything that landed.
pub(crate) const ON: &str = "2026-11-27T12:00:00Z";

const POLICY: &str = "version: 1
name: example/gate
people: {bots: [renovate*], agents: [agent-*@example.com]}
groups: {security: [dana@example.com, sam@example.com]}
tiers:
  - {name: reviewed, match: {risk: [high]}, max_term: 60d, review_every: 3d, degraded: deny}
  - {name: standard, max_term: 90d, review_every: 3d}
classes: {emergency: {max_term: 72h, review_within: 24h}}
";

/// Records that Ana files and Dana merges: the id, and lines that replace or extend the standard ones.
const APPROVED: &[(&str, &str)] = &[
    (
        "EXC-2026-7F3KQ",
        "deviates_from: {controls: [owasp-nhi:NHI7:2025, nist-csf:ID.RA-07], rule: Secrets rotate}
subject: {identity: svc:batch, identity_type: service-account, credential: vault:prod/db, task: nightly, application: billing, environment: production, aliases: [svc:old-batch, bill]}
scope: {resources: [db:invoices, 'vault:prod/*', db:payments], actions: [read, 'list-*'], not_waived: [db:payments, vault:prod/root, list-users, nist-csf:ID.RA-07, Logging still applies]}
starts: 2026-11-18
expires: 2026-12-20
rollback: {plan: Disable the key, criteria: Any use by day}
reviews: [{date: 2026-12-19, by: lee@example.com, outcome: still-needed}]
review_every: 60d",
    ),
    (
        "EXC-2026-1NST5",
        "subject: {asset: 'host:gw-1', application: gateway}
starts: 2026-11-25T08:00:00Z
expires: 2026-12-01T18:30:00+01:00",
    ),
    (
        "EXC-2026-F1ND5",
        "subject: {application: scanned}
scope:
  resources: [db:all]
  findings:
    - {tool: trivy, id: CVE-2026-1234, purl: 'pkg:cargo/openssl@0.10.60', paths: ['services/billing/**', '*.lock']}
    - {tool: grype, id: GHSA-aaaa-bbbb-cccc}
    - {id: CVE-2026-5678, severity: moderate}
    - {purl: 'pkg:npm/%40acme/legacy-ui', versions: '>=1.0.0, <3.2.0', severity: moderate}
    - {tool: prowler, id: s3_public, resources: ['aws:123/eu-1/**']}
    - {cwe: CWE-79}",
    ),
    ("EXC-2026-01D01", "subject: {application: old}\nexpires: 2026-11-24"),
    ("EXC-2026-SCHED", "subject: {application: later}\nstarts: 2026-12-01"),
    ("EXC-2026-C10SE", "subject: {application: closed}"),
    (
        "EXC-2026-REV0K",
        "subject: {application: leaked}\ntriggers: [{id: T1, when: The key leaks, then: revoke}]",
    ),
    (
        "EXC-2026-F1RED",
        "subject: {application: fired}\nrisk: {level: high}\ntriggers: [{id: T1, when: A fix is there, then: review}]",
    ),
    ("EXC-2026-DEGR1", "subject: {application: unseen}\nrisk: {level: high}"),
    ("EXC-2026-DEGR2", "subject: {application: unseen-mild}"),
    ("EXC-2026-CHANG", "subject: {application: changed}"),
    (
        "EXC-2026-NARR0",
        "subject: {application: narrowed}\nscope: {resources: [db:a, db:b], actions: [read]}",
    ),
    (
        "EXC-2026-W1DER",
        "subject: {application: widened}\nscope: {resources: [db:a], actions: [read]}",
    ),
    ("EXC-2026-0NCE0", "subject: {application: once}\nuses: {limit: 1}"),
    ("EXC-2026-BR0KE", "subject: {application: broken}"),
    ("EXC-2026-TW1CE", "subject: {application: twice}"),
    ("EXC-2026-G0NE0", "subject: {application: gone}"),
    ("EXC-2026-2SH0R", "subject: {application: both}\nexpires: 2026-12-05"),
    ("EXC-2026-2T0NG", "subject: {application: both}\nexpires: 2026-12-10"),
    ("EXC-2026-N0SC0", "subject: {application: unscoped}"),
    ("EXC-2026-EMPTY", "subject: {application: empty}\nscope: {resources: [], actions: []}"),
    ("EXC-2026-ANY00", "subject: {application: wide}\nscope: {resources: [Any], actions: ['*']}"),
    (
        "EXC-2026-AGENT",
        "subject: {identity: agent:triage, identity_type: ai-agent, credential: vault:agents/1, task: triage, application: helpdesk}
scope: {resources: [crm:tickets], actions: [read]}",
    ),
    (
        "EXC-2026-DEP1X",
        "subject: {application: shop, aliases: [store]}
fix: {target: automation, plan: Replace the job}
rollback: {plan: Redeploy the last release, criteria: Errors above 1 percent}",
    ),
    (
        "EXC-2026-DEP2X",
        "subject: {application: cart, aliases: [basket]}\nfix: {target: automation, plan: Replace the job}",
    ),
    (
        "EXC-2026-DEP3X",
        "subject: {identity: 'user:ana', identity_type: human, credential: sso, task: support, application: desk}",
    ),
];

/// Builds the ledger.
pub(crate) fn ledger() -> Repo {
    let repo = Repo::at("2026-11-16T08:00:00Z");
    repo.by("root").write("exledger.yaml", POLICY).commit("Begin the ledger");
    let filing = repo.branch("filing").by("ana");
    let filed = APPROVED.iter().fold(filing, |work, (id, more)| work.write(id, &record(id, more)));
    filed.commit("File exceptions");
    repo.by("dana").merge("filing", "Merge branch 'filing'");
    emergency(&repo);
    unapproved(&repo);
    changed(&repo);
    proposed(&repo);
    repo
}

/// Emergencies, with and without a later approval.
fn emergency(repo: &Repo) {
    let text = |id: &str, application: &str| {
        record(
            id,
            &format!(
                "class: emergency\nsubject: {{application: {application}}}\nstarts: 2026-11-26T20:00:00Z\nexpires: 2026-11-29T20:00:00Z"
            ),
        )
    };
    repo.clock("2026-11-26T20:00:00Z");
    repo.by("ana")
        .write("EXC-2026-N1GHT", &text("EXC-2026-N1GHT", "night"))
        .commit("Open the night access");
    // A request by an agent that a bot merged: nobody approved it.
    let by_agent = repo.branch("agent").by("agent");
    by_agent.write("EXC-2026-B0TNT", &text("EXC-2026-B0TNT", "bot-night")).commit("Ask for access");
    repo.by("bot").merge("agent", "Merge branch 'agent'");
}

/// Landed records without a counted approval.
fn unapproved(repo: &Repo) {
    repo.by("ana")
        .write("EXC-2026-5E1FA", &record("EXC-2026-5E1FA", "subject: {application: fraud}"))
        .commit("File it past the review");
    let deployed = "subject: {application: mail}\nfix: {target: automation, plan: Replace it}\nrollback: {plan: Redeploy, criteria: Errors}";
    repo.by("ana")
        .write("EXC-2026-DEP4X", &record("EXC-2026-DEP4X", deployed))
        .commit("File it past the review too");
    let by_agent = "subject: {application: chat}";
    repo.branch("robots")
        .by("agent")
        .write("EXC-2026-R0B0T", &record("EXC-2026-R0B0T", by_agent))
        .commit("Ask for access");
    repo.by("bot").merge("robots", "Merge branch 'robots'");
    repo.branch("helped")
        .by("agent")
        .write("EXC-2026-HE1PD", &record("EXC-2026-HE1PD", "subject: {application: helped}"))
        .commit("Ask for access");
    repo.by("lee").merge("helped", "Merge branch 'helped'");
    let no = "subject: {application: refused}\nclosure: {outcome: rejected, date: 2026-11-26, by: dana@example.com, reason: Use the proxy}";
    repo.branch("refused")
        .by("ana")
        .write("EXC-2026-REFVS", &record("EXC-2026-REFVS", no))
        .commit("Ask for access");
    repo.by("dana").merge("refused", "Merge branch 'refused'");
}

/// Changes that Ana pushed after the approval.
fn changed(repo: &Repo) {
    for (id, line) in [
        (
            "EXC-2026-C10SE",
            "closure: {outcome: remediated, date: 2026-11-26, by: ana@example.com, reason: Done}",
        ),
        ("EXC-2026-REV0K", "fired: [{date: 2026-11-26, trigger: T1, by: ana@example.com}]"),
        ("EXC-2026-F1RED", "fired: [{date: 2026-11-26, trigger: T1, by: ana@example.com}]"),
        ("EXC-2026-CHANG", "class: third-party"),
        ("EXC-2026-NARR0", "scope: {resources: [db:a], actions: [read]}"),
        ("EXC-2026-W1DER", "scope: {resources: [db:a, db:b], actions: [read, write]}"),
        ("EXC-2026-BR0KE", "expires: never"),
    ] {
        repo.by("ana").edit(id, line).commit("Change it");
    }
    let twice = record("EXC-2026-TW1CE", "subject: {application: twice}");
    repo.by("ana").write("exceptions/again/EXC-2026-TW1CE.yaml", &twice).commit("Copy it");
    repo.by("ana").remove("EXC-2026-G0NE0").commit("Remove it");
    repo.checkout();
}

/// Proposals on a branch, or in the work tree.
fn proposed(repo: &Repo) {
    let text = |id: &str, application: &str| {
        record(id, &format!("subject: {{application: {application}}}"))
    };
    repo.branch("ask")
        .by("ana")
        .write("EXC-2026-PR0P0", &text("EXC-2026-PR0P0", "wiki"))
        .commit("Ask for access");
    repo.branch("longer")
        .by("ana")
        .edit("EXC-2026-01D01", "expires: 2026-12-24")
        .commit("Renew it");
    repo.scribble("EXC-2026-W0RK1", &text("EXC-2026-W0RK1", "draft"));
}
