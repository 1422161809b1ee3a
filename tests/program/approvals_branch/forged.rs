//! Forgeries: none gives anything, and none takes anything from an honest statement.

use super::{BRANCH, ID, Ledger, MERGED, RECORD, SIGNERS, approver, line, omar, shell};
use crate::support::repo::git;
use crate::support::repo::speak::{self, Says};

const LEDGER: &str = "example/payments";
const SAID: &str = "2026-11-22T09:00:00Z";
const PUSHED: &str = "2026-11-22T10:00:00Z";

/// Returns a text whose lines were broken.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that nothing is approved, and that Omar's honest statement counts nevertheless.
fn is_nothing(ledger: &Ledger, what: &str) {
    assert_eq!(ledger.status(), "unapproved", "{what}: {:#}", ledger.record());
    ledger.says("2026-11-24T10:00:00Z", &omar("2026-11-24T09:00:00Z"));
    assert_eq!(ledger.status(), "active", "{what}: {:#}", ledger.record());
}

fn yes(name: &str) -> Says {
    speak::yes(name, ID, RECORD, SAID).ledger(LEDGER)
}

#[test]
fn one_by_no_listed_key_or_over_other_bytes() {
    let other = speak::yes("omar", "EXC-2026-0THER", RECORD, SAID).ledger(LEDGER);
    let elsewhere = speak::yes("omar", ID, RECORD, SAID).ledger("example/other");
    for (what, says) in [
        ("an unlisted key", yes("omar").with_key("mallory")),
        ("another person's key", yes("omar").with_key("nina")),
        ("not signed", yes("omar").unsigned()),
        ("another ledger", elsewhere),
        ("a key of the review namespace", yes("bridge")),
        ("a person without a key", yes("mallory")),
        ("another record", other.clone()),
    ] {
        let ledger = Ledger::merged();
        ledger.says(PUSHED, &says);
        is_nothing(&ledger, what);
    }
    // Another record's text under this path, and a signature over other bytes.
    let (path, text) = (yes("omar").path(), yes("omar").file.text().unwrap());
    let wrong = other.file.text().unwrap();
    for (what, text, signed) in [("swapped", &wrong, &wrong), ("other bytes", &text, &wrong)] {
        let ledger = Ledger::merged();
        let signature = speak::sign("omar", "exledger-approval@v1", signed.as_bytes());
        let work = ledger.push(PUSHED).write(&path, text);
        work.write(&format!("{path}.sig"), &signature).commit("Approve");
        is_nothing(&ledger, what);
    }
    let signers = [line("omar", "git"), approver("nina")].concat();
    let ledger = Ledger::listing(&signers);
    ledger.merge();
    ledger.says(PUSHED, &yes("omar"));
    assert_eq!(ledger.status(), "unapproved");
}

#[test]
fn one_about_another_ledger_of_the_repository_with_the_same_name() {
    let repo = crate::support::repo::Repo::at("2026-11-19T09:00:00Z");
    let mut work = repo.by("lee");
    for folder in ["a", "b"] {
        let signers = [approver("omar"), approver("nina")].concat();
        work = work.write(&format!("{folder}/exledger.yaml"), super::POLICY);
        work = work.write(&format!("{folder}/{SIGNERS}"), &signers);
    }
    work.commit("Keep two ledgers");
    let mut work = repo.by("nina").through("github");
    for folder in ["a", "b"] {
        work = work.write(&format!("{folder}/exceptions/{ID}.yaml"), RECORD);
    }
    work.commit("File it in both (#1)");
    let status = |folder: &str| {
        repo.checkout();
        let args = ["-C", folder, "--on", "2026-11-25", "show", ID, "--format", "json"];
        let run = crate::cli::run(repo.path(), &args);
        let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        shown["record"]["status"].as_str().unwrap().to_owned()
    };
    for (name, a) in [(LEDGER, "unapproved"), ("example/payments:a", "active")] {
        let says = speak::yes("omar", ID, RECORD, SAID).ledger(name);
        let text = says.file.text().unwrap();
        let signature = speak::sign("omar", "exledger-approval@v1", text.as_bytes());
        repo.clock(PUSHED);
        let mut work = repo.orphan(BRANCH).by("omar");
        for folder in ["a", "b"] {
            let path = format!("{folder}/{}", says.path());
            work = work.write(&path, &text).write(&format!("{path}.sig"), &signature);
        }
        work.commit("Approve");
        assert_eq!([status("a"), status("b")], [a, "unapproved"], "{name}");
    }
}

#[test]
fn one_of_an_earlier_version_or_from_before_a_removal() {
    let ledger = Ledger::merged();
    let earlier = RECORD.replace("2026-12-20", "2026-12-10");
    let says = speak::yes("omar", ID, &earlier, SAID).ledger(LEDGER);
    ledger.says(PUSHED, &says);
    is_nothing(&ledger, "other bytes");
    // Removed, filed again with the same bytes: what was said before no longer counts, under whatever later commit.
    let ledger = Ledger::merged();
    ledger.says(PUSHED, &yes("omar"));
    assert_eq!(ledger.status(), "active");
    ledger.repo.clock("2026-11-23T08:00:00Z");
    ledger.repo.by("lee").remove(ID).commit("Remove it");
    ledger.repo.by("nina").through("github").write(ID, RECORD).commit("File it again (#2)");
    ledger.says("2026-11-23T12:00:00Z", &yes("omar").because("Later"));
    ledger.push("2026-11-23T13:00:00Z").unsays(&yes("omar")).commit("Clean up");
    ledger.says("2026-11-23T14:00:00Z", &yes("omar"));
    is_nothing(&ledger, "replayed");
}

#[test]
fn one_by_an_author() {
    let ledger = Ledger::merged();
    ledger.says(PUSHED, &yes("nina"));
    let review = speak::reviewed("nina", ID, RECORD, SAID).ledger(LEDGER);
    ledger.says("2026-11-22T11:00:00Z", &review);
    is_nothing(&ledger, "an author");
    // The review key states Omar's review.
    let ledger = Ledger::merged();
    ledger.says(PUSHED, &speak::reviewed("omar", ID, RECORD, SAID).ledger(LEDGER));
    assert_eq!(ledger.status(), "active");
    assert_eq!(ledger.record()["approval"]["approvers"][0]["kind"], "review");
}

#[test]
fn one_dated_back_by_a_foxtrot_and_by_a_key_that_is_retired() {
    for at in ["2024-01-05T09:00:00Z", "2026-11-19T12:00:00Z", "2026-11-22T09:00:00Z"] {
        let ledger = Ledger::new();
        ledger.repo.clock("2026-11-20T09:00:00Z");
        ledger
            .repo
            .by("lee")
            .write(SIGNERS, &approver("nina"))
            .signed("nina")
            .commit("Omar leaves");
        ledger.repo.clock(MERGED);
        ledger.merge();
        let says = speak::yes("omar", ID, RECORD, at).ledger(LEDGER);
        // An orphan line of that date, which a merge then makes the first parent of the real tip.
        ledger.says("2026-11-21T09:00:00Z", &speak::yes("sam", ID, RECORD, SAID).ledger(LEDGER));
        ledger.repo.clock("2024-01-01T00:00:00Z");
        ledger.repo.orphan("old").by("omar").says(&says).commit("Approve");
        ledger.repo.clock("2026-11-22T10:00:00Z");
        let work = ledger.repo.branch_from("foxtrot", "old").by("mallory");
        work.merge(BRANCH, "Merge");
        ledger.repo.set_ref(&format!("refs/heads/{BRANCH}"), ledger.repo.tip("foxtrot"));
        assert_eq!(ledger.status(), "unapproved", "{at}: {:#}", ledger.record());
        // Nor beside the record.
        ledger.repo.clock("2026-11-23T10:00:00Z");
        ledger.repo.by("mallory").says(&says).commit("Record the approval");
        assert_eq!(ledger.status(), "unapproved", "{at}, copied");
    }
    // What stood there before a foxtrot counts with its time.
    let ledger = Ledger::merged();
    ledger.says(PUSHED, &yes("omar"));
    ledger.repo.clock("2024-01-01T00:00:00Z");
    ledger.repo.orphan("old").by("mallory").write("x", "junk").commit("Old");
    ledger.repo.clock("2026-11-23T10:00:00Z");
    ledger.repo.branch_from("foxtrot", "old").by("mallory").merge_ours(&[BRANCH], "Merge");
    ledger.repo.set_ref(&format!("refs/heads/{BRANCH}"), ledger.repo.tip("foxtrot"));
    assert_eq!(ledger.record()["approval"]["approvers"][0]["at"], PUSHED);
}

#[test]
fn junk_in_its_place_before_and_after_it() {
    let (says, ledger) = (yes("omar"), Ledger::merged());
    let path = says.path();
    let signature = format!("{path}.sig");
    let long = "x".repeat(17 * 1024);
    ledger
        .push("2040-01-01T00:00:00Z")
        .write(&path, &long)
        .write(&signature, "junk")
        .commit("Squat");
    ledger.says(PUSHED, &says);
    assert_eq!(ledger.status(), "active");
    for (n, work) in [
        ledger.push("2026-11-23T01:00:00Z").write(&path, "junk"),
        ledger.push("2026-11-23T02:00:00Z").write(&signature, "junk"),
        ledger.push("2026-11-23T03:00:00Z").unsays(&says),
        ledger.push("2026-11-23T04:00:00Z").write(&format!("{path}/x"), "junk"),
        ledger.push("2026-11-23T05:00:00Z").remove("exceptions").write("exceptions", "junk"),
    ]
    .into_iter()
    .enumerate()
    {
        work.commit("Squat");
        let record = ledger.record();
        assert_eq!(record["status"], "active", "{n}: {record:#}");
        assert_eq!(ledger.n_statements(), 1, "{n}");
    }
}

#[test]
fn a_statement_of_a_future_time_counts_from_then() {
    let ledger = Ledger::merged();
    ledger.says(PUSHED, &speak::yes("omar", ID, RECORD, "2035-01-01T00:00:00Z").ledger(LEDGER));
    is_nothing(&ledger, "the future");
}

#[test]
fn a_branch_that_lost_what_it_said_takes_it_away_and_rules_are_then_undetermined() {
    let ledger = Ledger::merged();
    let policy = super::POLICY.replace("max_term: 90d", "max_term: 91d");
    ledger.repo.clock("2026-11-21T09:00:00Z");
    ledger.repo.by("nina").through("github").write("exledger.yaml", &policy).commit("More (#2)");
    ledger.says("2026-11-22T08:00:00Z", &yes("omar"));
    let before = ledger.repo.tip(BRANCH);
    let rule = speak::yes("omar", ID, &policy, SAID).governance("exledger.yaml").ledger(LEDGER);
    ledger.says(PUSHED, &rule);
    let approved = ledger.repo.tip(BRANCH);
    ledger.says("2026-11-23T08:00:00Z", &yes("omar").with_key("mallory"));
    let clone = ledger.repo.clone_with(&[]);
    let run = || {
        let args = ["--on", "2026-11-25", "show", ID, "--format", "json"];
        let run = crate::cli::run(clone.path(), &args);
        let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        (run.code, shown["record"]["status"].clone(), run.told().to_owned())
    };
    assert_eq!(run().1, "active");
    let rewind = |to: git2::Oid| {
        ledger.repo.set_ref(&format!("refs/heads/{BRANCH}"), to);
        git(clone.path(), &["fetch", "-q", "origin"]);
    };
    // What never counted is nothing, once it is gone.
    rewind(approved);
    assert_eq!(run().1, "active");
    // A rule's approval is gone.
    rewind(before);
    let (code, _, err) = run();
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("exledger-approvals no longer contains"), "{err}");
    let (_, clear) = err.rsplit_once("agreed: ").unwrap();
    // Until it stands there again, or the loss is accepted.
    rewind(approved);
    assert_eq!(run().1, "active");
    rewind(before);
    assert_eq!(run().0, 3);
    assert!(shell(clone.path(), &joined(clear)), "{clear}");
    assert_eq!(run().1, "active");
    // A fresh clone knows of no loss.
    let fresh = ledger.repo.clone_with(&[]);
    let run = crate::cli::run(fresh.path(), &["list", "--format", "json"]);
    assert!(run.out.contains("left_out"), "{} {}", run.out, run.err);
}

#[test]
fn approvals_that_are_gone_are_named_and_rules_stay_undetermined_after_pruning() {
    let ledger = Ledger::merged();
    let policy = super::POLICY.replace("max_term: 90d", "max_term: 91d");
    ledger.repo.clock("2026-11-21T09:00:00Z");
    ledger.repo.by("nina").through("github").write("exledger.yaml", &policy).commit("More (#2)");
    ledger.says("2026-11-21T12:00:00Z", &yes("mallory"));
    let before = ledger.repo.tip(BRANCH);
    ledger.says(PUSHED, &yes("omar"));
    let clone = ledger.repo.clone_with(&[]);
    let run =
        |args: &[&str]| crate::cli::run(clone.path(), &[&["--on", "2026-11-25"], args].concat());
    let fetch = || git(clone.path(), &["fetch", "-q", "--prune", "origin"]);
    let branch = format!("refs/heads/{BRANCH}");
    let checkpoint = crate::support::temporary();
    let checkpoint = checkpoint.path().join("checkpoint.json");
    let checkpoint = checkpoint.to_str().unwrap();
    run(&["verify", "--write-checkpoint", checkpoint]);
    let pin = || git(clone.path(), &["for-each-ref", "--format=%(objectname)", "refs/exledger"]);
    assert_eq!(pin(), "", "no rule counts by the branch alone");
    // A record's approval is gone: in this clone, and against the checkpoint, but not in a fresh one.
    ledger.repo.set_ref(&branch, before);
    fetch();
    let verify = run(&["verify"]);
    assert!(verify.out.contains("warning[approvals-removed]"), "{}", verify.out);
    assert!(verify.out.contains("omar@example.com of 2026-11-22T10:00:00Z"), "{}", verify.out);
    assert!(!verify.out.contains("mallory@example.com of"), "{}", verify.out);
    let fresh = ledger.repo.clone_with(&[]);
    let verify = |args: &[&str]| crate::cli::run(fresh.path(), &[&["verify"], args].concat()).out;
    assert!(!verify(&[]).contains("approvals-removed"));
    assert!(verify(&["--checkpoint", checkpoint]).contains("approvals-removed"));
    // A tip that approves a rule is kept.
    let rule = speak::yes("omar", ID, &policy, SAID).governance("exledger.yaml").ledger(LEDGER);
    ledger.says("2026-11-23T08:00:00Z", &rule);
    fetch();
    let doctor = run(&["doctor"]);
    assert!(
        doctor.out.contains("1 governance file counted by exledger-approvals alone"),
        "{}",
        doctor.out
    );
    run(&["verify"]);
    assert_eq!(pin().trim(), ledger.repo.tip(BRANCH).to_string());
    ledger.repo.git.find_reference(&branch).unwrap().delete().unwrap();
    fetch();
    let list = run(&["list"]);
    assert_eq!(list.code, 3, "{}", list.out);
    // The log went with the branch.
    assert!(list.err.contains("git update-ref -d refs/exledger/approvals"), "{}", list.err);
    assert!(!list.err.contains("reflog expire"), "{}", list.err);
    assert!(list.err.contains("exledger-approvals no longer contains"), "{}", list.err);
    assert_eq!(run(&["verify"]).code, 3);
    shell(clone.path(), &joined(list.err.rsplit_once("agreed: ").unwrap().1));
    assert_ne!(run(&["list"]).code, 3);
    assert_eq!(pin(), "");
}

#[test]
fn many_files_of_junk_and_a_commit_that_git_would_refuse() {
    let ledger = Ledger::merged();
    let mut work = ledger.push(PUSHED);
    let digits = yes("omar").file.sha256[..12].to_owned();
    for n in 0..3_000 {
        let name = format!("exceptions/.approvals/{ID}/{digits}-junk{n}@example.com.txt");
        work = work.write(&name, "exledger-approval v1\n").write(&format!("{name}.sig"), "junk");
    }
    work.commit("Junk");
    ledger.says("2026-11-22T12:00:00Z", &yes("omar"));
    let tip = ledger.repo.tip(BRANCH);
    let tree = ledger.repo.git.find_commit(tip).unwrap().tree_id();
    let raw = format!("tree {tree}\nparent {tip}\nPARENT x\nauthor a\n\nJunk\n");
    ledger.repo.raw_commit(BRANCH, raw.as_bytes());
    let record = ledger.record();
    assert_eq!(record["status"], "active", "{record:#}");
}
