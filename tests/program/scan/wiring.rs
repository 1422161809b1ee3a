//! One golden for each format, and what the command refuses.

use super::{ID, POLICY, ledger, record, track};
use crate::support::golden;

#[test]
fn every_answer_looks_as_it_did() {
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602}"));
    let cited = format!("x()  # nosec B602 # {ID}\ny()  # nosec B603 # {ID}\nz()  # nosec\n");
    track(&repo, &[("src/run.py", &cited), (".trivyignore", "CVE-2026-0001 exp:2026-11-01\n")]);
    for format in
        ["table", "json", "jsonl", "csv", "markdown", "github", "sarif", "junit", "gitlab"]
    {
        let answer = super::scan(&repo, &["--format", format]);
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
