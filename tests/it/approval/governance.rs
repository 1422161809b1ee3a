//! Changes of governance files: each judged by itself, under the state before it.

use exledger::approval::{self, Verdict};

use crate::approval::{check, ledger};
use crate::repo::Repo;

fn verdicts(repo: &Repo, path: &str) -> Vec<Verdict> {
    let history = repo.history();
    approval::judge(&history).governance.remove(path).unwrap()
}

#[test]
fn a_change_of_policy_needs_a_second_person() {
    let repo = ledger(
        "groups: {security: [dana@example.com]}\ntiers: [{name: standard, approvals: {count: 2}}]\n",
    );
    repo.by("ana")
        .write("exledger.yaml", "version: 1\n")
        .commit("Loosen it");
    repo.branch("tight")
        .by("ana")
        .write("exledger.yaml", "version: 1\napproval: {proof: attested}\n")
        .commit("Tighten it");
    repo.by("lee").merge("tight", "Merge branch 'tight'");
    let verdicts = verdicts(&repo, "exledger.yaml");
    assert_eq!(verdicts.len(), 3);
    assert_eq!(
        verdicts[0].policy_commit, None,
        "the first is judged by nobody"
    );
    check("pushed", &verdicts[1], "no", "self", &[], &["ana"]);
    assert_eq!(
        (verdicts[1].needed.count, verdicts[1].needed.each_of.len()),
        (1, 0)
    );
    check("merged", &verdicts[2], "yes", "claimed", &["lee"], &["ana"]);
}

#[test]
fn each_file_is_judged_by_itself() {
    let repo = ledger("people: {roster: people.csv}\n");
    repo.branch("more")
        .by("ana")
        .write("people.csv", "email,name,team,active\n")
        .commit("List people");
    repo.branch("more")
        .by("lee")
        .write(".mailmap", "Ana Ruiz <ana@example.com> <ar@example.com>\n")
        .commit("Map people");
    repo.by("lee").merge("more", "Merge branch 'more'");
    check(
        "roster",
        &verdicts(&repo, "people.csv")[0],
        "yes",
        "claimed",
        &["lee"],
        &["ana"],
    );
    check(
        "mailmap",
        &verdicts(&repo, ".mailmap")[0],
        "no",
        "self",
        &[],
        &["lee"],
    );
}
