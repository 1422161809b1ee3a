//! A tier that applies because a field is not stated: each message that names the tier also names that field.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, record};

/// Production is sensitive, and no record of these tests states its environment.
const POLICY: &str = "\
version: 1
tiers:
  - name: sensitive
    match: [{environment: [production]}]
    max_term: 40d
    max_renewals: 0
    max_total: 90d
    approvals: {count: 1}
    require: [triggers, review_every]
    review_every: 7d
    degraded: deny
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}, require: [compensating_controls]}
";

const REASON: &str = "; tier sensitive applies unless subject.environment says otherwise: state it";

/// A complete record, except that it states no environment.
fn silent() -> String {
    let more = "review_every: 7d\ntriggers: [{id: T1, when: The job is replaced, then: close}]\n";
    record(ID, "") + more
}

#[test]
fn new_says_why_the_tier_holds() {
    let life = Life::of(POLICY);
    let args = [
        "new",
        "--title",
        "Nightly invoices still read with the shared database user",
        "--rule",
        "Every job has its own database user",
        "--application",
        "billing",
        "--risk-level",
        "moderate",
        "--justification",
        "The job is replaced in December; splitting the user now would stop invoicing.",
        "--compensating-control",
        "Alert on use outside 01:00-03:00 UTC",
        "--trigger",
        "The job is replaced => close",
        "--draft",
    ];
    let run = life.run("ana", &args);
    assert_eq!(run.code, 0, "{}", run.err);
    let said = joined(&run.out);
    assert!(said.contains(&format!("tier sensitive{REASON}")), "{said}");
    let derived = format!("review_every: 7d (tier sensitive{REASON})");
    assert!(said.contains(&derived), "{said}");
    let stated = life.run("ana", &[&args[..], &["--environment", "test"]].concat());
    let said = joined(&stated.out);
    assert!(said.contains("tier standard") && !said.contains("as long as"), "{said}");
}

#[test]
fn a_refused_renewal_says_why_the_tier_holds() {
    let life = Life::of(POLICY);
    life.filed(ID, &silent(), "ana", "lee");
    let renew = ["renew", ID, "--for", "20d", "--reason", "The vendor is late"];
    let err = joined(&refused(&life, &renew));
    assert!(err.contains("error[renewal-limit]"), "{err}");
    assert!(err.contains(&format!("`due` is not past{REASON}")), "{err}");
}

#[test]
fn a_degraded_tier_says_why_it_holds() {
    let life = Life::of(POLICY);
    life.filed(ID, &silent(), "ana", "lee");
    life.repo.clock("2026-12-04T09:00:00Z");
    let denied = life.answer(1, "ana", &["check", "--application", "billing"]);
    let reasons = denied["exceptions"][0]["reasons"].to_string() + &denied.to_string();
    let reason = format!("tier sensitive grants nothing while degraded{REASON}");
    assert!(reasons.contains(&reason), "{denied}");
    let reviewed =
        life.run("ana", &["review", ID, "--outcome", "still-needed", "--note", "Seen the log"]);
    let said = joined(&(reviewed.out + &reviewed.err));
    assert!(said.contains("pushes or merges it; tier sensitive applies"), "{said}");
}

/// Joins lines and collapses blanks: screens wrap lines.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
