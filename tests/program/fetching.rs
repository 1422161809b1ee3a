//! What is advised where something is not in the clone: to fetch it, where there is a remote to fetch from.

use crate::cli;
use crate::decisions::{ID, Life, record};

const ADVICE: &[&[&str]] = &[
    &["diff", "nowhere"],
    &["lint", "--base", "nowhere"],
    &["scan", "--base", "nowhere"],
    &["list", "--approved-ref", "nowhere"],
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
fn of_several_remotes_all_are_fetched() {
    let life = filed();
    for name in ["left", "right"] {
        let url = format!("https://git.example.com/{name}.git");
        life.repo.config(&format!("remote.{name}.url"), &url);
    }
    let run = cli::run(life.repo.path(), &["diff", "nowhere", "--approved-ref", "main"]);
    assert!(run.err.contains("run `git fetch --all` if it is missing"), "{}", run.err);
}
