//! Findings about files that a sparse checkout leaves out: git changes such a file only where it is told to.

use serde_json::Value;

use super::{Checkout, Origin, RECORDS, sample, write};
use crate::support::repo::git;

/// Returns the commands that end what a rule finds, one after the other.
fn commands(clone: &Checkout, rule: &str) -> Vec<String> {
    let run = clone.run(&["lint", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let findings = answer["findings"].as_array().unwrap().iter();
    let found: Vec<&Value> = findings.filter(|finding| finding["rule"] == rule).collect();
    let commands = found.iter().flat_map(|it| it["remedy"]["commands"].as_array().unwrap());
    commands.map(|command| command.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_printed_in_a_sparse_checkout_changes_what_it_leaves_out() {
    let origin = Origin::new();
    for (rule, from, to, gone) in [
        ("bad-id", RECORDS[0], "exceptions/exc-2026-00001.yaml", false),
        ("stray-record", RECORDS[1], "records/EXC-2026-00002.yaml", false),
        ("stray-record", RECORDS[1], "exceptions/EXC-2026-00002.YAML", false),
        ("stray-record", "", "old/EXC-2026-00002.yaml", true),
    ] {
        for is_sparse in [true, false] {
            let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
            write(&clone.top, to, &sample(if from.is_empty() { RECORDS[1] } else { from }));
            if !from.is_empty() {
                std::fs::remove_file(clone.top.join(from)).unwrap();
            }
            clone.git(&["add", "-A"]);
            clone.git(&["commit", "-qm", "Move it"]);
            if is_sparse {
                clone.git(&["sparse-checkout", "set", "--cone", "src"]);
            }
            let commands = commands(&clone, rule);
            assert!(!commands.is_empty(), "{to}");
            for command in &commands {
                assert_eq!(command.contains("--sparse"), is_sparse, "{to}: {command}");
                clone.sh(command, to);
            }
            assert_eq!(clone.run(&["lint"]).code, 0, "{to}");
            let tracked = git(&clone.top, &["ls-files"]);
            let kept = if gone { RECORDS[1] } else { from };
            assert!(tracked.lines().any(|path| path == kept), "{to}: {tracked}");
            assert!(tracked.lines().all(|path| path != to), "{to}: {tracked}");
        }
    }
}

#[test]
fn attributes_outside_of_a_sparse_checkout_are_staged_by_what_is_printed() {
    let origin = Origin::new();
    let clone = origin.after(&[
        &["switch", "-q", "main"],
        &["sparse-checkout", "set", "--no-cone", "/exledger.yaml", "/.gitattributes"],
    ]);
    write(&clone.top, RECORDS[0], &sample(RECORDS[0]));
    write(&clone.top, ".git/info/attributes", "EXC-2026-00001.yaml ident\n");
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    clone.follow_help(&run, "ident");
    assert_eq!(clone.run(&["lint"]).code, 0);
}

#[test]
fn what_a_branch_adds_is_read_though_git_is_told_that_it_is_unchanged() {
    let origin = Origin::new();
    let top = origin.folder.path().join("origin");
    let added = "exceptions/EXC-2026-00006.yaml";
    git(&top, &["switch", "-qc", "added", "main"]);
    write(&top, added, &sample(added).replace("class: standard", "class: ["));
    write(&top, "src/run.py", "subprocess.call(cmd, shell=True)  # nosec B602\n");
    git(&top, &["add", "-A"]);
    git(&top, &["commit", "-qm", "Add both"]);
    git(&top, &["switch", "-q", "main"]);
    let switch: &[&str] = &["switch", "-q", "added"];
    let told: &[&str] = &["update-index", "--assume-unchanged", added, "src/run.py"];
    let of_all = origin.clone(&["-c", "core.ignoreStat=true"]);
    of_all.git(switch);
    let full = origin.after(&[switch]);
    for words in [&["lint"][..], &["diff"], &["scan"]] {
        let base: &[&str] =
            if words == ["diff"] { &["origin/main"] } else { &["--base", "origin/main"] };
        let words = [words, base].concat();
        let expected = full.ask("full", &words);
        assert_eq!(expected.0, 1, "{words:?}: {expected:?}");
        for (shape, clone) in [("all", &of_all), ("two", &origin.after(&[switch, told]))] {
            assert_eq!(clone.ask(shape, &words), expected, "{shape}: {words:?}");
        }
    }
}
