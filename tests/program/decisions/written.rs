//! What each decision answers and writes: one golden for each command and format, and the patch of a dry run.

use crate::decisions::{ID, Life, record};
use crate::support::golden;
use crate::support::samples::{TEAMS, without_warnings};

const FIELDS: &str = "\
title: The deploy key was printed by a CI job
deviates_from: {rule: No secrets in logs, baseline: secret-storage}
triggers: [{id: T1, when: The runner masks secrets, then: close}]
compensating_controls: [{id: CC1, description: Alert at night, owner: ana@example.com, status: planned, verify_every: 14d}]
";

fn commands() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        (
            "renew",
            vec!["renew", ID, "--for", "30d", "--reason", "The runner is replaced in January"],
        ),
        ("review", vec!["review", ID, "--outcome", "still-needed", "--note", "One job is left"]),
        ("fire", vec!["fire", ID, "T1", "--note", "Shipped on Tuesday"]),
        (
            "review-control",
            vec!["review", ID, "--control", "CC1", "--evidence", "E1=log:kept/exledger.yaml"],
        ),
        (
            "transfer",
            vec![
                "transfer",
                ID,
                "--to",
                "kim@example.com",
                "--name",
                "Kim Sato",
                "--reason",
                "Ana moves on",
            ],
        ),
        (
            "note",
            vec![
                "note",
                ID,
                "--stage",
                "investigation",
                "--note",
                "Two jobs print it",
                "--evidence",
                "log:https://ci.example.com/7",
            ],
        ),
        (
            "close",
            vec![
                "close",
                ID,
                "--outcome",
                "remediated",
                "--reason",
                "Key rotated, job mended",
                "--check",
                "rotated=E1",
                "--check",
                "pipeline-reviewed=No other job prints it",
                "--check",
                "removed-from-code=E2",
                "--check",
                "removed-from-logs=Expired with the logs",
                "--evidence",
                "E1=log:kept/exledger.yaml",
                "--evidence",
                "E2=change:3f2c9a7b",
                "--access-verified",
                "after=2026-12-01",
                "--prevention",
                "The runner masks the environment",
                "--review-by",
                "2026-12-31",
            ],
        ),
    ]
}

#[test]
fn each_decision_answers_as_promised() {
    let life = Life::of(&without_warnings(TEAMS));
    life.repo.by("dana").write("kept/exledger.yaml", TEAMS).commit("Keep the evidence");
    life.filed(ID, &record(ID, FIELDS), "ana", "lee");
    life.repo.clock("2026-12-01T09:00:00Z");
    for (name, args) in commands() {
        for format in ["json", "table", "markdown"] {
            life.switch("main");
            let run = life.run("lee", &[&args[..], &["--format", format]].concat());
            assert_eq!(run.code, 0, "{name}: {}", run.err);
            golden::check(&format!("decisions/{name}.{format}"), &run.out);
        }
        let lint = life.run("lee", &["lint"]);
        assert_eq!(lint.code, 0, "{name}: {}", lint.out);
        let _ = std::fs::remove_dir_all(life.repo.path().join("evidence"));
    }
    let several = ["review", "--status", "active", "--outcome", "close", "--format"];
    for format in ["json", "jsonl", "csv"] {
        life.switch("main");
        let run = life.run("lee", &[&several[..], &[format]].concat());
        golden::check(&format!("decisions/several.{format}"), &run.out);
    }
}

#[test]
fn a_dry_run_shows_a_patch_that_git_applies_and_writes_nothing() {
    let life = Life::new();
    life.repo.by("dana").write("kept/exledger.yaml", TEAMS).commit("Keep the evidence");
    life.filed(ID, &record(ID, FIELDS).replace('\n', "\r\n"), "ana", "lee");
    life.repo.clock("2026-12-01T09:00:00Z");
    let before = life.text(ID);
    for (name, args) in commands() {
        let dry = [&args[..], &["--dry-run"]].concat();
        let run = life.run("lee", &dry);
        assert_eq!(run.code, 0, "{name}: {}", run.err);
        assert_eq!(life.text(ID), before, "{name}");
        assert!(!life.repo.path().join("evidence").exists(), "{name}");
        assert!(run.out.contains("nothing was written"), "{name}: {}", run.out);
        let json = life.answer(0, "lee", &dry);
        let wet = life.answer(0, "lee", &args);
        assert_eq!(json, wet, "{name}");
        let written = life.text(ID);
        assert_ne!(written, before, "{name}");
        life.repo.checkout();
        let _ = std::fs::remove_dir_all(life.repo.path().join("evidence"));
        let patch =
            exledger::view::patch::patch(&format!("exceptions/{ID}.yaml"), &before, &written);
        let file = life.repo.path().join("change.patch");
        std::fs::write(&file, patch).unwrap();
        crate::support::repo::git(
            life.repo.path(),
            &["apply", "--whitespace=nowarn", "change.patch"],
        );
        assert_eq!(life.text(ID), written, "{name}");
        std::fs::remove_file(file).unwrap();
        life.repo.checkout();
    }
}

#[test]
fn next_steps_fit_the_branch_and_the_folder() {
    let life = Life::new();
    life.filed(ID, &record(ID, FIELDS), "ana", "lee");
    let review = ["review", ID, "--outcome", "close"];
    let run = life.run("lee", &review);
    assert!(run.out.contains("git switch -c review-EXC-2026-7F3KQ\n"), "{}", run.out);
    // The branch of an earlier review is still there, the one after it only on the remote.
    life.repo.branch("review-EXC-2026-7F3KQ");
    life.repo.config("remote.origin.url", "https://example.com/billing.git");
    life.repo.config("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    let tip = life.repo.tip("main").to_string();
    let remote = "refs/remotes/origin/review-EXC-2026-7F3KQ-2";
    crate::support::repo::git(life.repo.path(), &["update-ref", remote, &tip]);
    let run = life.run("lee", &[&review[..], &["--approved-ref", "refs/heads/main"]].concat());
    assert!(run.out.contains("git switch -c review-EXC-2026-7F3KQ-3\n"), "{}", run.out);
    assert!(run.out.ends_with("git push -u origin review-EXC-2026-7F3KQ-3\n"), "{}", run.out);
    crate::support::repo::git(life.repo.path(), &["switch", "-c", "x;y"]);
    let run = life.run("lee", &[&review[..], &["--approved-ref", "refs/heads/main"]].concat());
    assert!(run.out.ends_with("git push -u origin 'x;y'\n"), "{}", run.out);
    crate::support::repo::git(life.repo.path(), &["remote", "remove", "origin"]);
    life.repo.branch("work");
    life.switch("work");
    let run = life.run("lee", &review);
    assert!(!run.out.contains("switch"), "{}", run.out);
    assert!(run.out.ends_with("git commit -m 'Review EXC-2026-7F3KQ'\n"), "{}", run.out);
    let below = crate::cli::run(
        &life.repo.path().join("exceptions"),
        &[&review[..], &["--by", "sam@example.com"]].concat(),
    );
    assert_eq!(below.code, 0, "{}", below.err);
    assert!(below.out.contains("git -C "), "{}", below.out);
}

#[test]
fn the_mode_of_a_file_and_its_neighbours_stay() {
    use std::os::unix::fs::PermissionsExt;
    let life = Life::new();
    life.filed(ID, &record(ID, FIELDS), "ana", "lee");
    let path = life.repo.path().join(format!("exceptions/{ID}.yaml"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    // Files left by a killed run are removed by the next, and are no files of the ledger until then.
    let left = path.parent().unwrap().join(".exledger-edit-l3fTt0");
    std::fs::write(&left, "half").unwrap();
    let lint = life.run("lee", &["lint"]);
    assert_eq!(lint.code, 0, "{}{}", lint.out, lint.err);
    life.answer(0, "lee", &["review", ID, "--outcome", "close"]);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!left.exists());
    let names: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing else is left behind");
    // A link is not a record, and is never followed.
    let target = life.repo.path().join("elsewhere.yaml");
    std::fs::rename(&path, &target).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let before = std::fs::read_to_string(&target).unwrap();
    let run = life.run("lee", &["review", ID, "--outcome", "close"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), before);
}

#[test]
fn a_new_file_begins_in_the_folder_of_git_where_nothing_is_committed() {
    let life = Life::new();
    life.filed(ID, &record(ID, FIELDS), "ana", "lee");
    let waiting = life.repo.path().join(".git/exledger/tmp");
    std::fs::create_dir_all(&waiting).unwrap();
    let old = waiting.join(".exledger-l3fTt0");
    std::fs::write(&old, "half").unwrap();
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    let two_days = std::time::Duration::from_secs(48 * 60 * 60);
    file.set_modified(std::time::SystemTime::now() - two_days).unwrap();
    let run = life.run("ana", &["new", "--like", ID, "--draft"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(!old.exists(), "what a killed run left a day ago is removed");
    assert_eq!(std::fs::read_dir(&waiting).unwrap().count(), 0);
}
