//! Checkpoints: a branch that was rewritten is seen by whoever kept one elsewhere.

use super::{SIGNED, answer};
use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

fn verify(repo: &Repo, args: &[&str]) -> Run {
    repo.checkout();
    cli::run(repo.path(), &[&["verify", "--on", "2026-11-25T09:00:00Z"], args].concat())
}

#[test]
fn rewritten_branch_is_seen() {
    type Act<'a> = (&'a str, &'a str, &'a dyn Fn(&Repo, &str));
    let attacks: [Act; 6] = [
        ("the last commit goes", "history-rewritten", &|_, _| {}),
        ("the last commit is another one", "history-rewritten", &|repo, _| {
            repo.by("ana").write("README.md", "Payments\n").commit("Describe it");
        }),
        ("the last commit is written again", "history-rewritten", &|repo, _| {
            repo.by("ana")
                .write(ID, &SAMPLE.replace("2026-12-20", "2026-12-11"))
                .commit("Shorten it");
        }),
        ("all of it is written again", "history-rewritten", &|repo, _| {
            let text = SAMPLE.replace("2026-12-20", "2027-01-20");
            let work = repo.orphan("again").by("root").write("exledger.yaml", SIGNED);
            let oid = work.write(ID, &text).commit("Begin");
            repo.set_ref("refs/heads/main", oid);
        }),
        ("another branch takes its place", "mainline-rerouted", &|repo, tip| {
            repo.branch("side").by("mallory").write("README.md", "Side\n").commit("Work");
            repo.branch_from("old", tip);
            let merge = repo.branch("side").by("mallory").merge("old", "Merge branch 'topic'");
            repo.set_ref("refs/heads/main", merge);
        }),
        (
            "another branch takes its place and drops what landed",
            "mainline-rerouted",
            &|repo, tip| {
                repo.branch("side").by("mallory").write("README.md", "Side\n").commit("Work");
                repo.branch_from("old", tip);
                let merge = repo
                    .branch("side")
                    .by("mallory")
                    .merge_ours(&["old"], "Work on something else");
                repo.set_ref("refs/heads/main", merge);
            },
        ),
    ];
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    for (what, code, attack) in attacks {
        let repo = filed();
        let before = repo.tip("main");
        repo.branch("less").by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten it");
        let tip = repo.by("lee").merge("less", "Merge branch 'less'");
        let run = verify(&repo, &["--write-checkpoint", path]);
        assert_eq!(run.code, 0, "{what}: {}", run.out);
        repo.set_ref("refs/heads/main", before);
        attack(&repo, &tip.to_string());
        let run = verify(&repo, &["--checkpoint", path]);
        assert!(run.code != 0 && run.out.contains(code), "{what}: {} {}", run.code, run.out);
        let findings = answer(&repo, &["verify", "--checkpoint", path])["findings"].clone();
        let mut findings = findings.as_array().unwrap().iter();
        assert!(findings.any(|it| it["rule"] == code && it["level"] == "error"), "{what}");
        // Nobody who overwrites the checkpoint by a job that runs `verify` loses it.
        let next = outside.path().join("next.json");
        let args = ["--checkpoint", path, "--write-checkpoint", next.to_str().unwrap()];
        assert_ne!(verify(&repo, &args).code, 0, "{what}");
        assert!(!next.exists(), "{what}");
        // The branch as it was, and as it grows.
        repo.set_ref("refs/heads/main", tip);
        assert_eq!(verify(&repo, &["--checkpoint", path]).code, 0, "{what}");
        repo.branch("next").by("ana").write("README.md", "Next\n").commit("Describe it");
        repo.by("lee").merge("next", "Merge branch 'next'");
        let run = verify(&repo, &["--checkpoint", path]);
        assert_eq!(run.code, 0, "{what}: {}", run.out);
    }
}

#[test]
fn clones_remember_what_they_saw() {
    const CLOSED: &str =
        "closure: {outcome: withdrawn, date: 2026-11-20, by: lee@example.com, reason: Wrong}\n";
    let shown = |clone: &std::path::Path| {
        let args = ["show", ID, "--on", "2026-11-25T09:00:00Z", "--format", "json"];
        let answer: serde_json::Value =
            serde_json::from_str(&cli::run(clone, &args).out).unwrap_or_default();
        answer["record"]["status"].as_str().unwrap_or("unknown").to_owned()
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let pushes: [Act; 3] = [
        ("the branch as it was", &|_| {}),
        ("something else", &|repo| {
            repo.by("mallory").write("README.md", "Payments\n").commit("Describe it");
        }),
        ("all of it again, with the approval", &|repo| {
            let work = repo.orphan("again").by("root").write("exledger.yaml", SIGNED);
            let oid = work.write(ID, SAMPLE).commit("Begin");
            repo.set_ref("refs/heads/main", oid);
        }),
    ];
    for (what, push) in pushes {
        let repo = filed();
        let clone = repo.clone_with(&[]);
        let before = repo.tip("main");
        let fetch =
            || git(clone.path(), &["fetch", "--quiet", "origin", "+main:refs/remotes/origin/main"]);
        assert_eq!(shown(clone.path()), "active", "{what}");
        repo.by("lee").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
        fetch();
        assert_eq!(shown(clone.path()), "closed", "{what}");
        repo.set_ref("refs/heads/main", before);
        push(&repo);
        fetch();
        assert_ne!(shown(clone.path()), "active", "{what}");
        let run = cli::run(clone.path(), &["verify", "--on", "2026-11-25T09:00:00Z"]);
        let said = run.out + &run.err;
        assert_ne!(run.code, 0, "{what}: {said}");
    }
}
