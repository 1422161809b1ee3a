//! What the commands refuse: exit 2, nothing is written, and the message says what to do instead.

use crate::redesign_commands::{POLICY, Team};

/// Returns the redesign files of the work tree with their contents.
fn written(team: &Team) -> Vec<(String, String)> {
    let files = crate::support::project::files(&team.life.repo.path().join("redesigns"), "");
    let text = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    files.iter().map(|path| (path.display().to_string(), text(path))).collect()
}

/// Runs a command that is refused without a trace.
fn refused(team: &Team, by: &str, args: &[&str], parts: &[&str]) {
    let before = written(team);
    let run = team.life.run(by, args);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    for part in parts {
        assert!(run.err.contains(part), "{args:?}: {part}: {}", run.err);
    }
    assert_eq!(written(team), before);
}

#[test]
fn a_new_one_needs_a_pattern_and_dates_that_the_policy_permits() {
    let team = Team::frozen();
    let new = |due: &'static str, more: &[&'static str], parts: &[&str]| {
        refused(&team, "kim", &Team::new_args(due, more), parts);
    };
    new("2026-11-01", &[], &["--due 2026-11-01 is in the past", "give a date from 2026-11-2"]);
    new("2027-12-31", &[], &["more than 180d away", "patterns.redesign_max", "to 2027-05-"]);
    let identity = ["--pattern", "identity=svc:x"];
    new("2027-01-31", &identity, &["not grouped by identity", "or add it to `patterns.key`"]);
    let typo = ["--pattern", "aplication=billing"];
    new("2027-01-31", &typo, &["did you mean application? use root_cause, application, finding"]);
    let twice = ["--pattern", "root_cause=timeout"];
    new("2027-01-31", &twice, &["--pattern root_cause is given twice"]);
    new("2027-01-31", &["--pattern", "billing"], &["has no value", "KEY=VALUE"]);
    new("2027-01-31", &["--at-most", "3"], &["a pattern again", "give less than 3"]);
    new("2027-01-31", &["--within", "400d"], &["longer than 180d", "give at most 180d"]);
    new("2027-01-31", &["--owner-email", "kim"], &["--owner-email kim is not an address"]);
    let word = |value| {
        let args = ["redesign", "new", "--pattern", value, "--title", "One", "--target", "data"];
        [&args[..], &["--plan", "Do it", "--due", "2027-01-31"]].concat()
    };
    let misspelled = word("root_cause=timeuot");
    refused(&team, "kim", &misspelled, &["did you mean `timeout`?"]);
    refused(&team, "kim", &word("root_cause=unclassified"), &["names no cause"]);
    let mut placeholder = word("root_cause=timeout");
    placeholder[9] = "tbd";
    refused(&team, "kim", &placeholder, &["--plan is placeholder text"]);
    let missing = ["redesign", "new", "--title", "One"];
    refused(&team, "kim", &missing, &["--pattern, --target, --plan and --due are missing"]);
    refused(&team, "kim", &["redesign"], &["Usage: exledger redesign"]);
}

#[test]
fn what_is_not_done_is_not_assessed_and_nothing_is_done_twice() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-31", &["--owner-email", "kim@example.com"]);
    let last = redesign.rsplit('-').next().unwrap().to_owned();
    let assess = |outcome: &'static str| {
        ["redesign", "assess", &last, "--outcome", outcome, "--reason", "None landed"]
    };
    let early = ["isn't done", "exledger redesign done RED-2026-", "gives it up"];
    refused(&team, "dana", &assess("effective"), &early);
    refused(&team, "dana", &assess("recurred"), &early);
    refused(&team, "dana", &["redesign", "done", "ZZZZZ"], &["no redesign ZZZZZ", "redesign list"]);
    let mut near = last.clone();
    near.replace_range(..1, if last.starts_with('7') { "8" } else { "7" });
    refused(&team, "dana", &["redesign", "done", &near], &["did you mean RED-2026-"]);
    refused(&team, "dana", &["redesign", "done"], &["no redesign is named", "redesign list"]);
    // Lee does it, Kim owns it.
    team.life.decided("lee", &["redesign", "done", &last], "dana");
    let twice = ["was done on 2026-11-", "by lee@example.com", "someone else assesses it"];
    refused(&team, "lee", &["redesign", "done", &redesign], &twice);
    let others = "ask someone other than kim@example.com and lee@example.com";
    refused(&team, "kim", &assess("effective"), &["kim@example.com owns RED", others]);
    refused(&team, "lee", &assess("effective"), &["lee@example.com did RED", others]);
    refused(&team, "kim", &assess("abandoned"), &["kim@example.com owns RED"]);
    let mut empty = assess("effective");
    empty[6] = "tbd";
    refused(&team, "dana", &empty, &["--reason is placeholder text"]);
    let past = ["--as-of", "2026-11-21", "redesign", "done", &last];
    refused(&team, "dana", &past, &["--as-of asks about the past", "leave --as-of out"]);
    team.life.decided("dana", &assess("effective"), "sam");
    let again = ["was assessed as effective on 2026-11-", "by dana@example.com"];
    refused(&team, "dana", &assess("recurred"), &again);
    refused(&team, "dana", &["redesign", "done", &redesign], &again);
}

#[test]
fn a_broken_file_and_a_broken_policy_are_told_apart() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-31", &[]);
    let path = format!("redesigns/{redesign}.yaml");
    let text = std::fs::read_to_string(team.life.repo.path().join(&path)).unwrap();
    team.life.repo.scribble(&path, &text.replace("target: automation", "target: automatoin"));
    let parts = ["has 1 fault", "did you mean `automation`?", "fix the file first"];
    refused(&team, "kim", &["redesign", "done", &redesign], &parts);
    team.life.repo.scribble(&path, &text);
    let broken = POLICY.replace("after: 7d", "after: week");
    team.life.repo.scribble("exledger.yaml", &broken);
    let run = team.life.run("kim", &["redesign", "done", &redesign]);
    assert_eq!(run.code, 3, "{}", run.err);
}
