//! Which record a denial names: the one that shares most of the question, its finding first.

use crate::cli;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, PATH, SAMPLE};

const OTHER: &str = "EXC-2026-8K2MP";

#[test]
fn a_denial_names_the_record_with_the_finding_before_one_with_the_application() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("ana").write("exledger.yaml", "version: 1\nname: t\n").commit("Begin");
    let found = format!("{SAMPLE}scope: {{findings: [{{tool: trivy, id: CVE-2026-1234}}]}}\n");
    let longer = SAMPLE
        .replace(ID, OTHER)
        .replace("application: billing", "application: payroll")
        .replace("expires: 2026-12-20", "expires: 2026-12-31");
    let other = format!("exceptions/{OTHER}.yaml");
    repo.branch("ask").by("ana").write(PATH, &found).write(&other, &longer).commit("File them");
    repo.by("lee").merge("ask", "Merge branch 'ask'");
    repo.checkout();
    let args = ["check", "--finding", "trivy:CVE-2026-1234", "--application", "payroll"];
    let run =
        cli::run(repo.path(), &[&args[..], &["--on", "2026-11-25", "--format", "json"]].concat());
    assert_eq!(run.code, 1, "{}", run.err);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["record"], ID, "{answer:#}");
    let considered = answer["considered"].as_array().unwrap();
    assert_eq!(considered.len(), 2, "{answer:#}");
}

#[test]
fn a_denial_says_its_reason_once() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("ana").write("exledger.yaml", "version: 1\nname: t\n").commit("Begin");
    let limited = format!("{SAMPLE}scope: {{actions: [read]}}\n");
    repo.branch("ask").by("ana").write(PATH, &limited).commit("File it");
    repo.by("lee").merge("ask", "Merge branch 'ask'");
    repo.checkout();
    let args = ["check", "--application", "billing", "--on", "2026-11-25"];
    let shown = cli::run(repo.path(), &args).out;
    let begin = format!("deny  {ID}  active\nlimited to actions read: ask with --action");
    assert!(shown.starts_with(&begin), "{shown}");
    assert_eq!(shown.matches("limited to actions read").count(), 1, "{shown}");
    assert_eq!(shown.matches(ID).count(), 1, "{shown}");
    // Another record that does not allow keeps its line, and scripts see all.
    let other = format!("exceptions/{OTHER}.yaml");
    let second = limited.replace(ID, OTHER).replace("2026-12-20", "2026-12-10");
    repo.branch("more").by("ana").write(&other, &second).commit("File another");
    repo.by("lee").merge("more", "Merge branch 'more'");
    repo.checkout();
    let shown = cli::run(repo.path(), &args).out;
    assert!(shown.contains(&format!("\n{OTHER}   active")), "{shown}");
    let json = cli::run(repo.path(), &[&args[..], &["--format", "json"]].concat());
    let answer: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(answer["considered"].as_array().unwrap().len(), 2, "{answer:#}");
}

#[test]
fn a_shallow_clone_says_once_what_it_lacks_and_how_that_comes() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("ana").write("exledger.yaml", "version: 1\nname: t\n").commit("Begin");
    repo.branch("ask").by("ana").write(PATH, SAMPLE).commit("File it");
    repo.by("lee").merge("ask", "Merge branch 'ask'");
    let clone = repo.clone_with(&["--depth=1"]);
    let args = ["check", "--application", "billing", "--on", "2026-11-25"];
    let shown = cli::run(clone.path(), &args).out;
    assert_eq!(shown.matches("is not in this shallow clone").count(), 1, "{shown}");
    assert!(
        shown.contains("next: git fetch --unshallow  # fetch what this clone lacks"),
        "{shown}"
    );
    git(clone.path(), &["remote", "remove", "origin"]);
    let shown = cli::run(clone.path(), &args).out;
    assert_eq!(shown.matches("clone the repository again").count(), 1, "{shown}");
    assert!(shown.contains("next: ask in a clone that lacks nothing"), "{shown}");
}
