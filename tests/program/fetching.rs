//! What is advised where something is not in the clone: to fetch it, where there is a remote to fetch from.

use crate::cli;
use crate::decisions::{ID, Life, record};
use crate::support::repo::git;

const ADVICE: &[&[&str]] = &[
    &["diff", "nowhere"],
    &["lint", "--base", "nowhere"],
    &["scan", "--base", "nowhere"],
    &["list", "--approved-ref", "refs/remotes/upstream/nowhere"],
    &["approve", ID, "--ref", "nowhere"],
];

fn filed() -> Life {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life
}

#[test]
fn without_a_remote_nothing_is_to_be_fetched() {
    let life = filed();
    for args in ADVICE {
        let run = life.run("dana", args);
        assert!(matches!(run.code, 2 | 3), "{args:?}: {}", run.out);
        assert!(run.err.contains("nowhere"), "{args:?}: {}", run.err);
        assert!(!run.err.contains("fetch"), "{args:?}: {}", run.err);
    }
}

#[test]
fn the_remote_that_there_is_is_the_one_to_fetch_from() {
    let life = filed();
    life.repo.config("remote.upstream.url", "https://git.example.com/payments.git");
    life.repo.config("remote.upstream.fetch", "+refs/heads/*:refs/remotes/upstream/*");
    life.repo.set_ref("refs/remotes/upstream/main", life.repo.tip("main"));
    for args in ADVICE {
        let run = life.run("dana", args);
        assert!(matches!(run.code, 2 | 3), "{args:?}: {}", run.out);
        let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("`git fetch upstream"), "{args:?}: {said}");
        assert!(!said.contains("git fetch origin"), "{args:?}: {said}");
    }
}

#[test]
fn the_name_of_a_remote_may_contain_a_slash() {
    let life = Life::new();
    life.repo.branch("file").by("ana").write(ID, &record(ID, "")).commit("File it");
    life.repo.by("lee").merge("file", "Merge pull request 'File it' (#7) from file into main");
    life.repo.config("remote.team/up.url", "https://git.example.com/payments.git");
    life.repo.config("remote.team/up.fetch", "+refs/heads/*:refs/remotes/team/up/*");
    life.repo.set_ref("refs/remotes/team/up/main", life.repo.tip("main"));
    let run = life.run("dana", &["show", ID, "--approved-ref", "refs/remotes/team/up/main"]);
    assert!(run.out.contains("status    active"), "{}{}", run.out, run.err);
}

#[test]
fn of_several_remotes_all_are_fetched() {
    let life = filed();
    for name in ["left", "right"] {
        let url = format!("https://git.example.com/{name}.git");
        life.repo.config(&format!("remote.{name}.url"), &url);
    }
    let run = cli::run(life.repo.path(), &["diff", "nowhere", "--approved-ref", "main"]);
    assert!(run.err.contains("run `git fetch --all` if it is missing"), "{}", run.err);
}

#[test]
fn a_shallow_clone_fetches_the_rest_from_a_remote_or_is_cloned_again() {
    let life = filed();
    life.repo.by("dana").write("README.md", "x").commit("Go on");
    for has_remote in [true, false] {
        let clone = life.repo.clone_with(&["--depth=1"]);
        git(clone.path(), &["config", "user.email", "dana@example.com"]);
        if !has_remote {
            git(clone.path(), &["remote", "remove", "origin"]);
        }
        for words in [
            &["list"][..],
            &["check", "--application", "billing"],
            &["doctor"],
            &["lint", "--base", "HEAD~1"],
            &["renew", ID, "--for", "5d", "--reason", "The vendor is late"],
        ] {
            let told = cli::run(clone.path(), &[words, &["--on", "2026-11-21"]].concat());
            let said = told.out + &told.err;
            assert_eq!(told.code, 3, "{words:?}: {said}");
            assert_eq!(said.contains("git fetch"), has_remote, "{words:?}: {said}");
            let is_told_to_clone = said.contains("clone the repository again without `--depth`");
            assert_eq!(is_told_to_clone, !has_remote, "{words:?}: {said}");
            assert!(!said.contains("no main or master"), "{words:?}: {said}");
        }
    }
}

#[test]
fn an_accepted_text_that_is_missing_is_fetched_where_there_is_a_remote() {
    let blob = "3f9a1c0b5d3f9a1c0b5d3f9a1c0b5d3f9a1c0b5d";
    let accepts = format!(
        "scope: {{findings: [{{tool: bandit, id: B602, paths: [app/run.py], content: ['2-2@{blob}']}}]}}"
    );
    for has_remote in [false, true] {
        let life = Life::new();
        life.filed(ID, &record(ID, &accepts), "ana", "lee");
        life.repo.by("dana").write("app/run.py", "password = 'x'\n").commit("Add a script");
        life.repo.checkout();
        if has_remote {
            life.repo.config("remote.upstream.url", "https://git.example.com/payments.git");
        }
        let finding = ["--finding", "bandit:B602", "--path", "app/run.py", "--line", "1"];
        for args in [&["lint"][..], &[&["check", "--approved-ref", "main"], &finding[..]].concat()]
        {
            let run = life.run("dana", args);
            let said = run.out + &run.err;
            assert!(said.contains("not in this clone") || said.contains(blob), "{args:?}: {said}");
            assert_eq!(said.contains("git fetch"), has_remote, "{args:?}: {said}");
        }
    }
}

#[test]
fn a_work_tree_of_a_bare_clone_fetches_the_branches_and_pushes_none() {
    let life = filed();
    git(life.repo.path(), &["branch", "work", "main"]);
    let folder = crate::support::temporary();
    let url = format!("file://{}", life.repo.path().display());
    git(folder.path(), &["clone", "-q", "--bare", &url, "bare"]);
    git(&folder.path().join("bare"), &["worktree", "add", "-q", "../work", "work"]);
    let work = folder.path().join("work");
    let told = cli::run(&work, &["list", "--on", "2026-11-21"]);
    assert_eq!(told.code, 3, "{}", told.err);
    let command = told.err.split('`').nth(1).unwrap();
    assert!(command.starts_with("git fetch origin "), "{}", told.err);
    let done = std::process::Command::new("sh").args(["-c", command]).current_dir(&work).output();
    assert!(done.unwrap().status.success(), "{command}");
    assert_eq!(cli::run(&work, &["list", "--on", "2026-11-21"]).code, 0);
}
