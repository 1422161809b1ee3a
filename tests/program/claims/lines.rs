//! A merge whose first parent is older than the line, pushed without force: it brings what the line was, and holds something else.

use super::merges::SECOND;
use super::{BOTH, POLICY, SIGNED, SIGNERS, approvals, is_allowed, sign, status};
use crate::cli;
use crate::support::repo::speak::{signer, yes};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

/// A ledger that began after a first commit, with a record that Dana and Lee approved; returns it with that commit.
fn begun() -> (Repo, git2::Oid) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let start = repo.by("root").write("README.md", "Payments\n").commit("Start");
    let lines = signer("dana") + &signer("lee");
    repo.by("root").write(POLICY, SIGNED).write(SIGNERS, &lines).commit("Begin");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
    assert_eq!(status(&repo), "active");
    (repo, start)
}

/// Files a second record and signs it; tells with which exit code `show` and `verify` answer, and whether it is in force.
fn files_another(repo: &Repo, who: [&str; 2]) -> (i32, i32, bool) {
    let text = SAMPLE.replace(ID, SECOND);
    repo.by("ana").write(SECOND, &text).commit("File another");
    let at = repo.now().to_string();
    let says = who.map(|name| yes(name, SECOND, &text, &at).ledger("example/payments"));
    sign(repo, "ana", &says);
    repo.checkout();
    let run = |args: &[&str]| {
        cli::run_with(repo.path(), args, &[("EXLEDGER_TEST_CLOCK", &*repo.now().to_string())])
    };
    let shown = run(&["show", SECOND, "--format", "json"]);
    let shown_record: serde_json::Value = serde_json::from_str(&shown.out).unwrap_or_default();
    (shown.code, run(&["verify"]).code, shown_record["record"]["status"] == "active")
}

#[test]
fn branch_that_begins_a_ledger_may_be_edited() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("README.md", "Payments\n").commit("Start");
    let lines = signer("dana") + &signer("lee");
    let branch = repo.branch("begin");
    branch.by("nina").write(POLICY, "version: 1\nname: example/payments\n").commit("Begin");
    branch.by("nina").write(POLICY, SIGNED).write(SIGNERS, &lines).commit("Ask for two");
    repo.by("omar").merge("begin", "Merge branch 'begin'");
    assert_eq!(files_another(&repo, ["dana", "lee"]), (0, 0, true));
}

#[test]
fn merge_turns_back_no_time() {
    // Eve's key is not valid any more, and her signature is of the time when it was.
    for is_rerouted in [false, true] {
        let repo = Repo::at("2026-11-01T09:00:00Z");
        let until = signer("eve").replace(".com ", ".com valid-before=\"20261105Z\" ");
        let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
        let start = repo.by("root").write(POLICY, &policy).write(SIGNERS, &until).commit("Begin");
        for day in ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"] {
            repo.clock(&format!("{day}T09:00:00Z"));
            repo.by("dana").write("README.md", day).commit("Work");
        }
        repo.clock("2026-11-02T09:00:00Z");
        if is_rerouted {
            let mine = repo.branch_from("mine", &start.to_string());
            mine.by("mallory").write("docs/mine.md", "Mine\n").commit("Work");
            let merge = repo.branch("mine").by("mallory").merge("main", "Tidy up");
            repo.set_ref("refs/heads/main", merge);
        }
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let at = repo.now().to_string();
        sign(&repo, "ana", &[yes("eve", ID, SAMPLE, &at).ledger("example/payments")]);
        repo.clock("2026-11-24T09:00:00Z");
        assert!(!is_allowed(&repo, &["--application", "billing"]), "{is_rerouted}");
    }
}

#[test]
fn pushed_branches_of_a_remote_choose_nothing() {
    let (repo, _) = begun();
    let now = repo.now().to_string();
    let mirror = repo.clone_with(&["--mirror"]);
    let bare = repo.clone_with(&["--bare"]);
    git(bare.path(), &["remote", "remove", "origin"]);
    // Another history, with rules of its own, where nothing asks for an approval of two.
    let other = Repo::at("2026-11-20T09:00:00Z");
    let alone = "version: 1\nname: example/payments\napproval: {self_approval: allow}\n";
    other
        .by("mallory")
        .write(POLICY, alone)
        .write(ID, &SAMPLE.replace("billing", "payroll"))
        .commit("Begin");
    let place = "refs/heads/main:refs/remotes/origin/main";
    for clone in [&mirror, &bare] {
        git(clone.path(), &["fetch", "-q", other.path().to_str().unwrap(), place]);
        let asks = |application: &str| {
            let words = ["check", "--application", application, "--on", &now];
            cli::run(clone.path(), &words).code
        };
        assert_eq!((asks("payroll"), asks("billing")), (1, 0), "{}", clone.path().display());
    }
}

#[test]
fn short_clone_remembers_its_end() {
    let (repo, _) = begun();
    let before = repo.tip("main");
    repo.by("mallory").remove(ID).commit("Remove it");
    let address = format!("file://{}", repo.path().display());
    let place = crate::support::temporary();
    git(place.path(), &["clone", "-q", "--depth=1", &address, "short"]);
    let short = place.path().join("short");
    repo.set_ref("refs/heads/main", before);
    repo.by("mallory").write("README.md", "More\n").commit("Go on");
    git(&short, &["fetch", "-q"]);
    let now = repo.now().to_string();
    let code = |words: &[&str]| cli::run(&short, &[words, &["--on", &now]].concat()).code;
    assert_eq!(code(&["check", "--application", "billing"]), 3);
    assert_eq!(cli::run(&short, &["verify"]).code, 3);
}
