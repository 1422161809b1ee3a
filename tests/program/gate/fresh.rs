//! The maximum age of a clone, and the fetch that renews it.

use crate::cli::{REAL_CLOCK, Run, run_with};
use crate::gate::live::{BILLING, Gate, present};
use crate::support::repo::git;
use crate::support::samples::ID;

fn check(gate: &Gate, more: &[&str]) -> Run {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = [&["check", "--application", "billing", "--format", "json"], more].concat();
    run_with(gate.clone.path(), &args, &[("PATH", &path), REAL_CLOCK])
}

/// Makes the clone look as if fetched this many seconds from now: replaces all traces of the fetch.
pub(crate) fn age(gate: &Gate, seconds: i64) {
    let git_dir = gate.clone.path().join(".git");
    let _ = std::fs::remove_file(git_dir.join("FETCH_HEAD"));
    let log = git_dir.join("logs/refs/remotes/origin/HEAD");
    let text = std::fs::read_to_string(&log).unwrap();
    let (before, _) = text.split_once("> ").unwrap();
    let at = present(seconds).unix();
    let what = text.split_once('\t').unwrap().1;
    std::fs::write(&log, format!("{before}> {at} +0000\t{what}")).unwrap();
    let _ = std::fs::remove_file(git_dir.join("logs/refs/remotes/origin/main"));
}

#[test]
fn a_clone_that_is_too_old_answers_nothing_until_it_is_fetched() {
    let gate = Gate::ending_after(86_400, "");
    assert_eq!(check(&gate, &["--max-age", "1h"]).code, 0, "cloned just now");
    age(&gate, -7_200);
    let old = check(&gate, &["--max-age", "1h"]);
    assert_eq!(old.code, 3, "{}", old.out);
    assert!(
        old.out.contains("was fetched 2 hours ago, and --max-age is 1h: run `git fetch origin`"),
        "{}",
        old.out
    );
    assert_eq!(check(&gate, &["--max-age", "3h"]).code, 0);
    assert_eq!(check(&gate, &[]).code, 0);
    let mut held = gate.hold(&["--max-age", "1h"]);
    assert_eq!(held.verdict(BILLING).0, "unknown");
    gate.fetch();
    assert_eq!(
        check(&gate, &["--max-age", "1h"]).code,
        0,
        "nothing new came, but it was asked for"
    );
    assert_eq!(held.verdict(BILLING).0, "allow");
    age(&gate, 7_200);
    let ahead = check(&gate, &["--max-age", "1h"]);
    assert_eq!(ahead.code, 3, "{}", ahead.out);
    assert!(ahead.out.contains("correct the clock"), "{}", ahead.out);
}

#[test]
fn what_does_not_tell_its_age_is_unknown() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path();
    std::fs::remove_dir_all(clone.join(".git/logs")).unwrap();
    let silent = check(&gate, &["--max-age", "1h"]);
    assert_eq!(silent.code, 3, "{}", silent.out);
    assert!(silent.out.contains("it is not known when"), "{}", silent.out);
    // A fetch of another branch shows nothing about this one, and neither does a push.
    gate.repo.branch("other").by("ana").write("README.md", "x").commit("Write it");
    git(clone, &["fetch", "--quiet", "origin", "other"]);
    assert_eq!(check(&gate, &["--max-age", "1h"]).code, 3);
    let local = check(&gate, &["--max-age", "1h", "--approved-ref", "refs/heads/main"]);
    assert_eq!(local.code, 3, "{}", local.out);
    assert!(local.out.contains("is not a remote-tracking branch"), "{}", local.out);
    gate.fetch();
    assert_eq!(check(&gate, &["--max-age", "1h"]).code, 0);
    for wrong in ["1", "h", "-1h", "1.5h", "1w", "+1h", "99999999999999999999d", "1 h"] {
        let refused = check(&gate, &[&format!("--max-age={wrong}")]);
        assert_eq!(refused.code, 2, "{wrong}");
        assert!(refused.err.contains("10m"), "{wrong}: {}", refused.err);
    }
}

#[test]
fn a_fetch_before_the_answer_brings_what_landed() {
    let gate = Gate::ending_after(86_400, "");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    gate.repo.by("lee").edit(ID, closure).commit("Close it");
    assert_eq!(check(&gate, &[]).code, 0, "as of the clone");
    let fetched = check(&gate, &["--fetch"]);
    assert_eq!((fetched.code, fetched.err.as_str()), (1, ""), "{}", fetched.out);
    // A failed fetch is reported, and the age decides the verdict.
    git(gate.clone.path(), &["remote", "set-url", "origin", "file:///nowhere/at/all"]);
    let failed = check(&gate, &["--fetch"]);
    assert_eq!(failed.code, 1, "{}", failed.out);
    assert!(failed.err.contains("warning: can't fetch: origin:"), "{}", failed.err);
    age(&gate, -7_200);
    assert_eq!(check(&gate, &["--fetch", "--max-age", "1h"]).code, 3);
}

#[test]
fn an_open_gate_fetches_beside_the_questions() {
    let gate = Gate::ending_after(86_400, "");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    gate.repo.by("lee").edit(ID, closure).commit("Close it");
    let mut held = gate.hold(&["--fetch"]);
    held.until(BILLING, "deny");
    assert_eq!(held.end(), 1);
}
