//! Clones that lack a part of what a record's cover depends on: they say what a full clone says, or exit 3 with the command
//! after which they do.

use std::path::Path;

use super::{ID, ON, POLICY, ledger, record};
use crate::cli;
use crate::support::repo::{Repo, git};

const CODE: &str = "import subprocess\ncmd = \"ls -l /srv/reports\"\nsubprocess.call(cmd, shell=True)  # nosec B602\nprint(\"done\")\n";

const QUESTIONS: [(&str, &[&str]); 3] =
    [("main", &[]), ("change", &["--base", "origin/main"]), ("change", &[])];

fn finding(content: &str) -> String {
    record(&format!("{{tool: bandit, id: B602, paths: [app/run.py], content: [{content:?}]}}"))
}

/// Returns the exit code, what is said, and the command that is named.
fn ask(clone: &Path, (branch, args): (&str, &[&str])) -> (i32, String, Option<String>) {
    git(clone, &["checkout", "--quiet", branch]);
    let run = cli::run(clone, &[&["--on", ON, "scan", "--no-age"], args].concat());
    let command = run.err.split('`').find(|part| part.starts_with("git fetch"));
    (run.code, run.out.clone(), command.map(str::to_owned))
}

/// Asks each question in a clone of its own; returns the exit codes.
fn codes(repo: &Repo, options: &[&str]) -> [i32; 3] {
    QUESTIONS.map(|question| {
        let full = repo.clone_with(&[]);
        let (code, said, command) = ask(full.path(), question);
        assert!(command.is_none(), "{question:?}: {command:?}");
        let clone = repo.clone_with(options);
        let answer = ask(clone.path(), question);
        if (answer.0, &answer.1) == (code, &said) {
            return code;
        }
        assert_eq!(answer.0, 3, "{options:?} {question:?}: {answer:?}");
        let command = answer.2.unwrap();
        git(clone.path(), &command.split(' ').skip(1).collect::<Vec<&str>>());
        let again = ask(clone.path(), question);
        assert_eq!((again.0, again.1), (code, said), "{options:?} {question:?}: {command}");
        3
    })
}

#[test]
fn a_clone_without_a_record_s_landing_does_not_judge_what_it_covers() {
    let two_lines = "cmd = \"ls -l /srv/reports\"\nsubprocess.call(cmd, shell=True)  # nosec B602";
    let repo = ledger(POLICY, &finding(two_lines));
    repo.by("ana").write("app/run.py", CODE).commit("Write a program");
    for text in ["1", "2", "3"] {
        repo.by("dana").write("n", text).commit("Count");
    }
    repo.branch("change")
        .by("ana")
        .write("app/run.py", &CODE.replace("-l", "-la"))
        .commit("Show all");
    assert_eq!(codes(&repo, &[]), [0, 1, 1]);
    for depth in ["--depth=2", "--depth=3", "--depth=4"] {
        assert_eq!(codes(&repo, &[depth, "--no-single-branch"]), [3, 3, 3], "{depth}");
    }
}

#[test]
fn a_clone_without_the_blob_of_an_accepted_text_does_not_judge_what_it_covers() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).write("app/run.py", CODE).commit("Begin");
    let blob = git(repo.path(), &["rev-parse", "main:app/run.py"]);
    let work = repo.branch("work");
    let file = finding(&format!("2-3@{}", blob.trim()));
    work.by("ana")
        .write(ID, &file)
        .write("app/run.py", &CODE.replace("done", "over"))
        .commit("File it");
    repo.by("dana").merge("work", "Merge branch 'work'");
    repo.branch("change")
        .by("ana")
        .write("app/run.py", &CODE.replace("-l", "-la"))
        .commit("Show all");
    assert_eq!(codes(&repo, &[]), [0, 1, 1]);
    assert_eq!(codes(&repo, &["--filter=blob:none"]), [3, 3, 3]);
}
