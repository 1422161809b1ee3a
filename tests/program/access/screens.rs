//! One golden for each format, the exit codes, and what stderr says.

use crate::cli::{self, Run};
use crate::support::access::{ON, empty, grant, ledger};
use crate::support::golden;
use crate::support::repo::Repo;

fn run(repo: &Repo, args: &[&str], input: &str) -> Run {
    cli::run_fed(repo.path(), &[&["--on", ON, "access"], args].concat(), input.as_bytes())
}

#[test]
fn every_answer_looks_as_it_did() {
    let repo = ledger();
    let list = [
        grant("{}"),
        grant(r#"{"id":"lease/2","action":["read","write"]}"#),
        grant(r#"{"id":"lease/3","expires":null}"#),
        r#"{"source":"oauth","id":"g1","identity":"svc:partner-gw","credential":"vault:prod/partner/8","application":"partners"}"#.to_owned(),
        r#"{"source":"oauth","id":"g2","identity":"svc:asked"}"#.to_owned(),
        r#"{"source":"aws","identity":"svc:monitor","resource":"metrics"}"#.to_owned(),
        r#"{"source":"aws","identity":"role:adm","resource":"bucket:payroll","action":"read"}"#.to_owned(),
    ];
    std::fs::write(repo.path().join("live.jsonl"), list.join("\n")).unwrap();
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let args = ["live.jsonl", "--complete", "vault:prod/**", "--format", format];
        let answer = run(&repo, &args, "");
        assert_eq!(answer.code, 1, "{}", answer.err);
        golden::check(&format!("cli/access.{format}"), &format!("# exit 1\n{}", answer.out));
    }
}

#[test]
fn the_exit_code_tells_what_was_found() {
    let repo = ledger();
    for (list, code) in [
        (grant("{}"), 0),
        (String::new(), 0),
        (r#"{"identity":"svc:monitor"}"#.to_owned(), 0),
        (grant(r#"{"expires":null}"#), 1),
        (r#"{"identity":"svc:partner-gw"}"#.to_owned(), 1),
        (r#"{"identity":"svc:asked"}"#.to_owned(), 1),
        (r#"{"identity":"svc:nobody"}"#.to_owned(), 1),
        (format!("{}\nx", grant("{}")), 3),
    ] {
        let answer = run(&repo, &["-"], &list);
        assert_eq!(answer.code, code, "{list}: {}{}", answer.out, answer.err);
    }
    assert_eq!(run(&repo, &["-", "-"], "").code, 2);
    assert_eq!(run(&repo, &[], "").code, 2);
    assert_eq!(run(&repo, &["-", "--complete", ""], "").code, 2);
    assert_eq!(run(&repo, &["missing.jsonl"], "").code, 3);
    let hint = run(&repo, &["-", "--complete", "**"], "");
    assert!(hint.err.contains("nothing is shown as gone: the lists have no grant"), "{}", hint.err);
}

#[test]
fn the_past_is_asked_about_as_elsewhere() {
    let repo = ledger();
    let list = r#"{"identity":"svc:partner-gw","credential":"vault:prod/partner/7","expires":"2026-11-25"}"#;
    let args = ["--as-of", "2026-11-22", "access", "-"];
    let answer = cli::run_fed(repo.path(), &args, list.as_bytes());
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
}

#[test]
fn a_ledger_without_a_policy_covers_nothing_and_says_so() {
    let repo = empty();
    repo.branch("out").by("ana").remove("exledger.yaml").commit("Remove the policy");
    repo.by("dana").merge("out", "Merge branch 'out'");
    let answer = run(&repo, &["-"], r#"{"identity":"svc:x"}"#);
    assert_eq!(answer.code, 3, "{}{}", answer.out, answer.err);
}
