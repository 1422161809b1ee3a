//! Clones that lack a part of the past: what a branch files may repeat what they don't hold.

use serde_json::Value;

use crate::cli;
use crate::diff::{ID, Ledger, found, record};
use crate::support::repo::git;

const EARLIER: &str = "EXC-2026-00001";

const POLICY: &str = "version: 1\ntiers: [{name: standard, max_term: 90d, max_renewals: 0, approvals: {count: 1}}]\n\
    recurrence: {window: 200d}\n";

const QUESTIONS: [&[&str]; 2] = [
    &["lint", "--base", "origin/main", "--format", "json"],
    &["diff", "origin/main", "--format", "json"],
];

type Change<'c> = &'c dyn Fn(&Ledger) -> git2::Oid;

/// Returns a ledger of which an earlier exception was approved, and then changed by its author alone; `again` files the same.
fn ledger(change: Change<'_>) -> Ledger {
    let ledger = Ledger::of(POLICY, &[EARLIER]);
    ledger.repo.clock("2026-12-01T09:00:00Z");
    change(&ledger);
    for n in 0..3 {
        ledger.repo.wait("1h");
        ledger.repo.by("dana").write("README.md", &format!("{n}\n")).commit("Describe it");
    }
    let again = record(ID).replace("starts: 2026-11-20", "starts: 2026-12-22");
    let again = again.replace("expires: 2026-12-20", "expires: 2027-01-05");
    ledger.repo.branch("again").by("ana").write(ID, &again).commit("File it again");
    ledger
}

fn said(folder: &std::path::Path, words: &[&str]) -> (i32, Vec<String>, String) {
    let run = cli::run(folder, words);
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_default();
    let findings = answer["findings"].as_array().is_some();
    (run.code, if findings { found(&answer) } else { Vec::new() }, run.err)
}

#[test]
fn what_may_have_been_filed_before_is_not_told_by_a_clone_that_lacks_it() {
    let moved = record(EARLIER).replace("application: billing", "application: orders");
    let changes: [(&str, Change<'_>); 3] = [
        ("removed", &|ledger| ledger.repo.by("ana").remove(EARLIER).commit("Remove it")),
        ("changed", &|ledger| ledger.repo.by("ana").write(EARLIER, &moved).commit("Change it")),
        ("broken", &|ledger| ledger.repo.by("ana").write(EARLIER, "id: [\n").commit("Break it")),
    ];
    for (change, made) in changes {
        let ledger = ledger(made);
        let clone = |options: &[&str]| {
            let clone = ledger.repo.clone_with(options);
            git(clone.path(), &["switch", "-q", "again"]);
            clone
        };
        let full = clone(&[]);
        for words in QUESTIONS {
            let (code, expected, err) = said(full.path(), words);
            let is_found = expected.contains(&"error renewal-limit".to_owned());
            assert!(code == 1 && is_found, "{change}: {words:?}: {expected:?}{err}");
            for (options, command) in [
                (&["--depth=3", "--no-single-branch"][..], "git fetch --unshallow"),
                (&["--filter=blob:none"], "git fetch --refetch --no-filter"),
            ] {
                let clone = clone(options);
                let (code, _, err) = said(clone.path(), words);
                let cause = match options {
                    ["--filter=blob:none"] => {
                        format!("could not determine whether {ID} repeats an earlier exception")
                    }
                    _ => "is not in this shallow clone".to_owned(),
                };
                assert_eq!(code, 3, "{change}: {options:?}: {words:?}: {err}");
                assert!(err.contains(&cause) && err.contains(command), "{change}: {err}");
                let table = cli::run(clone.path(), &words[..words.len() - 2]).out;
                assert!(!table.contains("nothing to object to\n"), "{change}: {table}");
                git(clone.path(), &command.split(' ').skip(1).collect::<Vec<_>>());
                let (code, found, err) = said(clone.path(), words);
                assert_eq!((code, &found), (1, &expected), "{change}: {options:?}: {err}");
            }
        }
    }
}

#[test]
fn what_repeats_nothing_needs_no_past() {
    let ledger = ledger(&|ledger| ledger.repo.tip("main"));
    let work = ledger.repo.branch("reword").by("ana");
    work.edit(EARLIER, "title: A better title for it").commit("Reword");
    let closure =
        "closure: {outcome: withdrawn, date: 2026-12-01, by: ana@example.com, reason: Not needed}";
    ledger.repo.branch("close").by("ana").edit(EARLIER, closure).commit("Close");
    ledger.repo.branch("describe").by("ana").write("README.md", "More\n").commit("Describe");
    for branch in ["reword", "close", "describe"] {
        let clone = ledger.repo.clone_with(&["--filter=blob:none"]);
        git(clone.path(), &["switch", "-q", branch]);
        for words in QUESTIONS {
            let (code, _, err) = said(clone.path(), words);
            assert_ne!(code, 3, "{branch}: {words:?}: {err}");
        }
    }
}
