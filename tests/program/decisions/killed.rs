//! A process that is killed before it moves a file into place leaves nothing that `git add -A` takes; one whose disk is full
//! says which file it could not write.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::cli;
use crate::decisions::evidence::{kept, note, outside};
use crate::decisions::{ID, Life, record};
use crate::support::repo::git;
use crate::support::tools::need;

/// How a file gets its name.
const MOVES: &str = "rename,renameat,renameat2,link,linkat";

const KILL: i32 = 9;

const CLOCK: (&str, &str) = ("EXLEDGER_TEST_CLOCK", "2026-11-21T09:00:00Z");

/// Runs the program, which is killed as it asks for the first of these calls.
fn kill_at(calls: &str, folder: &Path, args: &[&str]) {
    let output = inject(calls, "signal=KILL", folder, args);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(KILL), "{args:?}: {err}");
}

/// Runs the program, to which something happens as it asks for these calls.
fn inject(calls: &str, what: &str, folder: &Path, args: &[&str]) -> Output {
    need(&["strace"]);
    let own = cli::program(folder, args, &[CLOCK]);
    let mut traced = Command::new("strace");
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{what}"));
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
    traced.arg(own.get_program()).args(own.get_args()).current_dir(folder).env_clear();
    traced.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.output().unwrap()
}

fn life() -> Life {
    let life = Life::new();
    let finding = "scope: {resources: [image], findings: [{tool: trivy, id: CVE-2026-1}]}";
    life.filed(ID, &record(ID, finding), "ana", "lee");
    life.repo.config("user.name", "Ana Silva");
    life.repo.config("user.email", "ana@example.com");
    life
}

/// Returns what `git add -A` takes.
fn added(life: &Life) -> String {
    git(life.repo.path(), &["add", "-A"]);
    git(life.repo.path(), &["diff", "--cached", "--name-only"])
}

#[test]
fn whatever_writes_into_a_work_tree_begins_in_the_folder_of_git() {
    for args in [
        &["new", "--like", ID, "--draft"][..],
        &["note", ID, "--stage", "triage", "--note", "It was looked at"],
        &["export", "csv", "-o", "rows.csv"],
        &["export", "jsonl", "-o", "rows.jsonl"],
        &["export", "opa", "-o", "data.json"],
        &["export", "trivy", "-o", "out.yaml"],
        &["export", "trivy", "--into", ".trivyignore.yaml"],
        &["export", "pack", "--from", "2026-11-01", "--to", "2026-11-20", "-o", "pack"],
        &["report", "-o", "report.html"],
        &["verify", "--write-checkpoint", "checkpoint.json"],
        &["init", "--with", "schemas"],
    ] {
        let life = life();
        let waiting = life.repo.path().join(".git/exledger/tmp");
        let _ = std::fs::remove_dir_all(&waiting);
        kill_at(MOVES, life.repo.path(), args);
        assert!(std::fs::read_dir(&waiting).unwrap().count() > 0, "{args:?} began nothing there");
        assert_eq!(added(&life), "", "{args:?}");
    }
}

#[test]
fn evidence_without_its_entry_is_taken_by_the_same_command() {
    let life = life();
    let (_folder, named) = outside("job.log", b"the job is done\n");
    let note = note(&named);
    // Evidence is new, and moved with another call than the record that it is for.
    kill_at("rename,renameat", life.repo.path(), &note);
    assert_eq!(added(&life).trim(), format!("evidence/{ID}/job.log"));
    assert_eq!(life.run("ana", &["lint"]).code, 0);
    life.answer(0, "ana", &note);
    assert_eq!(kept(&life), ["job.log"]);
    assert_eq!(added(&life), format!("evidence/{ID}/job.log\nexceptions/{ID}.yaml\n"));
    assert_eq!(life.run("ana", &["lint"]).code, 0);
}

#[test]
fn what_begins_on_another_disk_than_its_place_is_copied_there() {
    let life = life();
    let elsewhere = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (git_dir, new) = (life.repo.path().join(".git"), elsewhere.path().join("git"));
    let copied = Command::new("cp").arg("-R").args([&git_dir, &new]).status().unwrap();
    assert!(copied.success());
    std::fs::remove_dir_all(&git_dir).unwrap();
    std::fs::write(&git_dir, format!("gitdir: {}\n", new.display())).unwrap();
    for args in [
        &["new", "--like", ID, "--draft"][..],
        &["note", ID, "--stage", "triage", "--note", "It was looked at"],
        &["export", "csv", "-o", "rows.csv"],
        &["export", "pack", "--from", "2026-11-01", "--to", "2026-11-20", "-o", "pack"],
        &["report", "-o", "report.html"],
    ] {
        let before = added(&life);
        let run = cli::run_with(life.repo.path(), args, &[CLOCK]);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        assert_ne!(added(&life), before, "{args:?}");
        assert!(!added(&life).contains(".exledger-"), "{args:?}");
    }
    assert_eq!(std::fs::read_dir(new.join("exledger/tmp")).unwrap().count(), 0);
}

#[test]
fn a_full_disk_is_named_with_the_file_that_it_has_no_room_for() {
    let note = ["note", ID, "--stage", "triage", "--note", "It was looked at"];
    for (args, file) in [
        (&["new", "--like", ID, "--draft"][..], "exceptions/EXC-2026-"),
        (&note, "exceptions/EXC-2026-7F3KQ.yaml"),
        (&["export", "csv", "-o", "rows.csv"], "rows.csv"),
        (&["report", "-o", "report.html"], "report.html"),
        (&["verify", "--write-checkpoint", "checkpoint.json"], "checkpoint.json"),
    ] {
        let life = life();
        let output = inject("fsync", "error=ENOSPC", life.repo.path(), args);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{args:?}: {err}");
        assert!(err.contains(file) && err.contains(": the disk is full\n"), "{args:?}: {err}");
        assert!(err.contains("  help: free some space on that disk"), "{args:?}: {err}");
        assert!(!err.contains("os error") && !err.contains(".exledger-"), "{args:?}: {err}");
        assert_eq!(added(&life), "", "{args:?}");
    }
}

#[test]
fn of_what_is_older_than_a_day_only_what_was_begun_here_is_removed() {
    const OLD: &str = "touch -t 202601010000";
    let life = life();
    let sh = |command: &str| {
        let mut shell = Command::new("sh");
        let done = shell.args(["-c", command]).current_dir(life.repo.path()).output().unwrap();
        assert!(done.status.success(), "{command}: {done:?}");
    };
    let victim = |place: &str| {
        sh(&format!(
            "mkdir -p {place}/photos && echo precious > {place}/photos/a && {OLD} {place}/photos && \
             echo mine > {place}/.exledger-abcdef && {OLD} {place}/.exledger-abcdef"
        ));
    };
    let is_whole = |place: &str| {
        ["photos/a", ".exledger-abcdef"]
            .iter()
            .all(|it| life.repo.path().join(place).join(it).exists())
    };
    // What only looks like a git folder, and one that leads elsewhere.
    victim("../one");
    sh("mkdir -p out/.git/exledger && ln -s ../../../../one out/.git/exledger/tmp");
    victim("../two/exledger/tmp");
    sh("mkdir -p out2 && echo \"gitdir: $PWD/../two\" > out2/.git");
    victim("../three");
    sh(
        "mkdir -p out3 && git init -q out3 && mkdir out3/.git/exledger && ln -s \"$PWD/../three\" out3/.git/exledger/tmp",
    );
    sh("mkdir -p out4 && mkfifo out4/.git");
    for out in ["out", "out2", "out3", "out4"] {
        let place = format!("{out}/report.html");
        let run = cli::run_with(life.repo.path(), &["report", "-o", &place], &[CLOCK]);
        assert_eq!(run.code, 0, "{out}: {}", run.err);
        assert!(life.repo.path().join(&place).exists(), "{out}");
    }
    assert!(is_whole("../one") && is_whole("../two/exledger/tmp") && is_whole("../three"));
    // Here, what was begun goes, and what has another name stays.
    victim(".git/exledger/tmp");
    let run = cli::run_with(life.repo.path(), &["report", "-o", "report.html"], &[CLOCK]);
    assert_eq!(run.code, 0, "{}", run.err);
    let waiting = life.repo.path().join(".git/exledger/tmp");
    assert!(waiting.join("photos/a").exists() && !waiting.join(".exledger-abcdef").exists());
}
