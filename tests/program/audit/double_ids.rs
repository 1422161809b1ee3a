//! Two branches file one id: what `verify` says of it once each file has an id of its own.

use exledger::diag::Level;
use exledger::diag::code::Code;

use crate::cli;
use crate::support::audit::{audited, filed};
use crate::support::repo::{Repo, path_of};
use crate::support::samples::{ID, ONE, STARTED};

const OWN: &str = "EXC-2026-8K2MP";
const FIRST: &str = "exceptions/one/EXC-2026-7F3KQ.yaml";
const SECOND: &str = "exceptions/two/EXC-2026-7F3KQ.yaml";
const ON: &str = "2026-11-30T12:00:00Z";

/// A ledger in which Ana and Bob filed the same id for two applications, and Lee merged both.
fn doubled() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
    repo.branch("one").by("ana").write(FIRST, STARTED).commit("File it");
    let payroll = STARTED.replace("billing", "payroll");
    repo.branch("two").by("bob").write(SECOND, &payroll).commit("File it");
    repo.by("lee").merge("one", "Merge pull request #1 from ana/one");
    repo.by("lee").merge("two", "Merge pull request #2 from bob/two");
    repo
}

/// Gives a file an id of its own on a branch.
fn rename(repo: &Repo, path: &str, by: &str) {
    let folder = path.rsplit_once('/').unwrap().0;
    let work = repo.branch("fix").by(by);
    let text = work.text(path).replace(ID, OWN);
    work.remove(path).write(&format!("{folder}/{OWN}.yaml"), &text).commit("Give it its own id");
}

/// Returns the exit code of `verify`, and each finding as level, rule and message.
fn verified(repo: &Repo) -> (i32, Vec<String>) {
    repo.checkout();
    let run = cli::run(repo.path(), &["verify", "--on", ON, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = |finding: &serde_json::Value| {
        let [level, rule, message] =
            ["level", "rule", "message"].map(|key| finding[key].as_str().unwrap().to_owned());
        format!("{level} {rule} {message}")
    };
    (run.code, answer["findings"].as_array().unwrap().iter().map(text).collect())
}

/// Returns the status of a record.
fn status(repo: &Repo, id: &str) -> String {
    let run = cli::run(repo.path(), &["show", id, "--on", ON, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    answer["record"]["status"].as_str().unwrap().to_owned()
}

fn rules(findings: &[String]) -> Vec<&str> {
    let mut rules: Vec<&str> = findings.iter().map(|it| it.split(' ').nth(1).unwrap()).collect();
    rules.sort_unstable();
    rules
}

#[test]
fn after_the_approved_repair_nothing_is_left_but_a_note_that_says_when_and_by_whom() {
    let repo = doubled();
    let (code, before) = verified(&repo);
    assert_eq!((code, rules(&before)), (1, vec!["duplicate-id", "duplicate-id"]), "{before:#?}");
    assert_eq!(status(&repo, FIRST), "conflicted");
    rename(&repo, SECOND, "bob");
    let fixed = repo.by("lee").merge("fix", "Merge pull request #3 from bob/fix");
    let (code, found) = verified(&repo);
    let [note] = found.as_slice() else {
        panic!("{found:#?}");
    };
    let begin = format!(
        "note duplicate-id {FIRST} and {SECOND} had the same id until version 3 by bob@example.com, commit {}, not before 2026-11-20T",
        &fixed.to_string()[..12]
    );
    assert!(note.starts_with(&begin), "{note}");
    assert_eq!(code, 0);
    assert_eq!((status(&repo, ID), status(&repo, OWN)), ("active".to_owned(), "active".to_owned()));
}

#[test]
fn a_repair_that_nobody_approved_gives_the_new_id_nothing() {
    let repo = doubled();
    rename(&repo, SECOND, "bob");
    let tip = repo.tip("fix");
    repo.set_ref("refs/heads/main", tip);
    let (code, found) = verified(&repo);
    assert_eq!(code, 1);
    assert!(rules(&found).contains(&"self-approval"), "{found:#?}");
    assert_eq!(
        (status(&repo, ID), status(&repo, OWN)),
        ("active".to_owned(), "unapproved".to_owned())
    );
}

#[test]
fn the_file_that_stays_needs_an_approval_where_the_first_one_took_another_id() {
    let repo = doubled();
    rename(&repo, FIRST, "bob");
    repo.by("lee").merge("fix", "Merge pull request #3 from bob/fix");
    let (code, found) = verified(&repo);
    assert_eq!(code, 1);
    // Nobody approved that the id is about payroll from now on.
    assert_eq!(
        (status(&repo, ID), status(&repo, OWN)),
        ("unapproved".to_owned(), "active".to_owned())
    );
    // The merge left nothing out: what went from under the id has an id of its own.
    assert_eq!(rules(&found), ["duplicate-id", "duplicate-id", "self-approval"], "{found:#?}");
    let longer = STARTED.replace("billing", "payroll").replace("for two weeks", "for a fortnight");
    repo.branch("say").by("bob").write(SECOND, &longer).commit("Say why");
    let said = repo.by("dana").merge("say", "Merge pull request #4 from bob/say");
    let (code, found) = verified(&repo);
    let [note, unapproved] = found.as_slice() else {
        panic!("{found:#?}");
    };
    let names = format!("by bob@example.com, commit {}", &said.to_string()[..12]);
    assert!(note.starts_with("note duplicate-id") && note.contains(&names), "{note}");
    assert!(unapproved.starts_with("note self-approval"), "{unapproved}");
    assert_eq!(code, 0);
    assert_eq!((status(&repo, ID), status(&repo, OWN)), ("active".to_owned(), "active".to_owned()));
    assert_eq!(cli::run(repo.path(), &["verify", "--on", ON, "--strict"]).code, 0);
}

#[test]
fn a_merge_that_leaves_out_more_than_the_new_id_is_named() {
    type Act = fn(&Repo);
    let acts: [(&str, Act); 3] = [
        ("the file of the new id stays under the old one, too", |repo| {
            rename(repo, FIRST, "bob");
            repo.by("lee").write(FIRST, STARTED).merge("fix", "Merge branch 'fix'");
        }),
        ("the other file goes with it, and the merge keeps that", |repo| {
            rename(repo, FIRST, "bob");
            let payroll = STARTED.replace("billing", "payroll");
            repo.branch_from("fix", "fix").by("bob").remove(SECOND).commit("Remove the other");
            repo.by("lee").write(SECOND, &payroll).merge("fix", "Merge branch 'fix'");
        }),
        ("one commit removes both, and the merge keeps the second", |repo| {
            let payroll = STARTED.replace("billing", "payroll");
            repo.branch("fix").by("bob").remove(FIRST).remove(SECOND).commit("Remove both");
            repo.by("lee").write(SECOND, &payroll).merge("fix", "Merge branch 'fix'");
        }),
    ];
    for (what, act) in acts {
        let repo = doubled();
        act(&repo);
        let (code, found) = verified(&repo);
        assert_eq!(code, 1, "{what}");
        let left_out = |finding: &&String| finding.contains("left out the removal");
        assert_eq!(found.iter().filter(left_out).count(), 1, "{what}: {found:#?}");
    }
}

#[test]
fn a_file_that_is_gone_under_any_id_was_deleted() {
    let repo = doubled();
    repo.branch("fix").by("bob").remove(FIRST).commit("Remove one");
    repo.by("lee").merge("fix", "Merge pull request #3 from bob/fix");
    let (code, found) = verified(&repo);
    assert_eq!(code, 1);
    let deleted: Vec<&String> = found.iter().filter(|it| it.contains("record-deleted")).collect();
    assert!(deleted.len() == 1 && deleted[0].starts_with("error"), "{found:#?}");
    let repo = doubled();
    repo.branch("fix").by("bob").remove(FIRST).remove(SECOND).commit("Remove both");
    repo.by("lee").merge("fix", "Merge pull request #3 from bob/fix");
    let (_, found) = verified(&repo);
    assert!(found.iter().any(|it| it.starts_with("error record-deleted")), "{found:#?}");
    // The second of two goes: nothing that counted is gone.
    let repo = doubled();
    repo.branch("fix").by("bob").remove(SECOND).commit("Remove the second");
    repo.by("lee").merge("fix", "Merge pull request #3 from bob/fix");
    let (code, found) = verified(&repo);
    assert_eq!((code, rules(&found)), (0, vec!["duplicate-id"]), "{found:#?}");
}

#[test]
fn a_name_that_is_not_the_id_is_an_error_as_often_as_a_record_is_moved_there() {
    let repo = filed();
    let (named, other) = (path_of(ID), "exceptions/billing.yaml");
    let found = || {
        let findings = audited(&repo, ON).into_iter().filter(|it| it.rule == Code::BadId);
        findings.map(|it| (it.level, it.path)).collect::<Vec<_>>()
    };
    assert_eq!(found(), []);
    repo.by("lee").rename(&named, other).commit("Move it");
    assert_eq!(found(), [(Level::Error, other.to_owned())]);
    repo.by("lee").rename(other, &named).commit("Move it back");
    assert!(found().iter().all(|(level, _)| *level != Level::Error), "{:?}", found());
    repo.by("lee").rename(&named, other).commit("Move it again");
    let at_tip = |(level, path): &(Level, String)| *level == Level::Error && path == other;
    assert!(found().iter().any(at_tip), "{:?}", found());
}

#[test]
fn what_lint_prints_of_two_records_removes_neither() {
    let repo = doubled();
    repo.checkout();
    let lint = |code: i32| -> serde_json::Value {
        let run = cli::run(repo.path(), &["lint", "--format", "json"]);
        assert_eq!(run.code, code, "{}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    };
    let answer = lint(1);
    let remedy = &answer["findings"][0]["remedy"];
    assert_eq!(remedy, &answer["findings"][1]["remedy"]);
    let [command] = remedy["commands"].as_array().unwrap().as_slice() else {
        panic!("{remedy}");
    };
    let run = cli::shell(&repo, command.as_str().unwrap());
    assert_eq!(run.code, 0, "{command}: {}", run.err);
    assert_eq!(lint(0)["checked"], 2);
    assert!(repo.path().join(FIRST).exists() && !repo.path().join(SECOND).exists());
}
