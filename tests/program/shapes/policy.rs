//! A policy that is missing in the work tree: what brings it back is the branch's own version, not the approved one.

use super::{Checkout, Origin, write};
use crate::support::repo::git;

/// Returns a checkout of a branch that changes the policy, in a folder below it.
fn changed(origin: &Origin) -> Checkout {
    let mut clone = origin.after(&[&["switch", "-qc", "fewer", "origin/main"]]);
    write(&clone.top, "exledger.yaml", "version: 1\nrecords: [exceptions]\n");
    clone.git(&["commit", "-qam", "Drop a record folder"]);
    clone.from = clone.top.join("src");
    clone
}

#[test]
fn a_policy_that_is_absent_is_brought_back_as_the_branch_has_it() {
    let origin = Origin::new();
    let question = ["lint", "--base", "origin/main"];
    let full = changed(&origin).ask("full", &question);
    for marks in [
        &["--assume-unchanged"][..],
        &["--skip-worktree"],
        &["--skip-worktree", "--assume-unchanged"],
        &[],
    ] {
        for is_staged in [false, true] {
            let clone = changed(&origin);
            if is_staged && !marks.is_empty() {
                continue;
            }
            for mark in marks {
                clone.git(&["update-index", mark, "exledger.yaml"]);
            }
            match is_staged {
                true => clone.git(&["rm", "-q", "exledger.yaml"]),
                false => std::fs::remove_file(clone.top.join("exledger.yaml")).unwrap(),
            }
            let run = clone.run(&question);
            assert_eq!(run.code, 3, "{marks:?}: {}{}", run.out, run.err);
            let help = run.err.lines().find_map(|line| line.trim().strip_prefix("help: ")).unwrap();
            let command = help.split('`').nth(1).unwrap_or(help);
            let mut shell = std::process::Command::new("sh");
            let done = shell.args(["-c", command]).current_dir(&clone.from).output().unwrap();
            assert!(done.status.success(), "{marks:?}: {command}: {done:?}");
            assert_eq!(git(&clone.top, &["status", "--short"]), "", "{marks:?}: {command}");
            assert!(clone.top.join("exledger.yaml").is_file(), "{marks:?}: {command}");
            assert_eq!(clone.ask("brought back", &question), full, "{marks:?}: {command}");
        }
    }
}
