//! Decisions on one record that two branches make: git merges them where they change different things.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::decisions::{ID, Life, record};
use crate::support::folder::temporary;
use crate::support::tools::need;

const LINK: &str = "E9=link:https://ci.example.com/9";

/// Each kind of decision, as two people make it.
const KINDS: &[(&str, [&[&str]; 2])] = &[
    (
        "renew",
        [
            &["renew", ID, "--until", "2026-12-30", "--reason", "The vendor is late"],
            &["renew", ID, "--until", "2027-01-05", "--reason", "It takes longer"],
        ],
    ),
    (
        "sooner",
        [
            &["renew", ID, "--until", "2026-12-10", "--reason", "It is faster"],
            &["renew", ID, "--until", "2026-12-01", "--reason", "Much faster"],
        ],
    ),
    (
        "review",
        [
            &["review", ID, "--outcome", "still-needed"],
            &["review", ID, "--outcome", "still-needed", "--note", "The job runs"],
        ],
    ),
    ("fire", [&["fire", ID, "T1"], &["fire", ID, "T1", "--note", "Seen in the log"]]),
    (
        "control",
        [
            &["review", ID, "--control", "CC1", "--evidence", "E1=link:https://ci.example.com/1"],
            &["review", ID, "--control", "CC1", "--evidence", "E2=link:https://ci.example.com/2"],
        ],
    ),
    (
        "transfer",
        [
            &["transfer", ID, "--to", "lee@example.com", "--reason", "Ana leaves"],
            &["transfer", ID, "--to", "kim@example.com", "--reason", "Ana moves"],
        ],
    ),
    (
        "note",
        [
            &["note", ID, "--stage", "triage", "--note", "Looked at"],
            &["note", ID, "--stage", "investigation", "--note", "Understood"],
        ],
    ),
    (
        "close",
        [
            &["close", ID, "--outcome", "withdrawn", "--reason", "Not needed", "--evidence", LINK],
            &[
                "close",
                ID,
                "--outcome",
                "superseded",
                "--reason",
                "Another one",
                "--evidence",
                LINK,
            ],
        ],
    ),
];

/// Returns the text that `git merge` makes of two sides; `None` for a conflict.
fn merge(folder: &Path, base: &str, [own, other]: [&str; 2]) -> Option<String> {
    let files = [("own", own), ("base", base), ("other", other)];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    let mut git = Command::new("git");
    let merged = git.args(["merge-file", "-p", "own", "base", "other"]).current_dir(folder);
    let merged = merged.output().unwrap();
    merged.status.success().then(|| String::from_utf8(merged.stdout).unwrap())
}

/// Returns the rules of the errors that `lint` reports of a pull request, which merged what landed meanwhile.
fn lint(life: &Life, case: &str, [landed, merged]: [&str; 2]) -> Vec<String> {
    let base = life.repo.branch_from(&format!("landed-{case}"), "main").by("lee");
    let base = base.write(ID, landed).commit("Take a decision").to_string();
    let branch = format!("asked-{case}");
    life.repo.branch_from(&branch, &base).by("ana").write(ID, merged).commit("Take another one");
    life.switch(&branch);
    let (_, answer) = life.answered("sam", &["lint", "--base", &base]);
    life.switch("main");
    let errors = answer["findings"].as_array().unwrap().iter().filter(|it| it["level"] == "error");
    errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn decisions_about_different_things_merge() {
    need(&["git"]);
    let life = Life::new();
    let more = "compensating_controls:
  - {id: CC1, description: Alert at night, owner: soc@example.com, status: active}
  - {id: CC2, description: No network, owner: soc@example.com, status: active}
triggers:
  - {id: T1, when: The vendor ships, then: review}";
    life.filed(ID, &record(ID, more), "ana", "lee");
    let base = life.text(ID);
    let decided = |args: &[&str]| {
        let run = life.run("ana", args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        let text = life.text(ID);
        life.repo.checkout();
        assert_eq!(life.text(ID), base);
        text
    };
    let folder = temporary();
    let texts = KINDS.iter().map(|(kind, [one, other])| (*kind, [decided(one), decided(other)]));
    let texts: Vec<(&str, [String; 2])> = texts.collect();
    let (mut conflicting, mut refused) = (Vec::new(), Vec::new());
    for (n, (kind, [own, _])) in texts.iter().enumerate() {
        for (other_kind, [first, second]) in &texts[n..] {
            let other = if kind == other_kind { second } else { first };
            let Some(merged) = merge(folder.path(), &base, [own, other]) else {
                conflicting.push(format!("{kind} {other_kind}"));
                continue;
            };
            assert_eq!(merge(folder.path(), &base, [other, own]), Some(merged.clone()));
            for (landed, kinds) in [(own, [*kind, *other_kind]), (other, [*other_kind, *kind])] {
                let errors = lint(&life, &kinds.join("-"), [landed, &merged]);
                if !errors.is_empty() {
                    refused.push(format!("{}: {}", kinds.join(" "), errors.join(" ")));
                }
            }
        }
    }
    let same = ["renew renew", "renew sooner", "sooner sooner", "review review", "fire fire"];
    let others = ["control control", "transfer transfer", "note note", "close close"];
    assert_eq!(conflicting, [&same[..], &others[..]].concat());
    assert_eq!(refused, ["close renew: closed-edited", "close sooner: closed-edited"]);
}
