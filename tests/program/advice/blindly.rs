//! A ledger with more than twenty kinds of fault: what `lint`, `verify` and `queue` print is done, blindly, until nothing new is
//! printed.

use std::collections::BTreeSet;

use exledger::diag::code::EndsBy;
use exledger::rules::example::Shape;
use serde_json::Value;

use super::stage::Stage;
use crate::stories;
use crate::support::samples::LISTED;

/// How many rounds may be needed.
const MOST: usize = 60;
/// Commands that only show something, so that they may find something, too.
const SHOWING: &[&str] = &["lint", "show", "diff", "verify", "doctor"];

/// Plants the faults, all pushed by one person.
fn plant() -> Stage {
    let stage = Stage::begin_with(&format!("due: {{cliff: 100}}\n{LISTED}"), &[]);
    let mut files: Vec<(String, String)> = Vec::new();
    // Every second one: each file that lands takes a step and a merge to end.
    for (n, story) in stories::ending(EndsBy::Edit).enumerate().step_by(2) {
        let plain = story.ledger.policy.is_none() && story.ledger.on.is_none();
        if let (Shape::With(..), true) = (story.ledger.shape, plain) {
            let id = format!("EXC-2026-{n:05}");
            for (path, bytes) in story.ledger.files() {
                let text = String::from_utf8(bytes).unwrap();
                files.push((path.replace(super::ID, &id), text.replace(super::ID, &id)));
            }
        }
    }
    let sample = |id: &str, from: &str, to: &str| {
        let text = exledger::rules::example::Example::edited("").unwrap();
        text.replace(super::ID, id).replace(from, to)
    };
    let more = [
        ("exceptions/EXC-2026-T0001.yaml", sample("EXC-2026-T0001", "", "")),
        ("exceptions/old/EXC-2026-T0001.yml", sample("EXC-2026-T0001", "", "")),
        ("exceptions/EXC-2026-T0002.YAML", sample("EXC-2026-T0002", "", "")),
        ("exceptions/EXC-2026-T0003.yaml/notes.txt", String::new()),
        ("exceptions/EXC-2026-T0004.yaml", sample("EXC-2026-T0004", "every: 30d", "every: 1d")),
        ("exceptions/.approvals/EXC-2026-T0001/0123456789ab-dana@example.com.txt", "x\n".into()),
        (".trivyignore.yaml", "# exledger export trivy: generated, do not edit\n".into()),
    ];
    files.extend(more.map(|(path, text)| (path.to_owned(), text)));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    stage.land("ana", &files);
    let policy = stage.repo.path().join("exledger.yaml");
    let policy = std::fs::read_to_string(policy).unwrap() + "id_prefix: EXC\n";
    stage.land("ana", &[("exledger.yaml", &policy)]);
    let replace =
        "git replace $(echo a | git hash-object -w --stdin) $(echo b | git hash-object -w --stdin)";
    assert_eq!(stage.shell("ana", replace).code, 0);
    stage.repo.clock("2026-11-23T09:00:00Z");
    stage
}

/// Returns a text after the edit of a finding.
fn edited(text: &str, edit: &Value) -> String {
    let number = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap() - 1;
    let offset = |line: usize, column: usize| {
        let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        before + text[before..].chars().take(column).map(char::len_utf8).sum::<usize>()
    };
    let start = offset(number("line"), number("column"));
    let end = offset(number("end_line"), number("end_column"));
    format!("{}{}{}", &text[..start], edit["text"].as_str().unwrap(), &text[end..])
}

pub(super) fn make(stage: &Stage, edit: &Value) {
    let path = stage.repo.path().join(edit["path"].as_str().unwrap());
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(&path, edited(&text, edit)).unwrap();
}

fn bad(answer: &Value) -> Vec<Value> {
    let findings = answer["findings"].as_array().unwrap().iter();
    findings.filter(|it| it["level"] != "note").cloned().collect()
}

fn kinds(findings: &[Value]) -> BTreeSet<String> {
    findings.iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

fn commands(remedy: &Value) -> Vec<String> {
    let all = remedy["commands"].as_array().into_iter().flatten();
    all.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Returns the first of the people who are waited for; else the owner of the records.
fn first(waits_for: &Value, otherwise: &str) -> String {
    let email = waits_for[0]["email"].as_str().unwrap_or(otherwise);
    email.split('@').next().unwrap().to_owned()
}

/// Commits what the work tree has on a branch, which somebody else merges.
fn land(stage: &Stage, by: &str) {
    let commit = "git switch -q -C mend && git add -A && git commit -q --allow-empty -m 'Do it'";
    assert_eq!(stage.shell(by, commit).code, 0);
    stage.repo.wait("1h");
    stage.merge("mend", if by == "lee" { "sam" } else { "lee" });
}

/// Makes one edit of each file, and runs the commands of the rest, until lint has nothing to say.
fn end_what_lint_finds(stage: &Stage) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for _ in 0..MOST {
        let found = bad(&stage.answer(&["lint"]));
        seen.extend(kinds(&found));
        let acts = found.iter().filter(|it| it["remedy"]["do"] != "none");
        let acts: Vec<&Value> = acts.filter(|it| !it["remedy"].is_null()).collect();
        if acts.is_empty() {
            assert!(found.iter().all(|it| it["remedy"]["do"] == "none"), "{found:#?}");
            return seen;
        }
        let mut done = BTreeSet::new();
        for finding in acts {
            let edit = &finding["remedy"]["edit"];
            for command in commands(&finding["remedy"]) {
                if done.insert(command.clone()) {
                    let run = stage.shell("ana", &super::stage::answered(&command));
                    assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
                }
            }
            if edit.is_object() && done.insert(edit["path"].to_string()) {
                make(stage, edit);
            }
        }
    }
    panic!("lint never ends: {:#?}", bad(&stage.answer(&["lint"])));
}

/// Does what `verify` and `queue` print, each act once, until nothing new is printed.
fn end_what_landed(stage: &Stage) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut done = BTreeSet::new();
    for _ in 0..MOST {
        let found = bad(&stage.answer(&["verify"]));
        seen.extend(kinds(&found));
        for edit in found.iter().map(|it| &it["remedy"]["edit"]).filter(|it| it.is_object()) {
            if done.insert((edit.to_string(), String::new())) {
                make(stage, edit);
                land(stage, "ana");
            }
        }
        let queue = stage.answer(&["queue"]);
        let steps = queue["records"].as_array().unwrap().iter().map(|it| &it["next"]);
        let steps = steps.filter_map(|it| Some((it["command"].as_str()?.to_owned(), it)));
        let remedies = found.iter().map(|it| &it["remedy"]);
        let acts: Vec<(String, String)> = remedies
            .flat_map(|it| commands(it).into_iter().map(move |command| (command, it)))
            .chain(steps)
            .map(|(command, it)| (command, first(&it["waits_for"], "kim")))
            .filter(|act| done.insert(act.clone()))
            .collect();
        if acts.is_empty() {
            return seen;
        }
        for (command, by) in acts {
            if SHOWING.iter().any(|name| command.starts_with(&format!("exledger {name}"))) {
                let run = stage.shell(&by, &command);
                assert!(run.code < 2, "{command}: {}{}", run.out, run.err);
            } else if !command.starts_with("exledger ") {
                let run = stage.shell(&by, &command);
                assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
                land(stage, &by);
            } else {
                stage.run_on(&command, &by, if by == "lee" { "sam" } else { "lee" });
            }
        }
    }
    panic!("it never ends: {done:#?}");
}

#[test]
fn what_is_printed_about_twenty_kinds_of_fault_leads_to_what_nothing_ends() {
    let stage = plant();
    let mut seen = end_what_lint_finds(&stage);
    land(&stage, "ana");
    seen.extend(end_what_landed(&stage));
    assert!(seen.len() >= 20, "{seen:?}");
    for finding in bad(&stage.answer(&["verify"])) {
        // What to correct in what landed only a person knows.
        let is_said = finding["remedy"]["do"] == "other" && commands(&finding["remedy"]).is_empty();
        assert!(is_said || finding["remedy"]["do"] == "none", "{finding:#}");
        assert!(!finding["help"].as_str().unwrap().is_empty(), "{finding:#}");
    }
}
