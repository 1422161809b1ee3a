//! What was deleted, emptied or renamed comes back by the commands that `lint` prints, whether it landed so or not.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::ways_out::{PATH, approved};
use super::{ID, Stage};
use crate::cli;

/// Returns the codes of what is an error.
fn found(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|it| it["level"] == "error");
    errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

/// Runs all commands of all findings of `lint`, in their order, until there are none.
fn follow(stage: &Stage, args: &[&str]) {
    for _ in 0..3 {
        let answer = stage.answer(&[&["lint"], args].concat());
        let findings = answer["findings"].as_array().unwrap().iter();
        let commands = findings.filter_map(|it| it["remedy"]["commands"].as_array());
        let commands: Vec<&str> = commands.flatten().map(|it| it.as_str().unwrap()).collect();
        if commands.is_empty() {
            assert_eq!(found(&answer), [""; 0], "{answer:#}");
            return;
        }
        for command in commands {
            let run = stage.shell("ana", command);
            assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
        }
    }
    panic!("{args:?} does not end: {:#}", stage.answer(&[&["lint"], args].concat()));
}

#[test]
fn a_record_that_was_deleted_emptied_or_renamed_comes_back() {
    let other = "exceptions/EXC-2026-AAAAA.yaml";
    for damage in [
        format!("git rm -q {PATH}"),
        format!(": > {PATH}"),
        format!("git mv {PATH} {other}"),
        format!("git mv {PATH} exceptions/foo.yaml"),
        format!("git mv {PATH} {ID}.yaml"),
    ] {
        for base in [&["--base", "main"][..], &[]] {
            let stage = approved();
            let text = stage.text();
            stage.shell(
                "ana",
                &format!("git switch -qc work && {damage} && git commit -qam 'Do it'"),
            );
            follow(&stage, base);
            // Without a base, lint does not know that a file is gone.
            if base.is_empty() && damage.starts_with("git rm") {
                continue;
            }
            assert_eq!(stage.text(), text, "{damage}");
            stage.shell("ana", "git add -A && git commit -qm 'As printed'");
            // A removal that was committed is squashed.
            follow(&stage, &["--base", "main"]);
            assert_eq!(stage.text(), text, "{damage}");
        }
    }
}

#[test]
fn a_record_that_was_emptied_on_the_approved_branch_gets_the_text_before() {
    let stage = approved();
    let text = stage.text();
    stage.land("ana", &[(ID, "")]);
    stage.land("ana", &[("README.md", "More\n")]);
    follow(&stage, &[]);
    assert_eq!(stage.text(), text);
}

/// A record that cites a file as evidence of a note, which nobody may rewrite.
fn noted() -> Stage {
    let stage = approved();
    let digest = Sha256::digest("proof\n");
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let note = format!(
        "handling: [{{date: 2026-11-20, stage: triage, by: ana@example.com, note: Looked at it, \
         evidence: [{{id: E1, kind: log, path: evidence/x.txt, sha256: {digest}}}]}}]\n"
    );
    stage.land("ana", &[("evidence/x.txt", "proof\n"), (ID, &(stage.text() + &note))]);
    stage
}

#[test]
fn evidence_that_was_removed_comes_back_from_a_branch_and_from_where_it_landed() {
    let remove = "git rm -q evidence/x.txt && git commit -qm 'Remove it'";
    let stage = noted();
    stage.shell("ana", &format!("git switch -qc work && {remove}"));
    follow(&stage, &["--base", "main"]);
    let stage = noted();
    stage.shell("ana", remove);
    stage.shell("ana", "git commit -q --allow-empty -m 'Go on'");
    let verify = stage.shell("ana", "exledger verify");
    let told = "restore the file that has the digest: `exledger lint` says from where";
    assert!(verify.out.contains(told), "{}", verify.out);
    stage.shell("ana", "git switch -qc back");
    follow(&stage, &[]);
    stage.shell("ana", "git add -A && git commit -qm Restore");
    stage.merge("back", "lee");
    assert_eq!(found(&stage.answer(&["verify"])), [""; 0]);
    // Where no commit has it, what landed is not rewritten either.
    let stage = approved();
    let lost = noted().text();
    stage.land("ana", &[(ID, &lost)]);
    let answer = stage.answer(&["lint"]);
    assert_eq!(answer["findings"][0]["help"], "commit the file that has the digest");
}

#[test]
fn commands_are_printed_as_they_are_typed_in_another_folder() {
    let stage = approved();
    let (root, text) = (stage.repo.path(), stage.text());
    let outside = crate::support::temporary();
    let flag = format!(" -C {}", root.display());
    for (folder, flag) in [(root.join("exceptions"), ""), (outside.path().to_owned(), &*flag)] {
        let typed = |line: &str| cli::shell_in(&folder, stage.repo.now(), line);
        for damage in [format!("rm {PATH}"), format!(": > {PATH}")] {
            stage.shell("ana", &damage);
            let lint = typed(&format!("exledger{flag} lint --base main"));
            let (_, command) = lint.out.split_once(": run `").unwrap();
            let (command, _) = command.split_once('`').unwrap();
            let run = typed(command);
            assert_eq!(run.code, 0, "{command}: {}", run.err);
            assert_eq!(stage.text(), text, "{damage}");
        }
        // Whoever reads the JSON runs them in the root.
        stage.shell("ana", &format!("rm {PATH}"));
        let json = typed(&format!("exledger{flag} lint --base main --format json")).out;
        assert!(json.contains("run `git checkout "), "{json}");
        stage.home();
    }
}
