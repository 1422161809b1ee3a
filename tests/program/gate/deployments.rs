//! A deployment of an application that nothing names is allowed, and the answer says what it rests on.

use serde_json::{Value, json};

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::support::samples::{ID, ONE, SAMPLE};

const ON: &str = "2026-11-25T12:00:00Z";
const WANTED: &str = "EXC-2026-8K2MP";

/// A ledger whose only record is about billing; `checkout` is only asked for, on a branch.
fn ledger() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    let wanted =
        SAMPLE.replace(ID, WANTED).replace("application: billing", "application: checkout");
    repo.branch("wanted").by("ana").write(WANTED, &wanted).commit("File it");
    repo.checkout();
    repo
}

fn deploy(repo: &Repo, application: &str, more: &[&str]) -> Run {
    let args = ["check", "--on", ON, "--application", application, "--deploy"];
    cli::run(repo.path(), &[&args[..], more].concat())
}

fn answer(repo: &Repo, application: &str) -> Value {
    serde_json::from_str(&deploy(repo, application, &["--format", "json"]).out).unwrap()
}

#[test]
fn what_nothing_names_is_allowed_with_what_the_answer_rests_on() {
    let repo = ledger();
    let run = deploy(&repo, "checkout", &[]);
    let lines: Vec<&str> = run.out.lines().filter(|line| !line.is_empty()).take(3).collect();
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(
        lines,
        [
            "allow  nothing blocks a deployment of checkout",
            "warning: no record and no policy names checkout",
            "EXC-2026-8K2MP waits on branch wanted",
        ]
    );
    let found = answer(&repo, "checkout");
    assert_eq!(found["verdict"], "allow");
    assert_eq!(found["application_known"], false);
    assert_eq!(found["waiting"], json!([{"id": WANTED, "branch": "wanted"}]));
    let misspelled = answer(&repo, "bilings");
    assert_eq!(misspelled["waiting"], json!([]));
    let doubt = "no record and no policy names bilings: did you mean billing?";
    assert_eq!(misspelled["warnings"], json!([doubt]));
}

#[test]
fn under_strict_such_a_deployment_is_undetermined() {
    let repo = ledger();
    for (application, codes) in [("checkout", [0, 3]), ("bilings", [0, 3]), ("billing", [0, 0])] {
        let both = [&[][..], &["--strict"]].map(|more| deploy(&repo, application, more).code);
        assert_eq!(both, codes, "{application}");
        let line =
            format!("{{\"application\": \"{application}\", \"deploy\": true, \"at\": \"{ON}\"}}\n");
        let fed = cli::run_fed(repo.path(), &["check", "--stdin", "--strict"], line.as_bytes());
        assert_eq!(fed.code, codes[1], "{application}: {}", fed.err);
    }
    // Only a deployment is in doubt: what no record covers is denied.
    let args = ["check", "--on", ON, "--application", "checkouts", "--strict", "--format", "json"];
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 1);
    let denied: Value = serde_json::from_str(&run.out).unwrap();
    assert!(denied.get("application_known").is_none() && denied.get("waiting").is_none());
}

#[test]
fn what_a_record_names_has_no_doubt_and_shows_what_waits() {
    let repo = ledger();
    let more = SAMPLE
        .replace(ID, "EXC-2026-M0RE1")
        .replace("application: billing", "application: ' Billing'");
    repo.branch("more").by("ana").write("EXC-2026-M0RE1", &more).commit("File it");
    let found = answer(&repo, "billing");
    assert_eq!(found["application_known"], true);
    assert_eq!(found["warnings"], json!([]));
    assert_eq!(found["waiting"], json!([{"id": "EXC-2026-M0RE1", "branch": "more"}]));
    let run = deploy(&repo, "billing", &[]);
    assert!(run.out.starts_with("allow  nothing blocks a deployment of billing\n"), "{}", run.out);
}
