//! Why `check` does not allow: the advice of each reason is followed, and then it allows.

use super::{ID, Stage, record};
use serde_json::Value;

const POLICY: &str = "tiers: [{name: standard, max_term: 90d, approvals: {count: 1}}]\n";

fn approved(more: &str) -> Stage {
    let stage = Stage::new(POLICY);
    stage.merged(ID, &record(more), "ana", "lee");
    stage
}

fn check(stage: &Stage, asked: &[&str]) -> (String, String) {
    let answer: Value = stage.answer(&[&["check"], asked].concat());
    let text = |key: &str| answer[key].as_str().unwrap().to_owned();
    (text("verdict"), text("reason"))
}

fn start_receipts(stage: &Stage, path: &str) {
    let args = ["check", "--new-receipts", path];
    assert_eq!(crate::cli::run(stage.repo.path(), &args).code, 0);
}

/// A record's lines, a question, and the arguments that state each limit, by flag.
type Limited = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

/// Records that limit what they grant, the question, and the arguments that state each limit, by flag.
const LIMITS: &[Limited] = &[
    (
        "scope: {resources: [db:invoices]}\n",
        &["--application", "billing"],
        &[("--resource", "db:invoices")],
    ),
    (
        "scope: {resources: [db:invoices], actions: [read]}\nsubject: {application: billing, environment: prod}\n",
        &["--application", "billing"],
        &[("--resource", "db:invoices"), ("--action", "read"), ("--environment", "prod")],
    ),
    (
        "subject: {application: billing, identity: svc-billing, identity_type: service-account}\n",
        &["--application", "billing"],
        &[("--identity", "svc-billing")],
    ),
    (
        "deviates_from: {rule: Deployments on weekdays, baseline: change-window}\nreferences: {change: CHG-1234}\n",
        &["--application", "billing"],
        &[("--reference", "CHG-1234")],
    ),
    (
        "scope: {findings: [{tool: trivy, id: CVE-2026-0005, paths: [app/**], severity: high}]}\n",
        &["--finding", "trivy:CVE-2026-0005"],
        &[("--severity", "high"), ("--path", "app/x.lock")],
    ),
    (
        "scope: {findings: [{tool: trivy, id: CVE-2026-0005, purl: \"pkg:npm/left-pad\", versions: \"=1.3.0\"}]}\n",
        &["--finding", "trivy:CVE-2026-0005"],
        &[("--purl", "pkg:npm/left-pad@1.3.0")],
    ),
    ("uses: {limit: 1}\n", &["--application", "billing"], &[("--receipts", "receipts.jsonl")]),
];

#[test]
fn a_question_that_states_what_the_reason_asks_for_is_allowed() {
    for (more, asked, limits) in LIMITS {
        let stage = approved(more);
        start_receipts(&stage, "receipts.jsonl");
        let mut asked = asked.to_vec();
        // There may be several limits; each answer names one that was not stated.
        while let (verdict, reason) = check(&stage, &asked)
            && verdict != "allow"
        {
            let advised = limits.iter().filter(|(flag, _)| {
                reason.contains(&format!("ask with {flag}")) && !asked.contains(flag)
            });
            let advised: Vec<&str> = advised.flat_map(|(flag, value)| [*flag, *value]).collect();
            assert!(!advised.is_empty(), "{more}: {asked:?}: {reason}");
            asked.extend(advised);
        }
        assert!(limits.iter().all(|(flag, _)| asked.contains(flag)), "{more}");
    }
}

#[test]
fn what_is_stated_and_does_not_fit_is_not_asked_for_again() {
    let finding =
        "scope: {findings: [{tool: trivy, id: CVE-2026-0005, paths: [app/**], severity: high}]}\n";
    let stage = approved(finding);
    let asked = ["--finding", "trivy:CVE-2026-0005"];
    for more in [
        &["--severity", "critical", "--path", "app/x.lock"][..],
        &["--severity", "high", "--path", "web/x.lock"],
    ] {
        let (verdict, reason) = check(&stage, &[&asked, more].concat());
        assert_eq!(verdict, "deny", "{reason}");
        assert!(reason.contains("limited to") && !reason.contains("ask with"), "{reason}");
    }
}

#[test]
fn a_record_that_is_used_up_is_allowed_more_uses_as_advised() {
    let stage = approved("uses: {limit: 1}\n");
    let folder = crate::support::temporary();
    let path = folder.path().join("receipts.jsonl");
    let path = path.to_str().unwrap();
    start_receipts(&stage, path);
    let asked = ["--application", "billing", "--receipts", path];
    assert_eq!(check(&stage, &asked).0, "allow");
    let (verdict, reason) = check(&stage, &asked);
    assert_eq!(verdict, "deny", "{reason}");
    assert!(reason.ends_with("used up: 1 of 1 uses"), "{reason}");
    let text = stage.text().replace("limit: 1", "limit: 2");
    stage.merged(ID, &text, "ana", "lee");
    assert_eq!(check(&stage, &asked).0, "allow");
}

#[test]
fn a_deployment_is_allowed_once_the_exception_has_what_it_lacks() {
    let machine = "subject: {application: billing, identity: svc-billing, identity_type: service-account, \
                   credential: vault:billing/batch, task: nightly invoice run}\n";
    let stage = approved(machine);
    let asked = ["--application", "billing", "--deploy"];
    let (verdict, reason) = check(&stage, &asked);
    assert_eq!(verdict, "deny", "{reason}");
    assert!(reason.ends_with("has no rollback plan and criteria"), "{reason}");
    let text =
        stage.text() + "rollback: {plan: Deploy the last release, criteria: Errors above 1 %}\n";
    stage.land("ana", &[(ID, &text)]);
    let (verdict, reason) = check(&stage, &asked);
    assert!(verdict == "deny" && reason.contains("is not approved"), "{reason}");
    let answer: Value = stage.answer(&[&["check"], &asked[..]].concat());
    stage.run_on(answer["next"]["command"].as_str().unwrap(), "dana", "ana");
    assert_eq!(check(&stage, &asked).0, "allow");
}

#[test]
fn a_ledger_without_a_policy_answers_once_it_is_back() {
    let stage = approved("");
    let policy = std::fs::read_to_string(stage.repo.path().join("exledger.yaml")).unwrap();
    let work = stage.repo.branch("gone").by("ana").remove("exledger.yaml");
    work.commit("Remove the policy");
    stage.merge("gone", "lee");
    // The content of the work tree does not count.
    stage.repo.scribble("exledger.yaml", &policy);
    let asked = ["--application", "billing"];
    let now = stage.repo.now().to_string();
    let args = [&["check"], &asked[..], &["--on", &now, "--format", "json"]].concat();
    let run = crate::cli::run(stage.repo.path(), &args);
    assert_eq!(run.code, 3, "{}", run.out);
    let said = format!("{}{}", run.out, run.err);
    assert!(said.contains("restore the one that was removed"), "{said}");
    stage.merged("exledger.yaml", &policy, "ana", "lee");
    assert_eq!(check(&stage, &asked).0, "allow");
}
