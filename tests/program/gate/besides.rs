//! Additions to a verdict: who must approve a pending record, and unknown names in the question.

use serde_json::Value;

use crate::cli::run;
use crate::decisions::record;
use crate::gate::ledger::{ON, ledger};
use crate::support::repo::Repo;

fn answer(repo: &Repo, args: &[&str]) -> Value {
    let args = [&["check", "--format", "json", "--on", ON], args].concat();
    repo.checkout();
    let asked = run(repo.path(), &args);
    serde_json::from_str(&asked.out).unwrap_or_else(|_| panic!("{}", asked.err))
}

const POLICY: &str = "version: 1
groups: {security: [dana@example.com, sam@example.com], platform: [lee@example.com]}
tiers:
  - {name: sensitive, match: {application: [checkout, payroll]}, approvals: {each_of: [security]}}
  - {name: watched, match: {sensitivity: [high, low]}}
  - {name: standard}
assets: [{match: ['svc-*'], sensitivity: high}, {match: ['*'], sensitivity: low}]
";

#[test]
fn a_pending_receipt_names_who_may_approve() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("root").write("exledger.yaml", POLICY).commit("Begin");
    let text = record("EXC-2026-PEND1", "subject: {application: checkout}");
    repo.branch("wanted").by("dana").write("EXC-2026-PEND1", &text).commit("File it");
    let asked = ["--application", "checkout"];
    let emails = |answer: &Value| -> Vec<String> {
        let people = answer["next"]["waits_for"].as_array().unwrap().iter();
        people.map(|it| it["email"].as_str().unwrap().to_owned()).collect()
    };
    let proposed = answer(&repo, &asked);
    assert_eq!(proposed["verdict"], "pending", "{proposed}");
    assert_eq!(emails(&proposed), ["sam@example.com"], "its author can't: {proposed}");
    repo.by("lee").merge("wanted", "Merge branch 'wanted'");
    let landed = answer(&repo, &asked);
    assert_eq!(landed["verdict"], "pending", "{landed}");
    assert_eq!(emails(&landed), ["sam@example.com"], "{landed}");
    let table = run(repo.path(), &["check", "--on", ON, "--application", "checkout"]);
    assert!(table.out.contains("waits for sam@example.com"), "{}", table.out);
    let denied = answer(&repo, &["--application", "nobody"]);
    assert_eq!(denied["next"]["waits_for"], serde_json::json!([]));
}

#[test]
fn a_deployment_of_what_nothing_names_is_allowed_with_a_warning() {
    let repo = ledger();
    let warnings = |application: &str| {
        let answer = answer(&repo, &["--application", application, "--deploy"]);
        assert_eq!(answer["verdict"], "allow", "{answer}");
        answer["warnings"].clone()
    };
    assert_eq!(
        warnings("bilings"),
        serde_json::json!(["no record and no policy names bilings: did you mean billing?"])
    );
    assert_eq!(
        warnings("nothing-like-it"),
        serde_json::json!(["no record and no policy names nothing-like-it"])
    );
    for known in ["billing", "bill", "closed", "gone", "fraud"] {
        assert_eq!(warnings(known), serde_json::json!([]), "{known}");
    }
    let table = run(repo.path(), &["check", "--on", ON, "--application", "bilings", "--deploy"]);
    assert!(table.out.contains("warning: no record and no policy names"), "{}", table.out);
    assert_eq!(table.code, 0);
    let refused = answer(&repo, &["--application", "bilings"]);
    assert_eq!(refused["warnings"], serde_json::json!([]), "no deployment is asked for");
}

#[test]
fn a_name_of_the_policy_or_of_the_past_is_known() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("root").write("exledger.yaml", POLICY).commit("Begin");
    let text = record("EXC-2026-NAMED", "subject: {application: warehouse}");
    repo.branch("file").by("ana").write("EXC-2026-NAMED", &text).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    let again = repo.branch("again").by("ana");
    again.replace("EXC-2026-NAMED", "warehouse", "storage").commit("Rename it");
    repo.by("lee").merge("again", "Merge branch 'again'");
    for (application, warning) in [
        ("payroll", None),
        ("svc-anything", None),
        ("warehouse", None),
        ("storage", None),
        ("pay-roll", Some("did you mean payroll?")),
        ("warehous", Some("did you mean warehouse?")),
    ] {
        let answer = answer(&repo, &["--application", application, "--deploy"]);
        assert_eq!(answer["verdict"], "allow", "{answer}");
        match warning {
            None => assert_eq!(answer["warnings"], serde_json::json!([]), "{application}"),
            Some(near) => {
                let said = answer["warnings"][0].as_str().unwrap();
                assert!(said.ends_with(near), "{application}: {said}");
            }
        }
    }
}
