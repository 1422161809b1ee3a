//! Findings about files that a sparse checkout leaves out: git changes such a file only where it is told to.

use serde_json::Value;

use super::{Checkout, Origin, RECORDS, person, sample, way_out, write};
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

/// Runs the commands that an answer prints as the next ones, but for the push.
fn follow_next(clone: &Checkout, words: &[&str], shape: &str) -> Vec<String> {
    let run = clone.run(words);
    assert_eq!(run.code, 0, "{shape}: {}", run.err);
    let next = run.out.split_once("\nNext\n").unwrap().1.lines();
    let commands: Vec<&str> = next.filter(|line| line.starts_with("git ")).collect();
    for command in commands.iter().filter(|command| !command.contains(" push ")) {
        clone.sh(command, shape);
    }
    commands.into_iter().map(str::to_owned).collect()
}

fn note(id: &str) -> [&str; 6] {
    ["note", id, "--stage", "triage", "--note", "It was seen"]
}

#[test]
fn what_a_decision_prints_commits_it_also_where_git_looks_at_no_file() {
    let origin = Origin::new();
    let (path, id) = (RECORDS[1], "EXC-2026-00002");
    let beside: &[&str] = &["switch", "-qc", "beside", "origin/main"];
    let sparse: &[&str] = &["sparse-checkout", "set", "--cone", "src"];
    for (shape, mark) in
        [("sparse", None), ("marked", Some("skip-worktree")), ("told", Some("assume-unchanged"))]
    {
        let clone = match mark {
            None => origin.after(&[beside, sparse]),
            Some(mark) => origin.after(&[beside, &["update-index", &format!("--{mark}"), path]]),
        };
        write(&clone.top, path, &sample(path));
        let commands = follow_next(&clone, &note(id), shape);
        assert_eq!(commands[0].contains("update-index"), mark.is_some(), "{commands:?}");
        let committed = git(&clone.top, &["show", &format!("HEAD:{path}")]);
        assert!(committed.contains("It was seen"), "{shape}: {commands:?}");
    }
    let clone = origin.after(&[beside, sparse]);
    let filing = "new --no-input --class standard --rule Rotation --application hr --owner-name Ana \
        --owner-email ana@example.com --risk-level low --root-cause brittle-dependency --expires 30d";
    let mut words: Vec<&str> = filing.split_ascii_whitespace().filter(|it| *it != "\\").collect();
    let why = "The job is replaced in December, and splitting the user now would stop invoices.";
    words.extend(["--title", "Nightly invoices read with a shared user", "--justification", why]);
    let control = ["--compensating-control", "Alert on use", "--control-owner", "soc@example.com"];
    words.extend(control.into_iter().chain(["--control-status", "active"]));
    follow_next(&clone, &words, "new");
    let committed = git(&clone.top, &["show", "--stat", "--format=", "HEAD"]);
    assert!(committed.contains("exceptions/EXC-"), "{committed}");
}

#[test]
fn a_branch_that_removes_a_record_does_not_propose_it() {
    let origin = Origin::new();
    let (path, id) = (RECORDS[2], "EXC-2026-00003");
    let clone = origin.after(&[&["switch", "-qc", "beside", "origin/main"]]);
    std::fs::remove_file(clone.top.join(path)).unwrap();
    let run = clone.run(&["approve", id]);
    assert!(!run.err.contains("origin/work"), "{}", run.err);
    let run = clone.run(&note(id));
    let help = format!("it is missing here: run `git checkout -- {path}`, then the command again");
    assert!(run.code == 2 && run.err.contains(&help), "{}", run.err);
    clone.follow_help(&run, "removed here");
    assert_eq!(clone.run(&note(id)).code, 0);
    let removed = origin.clone(&[]);
    let run = removed.run(&note(id));
    assert!(run.code == 2 && run.err.contains("it is on the approved ref"), "{}", run.err);
}

#[test]
fn a_ledger_that_a_sparse_checkout_leaves_out_is_brought_back_by_what_is_printed() {
    let folder = crate::support::temporary();
    let top = folder.path().join("clone");
    std::fs::create_dir(&top).unwrap();
    git(&top, &["init", "-q", "-b", "main"]);
    let clone = Checkout::new(folder, "clone");
    person(&top);
    write(&top, "pay/ledger/exledger.yaml", "version: 1\n");
    write(&top, "src/app.txt", "code\n");
    clone.git(&["add", "-A"]);
    clone.git(&["commit", "-qm", "Begin"]);
    clone.git(&["sparse-checkout", "set", "--cone", "src"]);
    for words in [&["lint"][..], &["-C", "pay/ledger", "lint"]] {
        let run = clone.run(words);
        let command = way_out(&run.err).unwrap_or_default();
        assert_eq!(run.code, 3, "{words:?}: {}", run.err);
        assert!(command.ends_with("sparse-checkout add pay/ledger"), "{words:?}: {}", run.err);
        clone.sh(&command, "left out");
        assert_eq!(clone.run(&["-C", "pay/ledger", "lint"]).code, 0, "{words:?}");
        clone.git(&["sparse-checkout", "set", "--cone", "src"]);
    }
}
