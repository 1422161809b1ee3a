//! One golden for each format, and what the command refuses.

use super::{ID, POLICY, ledger, record, repo, scan, track};
use crate::support::golden;
use crate::support::repo::git;

#[test]
fn every_answer_looks_as_it_did() {
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602}"));
    let cited = format!("x()  # nosec B602 # {ID}\ny()  # nosec B603 # {ID}\nz()  # nosec\n");
    track(&repo, &[("src/run.py", &cited), (".trivyignore", "CVE-2026-0001 exp:2026-11-01\n")]);
    for format in
        ["table", "json", "jsonl", "csv", "markdown", "github", "sarif", "junit", "gitlab"]
    {
        let answer = scan(&repo, &["--format", format]);
        assert_eq!(answer.code, 1, "{}", answer.err);
        let text = answer.out.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        golden::check(&format!("cli/scan.{format}"), &format!("# exit 1\n{text}"));
    }
}

#[test]
fn it_answers_about_the_present_files_only() {
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602}"));
    repo.checkout();
    let run = crate::cli::run(repo.path(), &["--as-of", "2026-11-20", "scan"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

#[test]
fn a_branch_that_removes_the_policy_is_judged_by_nothing() {
    let repo = repo("{tool: bandit, id: B602, paths: [a.py]}");
    track(&repo, &[("b.py", "run(b, shell=True)  # nosec B602 -- tests need it\n")]);
    assert_eq!(scan(&repo, &[]).code, 1);
    git(repo.path(), &["switch", "--quiet", "--create", "tidy"]);
    git(repo.path(), &["rm", "--quiet", "exledger.yaml"]);
    let is_told = |from: &str| {
        for args in [&["--base", "main"][..], &[]] {
            let run = scan(&repo, args);
            assert_eq!(run.code, 3, "{}{}", run.out, run.err);
            assert!(
                run.err.contains("exledger.yaml is on refs/heads/main, and not in this checkout"),
                "{}",
                run.err
            );
            let restore = format!("git checkout {from} -- :/exledger.yaml");
            assert!(run.err.contains(&restore), "{}", run.err);
        }
    };
    is_told("HEAD");
    let person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    git(repo.path(), &[&person[..], &["commit", "--quiet", "-m", "Tidy"]].concat());
    is_told("refs/heads/main");
}
