//! What `lint` says of a copied record and of a merge in progress, done as it is printed.

use std::path::Path;

use serde_json::Value;

use super::errors::{commit, ledger, write};
use crate::cli::{self, CLOCK};
use crate::support::lint::instant;
use crate::support::repo::git;
use crate::support::samples::{ID, PATH, STARTED};
use crate::support::temporary;

fn lint(folder: &Path, args: &[&str]) -> Vec<Value> {
    let args = [&["lint", "--format", "json"], args].concat();
    let run = cli::run(folder, &args);
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    answer["findings"].as_array().unwrap().clone()
}

fn commands(finding: &Value) -> Vec<&str> {
    let commands = finding["remedy"]["commands"].as_array().into_iter().flatten();
    commands.filter_map(Value::as_str).collect()
}

fn bad_id(folder: &Path) -> Value {
    let found = lint(folder, &[]);
    found.into_iter().find(|it| it["rule"] == "bad-id").expect("it has another id")
}

#[test]
fn a_copy_of_a_record_gets_an_id_of_its_own() {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    write(&folder, PATH, STARTED);
    commit(&folder);
    write(&folder, "exceptions/copy.yaml", &STARTED.replace("Nightly", "Weekly"));
    let finding = bad_id(&folder);
    let named = commands(&finding);
    assert_eq!(named.len(), 2, "{finding:#}");
    for command in &named {
        let run = cli::shell_in(&folder, instant(CLOCK), command);
        assert_eq!(run.code, 0, "{command}: {}", run.err);
    }
    let finding = bad_id(&folder);
    let (path, own) = (&finding["path"], &finding["remedy"]["edit"]["text"]);
    let (path, own) = (path.as_str().unwrap(), own.as_str().unwrap());
    assert_eq!(path, format!("exceptions/{own}.yaml"));
    assert_ne!(own, ID);
    let text = std::fs::read_to_string(folder.join(path)).unwrap();
    write(&folder, path, &text.replace(ID, own));
    git(&folder, &["add", "-A"]);
    let left = lint(&folder, &[]);
    assert!(left.iter().all(|it| it["level"] != "error"), "{left:#?}");
}

#[test]
fn a_landed_copy_ends_with_the_file_that_is_not_named_after_the_id() {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    write(&folder, PATH, STARTED);
    commit(&folder);
    write(&folder, "exceptions/copy.yaml", &STARTED.replace("Nightly", "Weekly"));
    commit(&folder);
    let verify = || {
        let run = cli::run(&folder, &["verify", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let found = answer["findings"].as_array().unwrap().clone();
        found.into_iter().filter(|it| it["rule"] == "duplicate-id" && it["level"] == "error")
    };
    let finding = verify().next().unwrap();
    assert_eq!(commands(&finding), ["rm -f -- exceptions/copy.yaml"]);
    std::fs::remove_file(folder.join("exceptions/copy.yaml")).unwrap();
    commit(&folder);
    // The record has its content again, which nobody else approved yet.
    assert!(verify().all(|finding| finding["remedy"]["do"] == "other"));
}

#[test]
fn what_a_merge_has_staged_is_not_staged_again() {
    let all = temporary();
    let folder = ledger(all.path(), "here");
    let policy = "version: 1\nname: example/payments\ndue: {cliff: 5}\n";
    git(&folder, &["branch", "other"]);
    write(&folder, "exledger.yaml", policy);
    commit(&folder);
    git(&folder, &["switch", "-q", "other"]);
    write(&folder, "exledger.yaml", &policy.replace('5', "6"));
    commit(&folder);
    cli::shell_in(&folder, instant(CLOCK), "git merge -q main");
    let found = lint(&folder, &["--base", "main"]);
    let marks = found.iter().find(|it| it["rule"] == "syntax").unwrap();
    for command in commands(marks).into_iter().filter(|it| !it.starts_with('#')) {
        assert_eq!(cli::shell_in(&folder, instant(CLOCK), command).code, 0, "{command}");
    }
    let found = lint(&folder, &["--base", "main"]);
    let staging = found.iter().flat_map(commands).filter(|it| it.starts_with("git add "));
    assert_eq!(staging.collect::<Vec<_>>(), [""; 0]);
}
