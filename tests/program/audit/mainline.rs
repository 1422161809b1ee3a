//! The mainline compared with a checkpoint, and clones that end before the checkpoint.

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::{MAIN, Repo};
use crate::support::samples::{ID, ONE, SAMPLE};

const ON: &str = "2026-12-10T12:00:00Z";

fn verify(folder: &std::path::Path, args: &[&str]) -> Run {
    cli::run(folder, &[&["verify", "--on", ON], args].concat())
}

#[test]
fn a_removal_that_is_dated_before_its_parent_is_named() {
    let repo = filed();
    let of = |repo: &Repo| -> Vec<String> {
        let findings = crate::support::audit::audited(repo, ON).into_iter();
        let skewed = findings.filter(|it| it.rule.as_str() == "clock-skew" && it.id.is_some());
        skewed.map(|it| format!("{} {}", it.path, it.message)).collect()
    };
    repo.clock("2026-11-20T09:30:00Z");
    repo.by("mal").remove(ID).commit("Tidy up");
    let found = of(&repo);
    let [found] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(found.starts_with("exceptions/EXC-2026-7F3KQ.yaml EXC-2026-7F3KQ was removed by a commit dated 2026-11-20T09:30:00Z"));
    let repo = filed();
    repo.by("mal").remove(ID).commit("Tidy up");
    assert_eq!(of(&repo), [""; 0]);
}

#[test]
fn dates_of_commits_before_the_ledger_are_nobodys_error() {
    // The first commit is dated after the second, before or after the ledger begins.
    let dated = |first: &str| -> (i32, bool) {
        let repo = Repo::at(first);
        repo.by("lee").write("README.md", "Read me\n").commit("Begin");
        repo.clock("2026-11-02T09:00:00Z");
        repo.by("lee").write("README.md", "Read this\n").commit("Go on");
        repo.clock("2026-11-20T09:00:00Z");
        repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
        repo.checkout();
        let run = verify(repo.path(), &[]);
        (run.code, run.out.contains("future-dated"))
    };
    assert_eq!(dated("2026-11-10T09:00:00Z"), (0, false));
    assert_eq!(dated("2026-11-25T09:00:00Z"), (1, true));
}

#[test]
fn a_checkpoint_says_what_the_mainline_is_and_is_read_again() {
    let repo = filed();
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    let run = verify(repo.path(), &["--write-checkpoint", path]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let text = std::fs::read_to_string(path).unwrap();
    let checkpoint: Value = serde_json::from_str(&text).unwrap();
    let tip = repo.tip(MAIN);
    let tree = repo.git.find_commit(tip).unwrap().tree().unwrap();
    let records = tree.get_name("exceptions").unwrap().id().to_string();
    assert_eq!(checkpoint["schema"], "exledger/checkpoint/v1");
    assert_eq!(checkpoint["ledger"], Value::Null);
    assert_eq!(checkpoint["ref"], "refs/heads/main");
    assert_eq!(checkpoint["tip"], tip.to_string());
    assert_eq!(checkpoint["mainline_commits"], 2);
    assert_eq!(checkpoint["ledger_tree"], records);
    assert_eq!(checkpoint["at"], ON);
    let run = verify(repo.path(), &["--checkpoint", path]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    // Later landings change nothing, nor does a question about the past.
    repo.by("lee").write("README.md", "Read me\n").commit("Say what this is");
    let run = verify(repo.path(), &["--checkpoint", path]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let args = ["verify", "--as-of", "2026-11-20T09:30:00Z", "--checkpoint", path];
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn a_checkpoint_that_was_edited_or_is_none_is_not_believed() {
    let repo = filed();
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    verify(repo.path(), &["--write-checkpoint", path]);
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, text.replace("\"mainline_commits\": 2", "\"mainline_commits\": 3"))
        .unwrap();
    // Each of several counts, wherever it stands.
    let sound = outside.path().join("sound.json");
    let sound = sound.to_str().unwrap();
    std::fs::write(sound, &text).unwrap();
    assert_eq!(verify(repo.path(), &["--checkpoint", sound, "--checkpoint", sound]).code, 0);
    let both = ["--checkpoint", path, "--checkpoint", sound, "--format", "json"];
    let run = verify(repo.path(), &both);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("history-rewritten"), "{}", run.out);
    // The commit exists; only the count differs.
    let count = "the checkpoint counts 3 first-parent commits, but there are 2";
    assert!(run.out.contains(count), "{}", run.out);
    assert!(!run.out.contains("no longer in its history"), "{}", run.out);
    std::fs::write(path, "{}").unwrap();
    assert_eq!(verify(repo.path(), &["--checkpoint", path]).code, 3);
    assert_eq!(verify(repo.path(), &["--checkpoint", "nowhere.json"]).code, 3);
}

#[test]
fn a_shallow_clone_can_say_neither_what_was_approved_nor_what_the_mainline_was() {
    let repo = filed();
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    verify(repo.path(), &["--write-checkpoint", path]);
    repo.by("lee").write("README.md", "Read me\n").commit("Say what this is");
    let clone = repo.clone_with(&["--depth=1"]);
    let run = verify(clone.path(), &[]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("--unshallow"), "{}", run.err);
    assert!(run.out.contains("could not be determined"), "{}", run.out);
    assert!(!run.out.contains("nothing to object to"), "{}", run.out);
    let run = verify(clone.path(), &["--checkpoint", path]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(!run.out.contains("history-rewritten"), "{}", run.out);
    let other = outside.path().join("other.json");
    let run = verify(clone.path(), &["--write-checkpoint", other.to_str().unwrap()]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(!other.exists());
}

#[test]
fn no_checkpoint_is_written_of_what_was_rewritten() {
    let repo = filed();
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    verify(repo.path(), &["--write-checkpoint", path]);
    let first = repo.git.find_commit(repo.tip(MAIN)).unwrap().parent_id(0).unwrap();
    repo.set_ref("refs/heads/main", first);
    repo.checkout();
    let next = outside.path().join("next.json");
    let args = ["--checkpoint", path, "--write-checkpoint", next.to_str().unwrap()];
    let run = verify(repo.path(), &args);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.out.contains("history-rewritten"), "{}", run.out);
    assert!(!next.exists());
}

#[test]
fn ids_limit_the_audit_to_their_records() {
    let repo = filed();
    let other = "EXC-2026-5E1FA";
    repo.by("ana").write(other, &SAMPLE.replace(ID, other)).commit("Push another");
    repo.by("ana").write("exledger.yaml", &ONE.replace("90d", "120d")).commit("Allow more");
    repo.checkout();
    let answer = |args: &[&str]| -> Value {
        let run = verify(repo.path(), &[args, &["--format", "json"]].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err))
    };
    assert_eq!(answer(&[])["checked"], 2);
    assert_eq!(answer(&[])["errors"], 2);
    let one = answer(&["7F3KQ"]);
    assert_eq!((&one["checked"], &one["errors"]), (&1.into(), &0.into()));
    assert_eq!(one["mainline"]["commits"], 4);
    let two = answer(&[other, ID]);
    assert_eq!((&two["checked"], &two["errors"]), (&2.into(), &1.into()));
    assert_eq!(verify(repo.path(), &["EXC-2026-N0NE1"]).code, 2);
}

#[test]
fn warnings_fail_with_strict_alone() {
    let repo = filed();
    repo.by("ana")
        .write("exledger.yaml", &ONE.replace("count: 1", "count: 2"))
        .commit("Ask for two");
    repo.checkout();
    assert_eq!(verify(repo.path(), &[]).code, 0);
    assert_eq!(verify(repo.path(), &["--strict"]).code, 1);
}

#[test]
fn a_file_that_is_no_checkpoint_is_told_why() {
    let repo = filed();
    let outside = crate::support::temporary();
    let path = outside.path().join("checkpoint.json");
    let path = path.to_str().unwrap();
    for (text, why) in [
        ("nonsense", "is not a checkpoint: it is not JSON"),
        ("{}", "is not a checkpoint: its `schema` is missing or invalid"),
        (r#"{"schema": "exledger/checkpoint/v1"}"#, "its `root` is missing or invalid"),
    ] {
        std::fs::write(path, text).unwrap();
        let run = verify(repo.path(), &["--checkpoint", path]);
        assert_eq!(run.code, 3, "{}", run.out);
        assert!(run.err.contains(why), "{}", run.err);
    }
}
