//! What landed after the checkout: the next step brings it, or names where it is.

use super::{ID, Stage, record};
use crate::advice::ways_out::PATH;
use serde_json::Value;

const POLICY: &str = "tiers: [{name: standard, max_term: 120d, approvals: {count: 1}}]\n";

/// A ledger whose record landed after what is checked out.
fn behind() -> Stage {
    let stage = Stage::new(POLICY);
    assert_eq!(stage.shell("ana", "git branch behind").code, 0);
    stage.land("ana", &[(PATH, &record(""))]);
    assert_eq!(stage.shell("ana", "git switch -q behind").code, 0);
    stage
}

/// Returns the command of the next step that `show` and `queue` print for somebody.
fn command(stage: &Stage, by: &str) -> String {
    let asked = |line: &str| -> Value {
        let run = stage.shell(by, line);
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err))
    };
    let shown = asked(&format!("exledger show {ID} --format json"))["next"]["command"].clone();
    let queue = asked("exledger queue --format json");
    assert_eq!(shown, queue["records"][0]["next"]["command"], "{queue:#}");
    shown.as_str().unwrap().to_owned()
}

#[test]
fn who_has_not_merged_what_landed_is_given_a_command_that_runs() {
    let stage = behind();
    let approve = command(&stage, "dana");
    assert_eq!(approve, format!("exledger approve {ID} --ref main"));
    // A job of CI says the same: whoever runs it may lack it, too.
    let by_job = stage.shell("dana", &format!("CI=true exledger show {ID} --format json")).out;
    let by_job: Value = serde_json::from_str(&by_job).unwrap();
    assert_eq!(by_job["next"]["command"], Value::from(approve.clone()), "{by_job:#}");
    let run = stage.shell("dana", &approve);
    assert_eq!(run.code, 0, "{approve}: {}{}", run.out, run.err);
    // Where the checkout has it, nothing is added.
    stage.home();
    assert!(!command(&stage, "lee").contains("main"), "{}", command(&stage, "lee"));
}

#[test]
fn a_decision_about_what_the_checkout_lacks_merges_it_first() {
    let stage = behind();
    let answers = "--outcome withdrawn --reason 'It is over' --evidence https://ci.example.com/11";
    let refused = stage.shell("ana", &format!("exledger close {ID} {answers}"));
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.err.contains("run `git merge main`"), "{}", refused.err);
    assert_eq!(stage.shell("dana", &format!("exledger approve {ID} --ref main")).code, 0);
    stage.repo.wait("60d");
    let close = command(&stage, "ana");
    assert_eq!(close, format!("git merge main && exledger close {ID}"));
    let run = stage.shell("ana", &format!("{close} {answers}"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn a_file_that_the_checkout_lacks_is_merged_before_it_is_linted() {
    let stage = behind();
    stage.land("lee", &[(PATH, &record("").replace("class: standard", "class: standrd"))]);
    assert_eq!(stage.shell("ana", "git switch -q behind").code, 0);
    let lint = command(&stage, "ana");
    assert_eq!(lint, format!("git merge main && exledger lint {PATH}"));
    let run = stage.shell("ana", &lint);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("did you mean `standard`?"), "{}", run.out);
}
