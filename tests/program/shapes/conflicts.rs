//! Conflicts of an operation that is not finished: each is said once, as the work tree has it.

use serde_json::Value;

use super::{Checkout, Origin, RECORDS, sample, write};

/// Returns a clone in whose middle of an operation one record is in conflict.
fn conflicted(origin: &Origin, before: &[&str], operation: &str) -> Checkout {
    let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
    let other = sample(RECORDS[1]).replace("expires: 2026-12-20", "expires: 2026-12-21");
    write(&clone.top, RECORDS[1], &other);
    clone.git(&["commit", "-qam", "Extend by a day"]);
    if !before.is_empty() {
        clone.git(before);
    }
    let mut shell = std::process::Command::new("sh");
    let done = shell.args(["-c", operation]).current_dir(&clone.top).output().unwrap();
    assert!(!done.status.success(), "{operation}");
    clone
}

#[test]
fn a_conflict_is_said_once_beside_what_is_staged() {
    let origin = Origin::new();
    let sparse = ["sparse-checkout", "set", "--cone", "src"];
    for (before, operation) in [
        (&[][..], "git merge -q origin/work"),
        (&[], "git format-patch -q -1 --stdout origin/work | git am -q -3"),
        (&sparse, "git merge -q origin/work"),
    ] {
        let clone = conflicted(&origin, before, operation);
        let run = clone.run(&["lint", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let findings = answer["findings"].as_array().unwrap().iter();
        let conflicts: Vec<&Value> = findings.filter(|it| it["path"] == RECORDS[1]).collect();
        let [only] = conflicts[..] else { panic!("{operation}: {conflicts:#?}") };
        assert_ne!(only["staged"], true, "{operation}: {only:#}");
        assert!(!run.out.contains("git add -A"), "{operation}: {}", run.out);
        let commands = only["remedy"]["commands"].as_array().unwrap().iter();
        let commands: Vec<&str> = commands.filter_map(Value::as_str).collect();
        assert!(commands.len() > 1, "{operation}: {only:#}");
        clone.sh(&commands.join("\n"), operation);
        let staged = crate::support::repo::git(&clone.top, &["show", &format!(":{}", RECORDS[1])]);
        assert!(!staged.contains("<<<<<<<"), "{operation}: {staged}");
    }
}
