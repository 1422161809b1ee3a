//! Decisions on one record that two branches make: git merges them where they change different things.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli;
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

/// A ledger with a record in force that every kind of decision can be made about.
fn life() -> Life {
    let life = Life::new();
    let more = "compensating_controls:
  - {id: CC1, description: Alert at night, owner: soc@example.com, status: active}
  - {id: CC2, description: No network, owner: soc@example.com, status: active}
triggers:
  - {id: T1, when: The vendor ships, then: review}";
    life.filed(ID, &record(ID, more), "ana", "lee");
    life
}

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

/// What landed meanwhile, and what a pull request makes of it, with the kinds of both.
struct LandedAndMerged {
    kinds: String,
    landed: String,
    merged: String,
}

/// Returns what `lint` refuses of a pull request with all these cases, each in a record of its own: the kinds, and the rules
/// of the errors.
fn refused(base: &str, cases: &[LandedAndMerged]) -> Vec<String> {
    let id = |n: usize| format!("EXC-2026-{n:05}");
    let life = Life::new();
    let write = |branch: &str, by: &str, text: fn(&LandedAndMerged, &str) -> String| {
        let work = life.repo.branch(branch).by(by);
        let files = cases.iter().enumerate();
        let work = files.fold(work, |work, (n, case)| {
            work.write(&id(n), &text(case, base).replace(ID, &id(n)))
        });
        work.commit("Write them").to_string()
    };
    write("file", "ana", |_, base| base.to_owned());
    life.merge("file", "lee", "");
    let landed = write("asked", "lee", |case, _| case.landed.clone());
    write("asked", "ana", |case, _| case.merged.clone());
    life.switch("asked");
    let (_, answer) = life.answered("sam", &["lint", "--base", &landed]);
    let errors = answer["findings"].as_array().unwrap().iter().filter(|it| it["level"] == "error");
    let refused = errors.map(|error| {
        let path = error["path"].as_str().unwrap();
        let case = (0..cases.len()).find(|n| path.contains(&id(*n))).unwrap();
        format!("{}: {}", cases[case].kinds, error["rule"].as_str().unwrap())
    });
    refused.collect()
}

#[test]
fn decisions_about_different_things_merge() {
    need(&["git"]);
    let life = life();
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
    let (mut conflicting, mut merging) = (Vec::new(), Vec::new());
    for (n, (kind, [own, _])) in texts.iter().enumerate() {
        for (other_kind, [first, second]) in &texts[n..] {
            let other = if kind == other_kind { second } else { first };
            let Some(merged) = merge(folder.path(), &base, [own, other]) else {
                conflicting.push(format!("{kind} {other_kind}"));
                continue;
            };
            assert_eq!(merge(folder.path(), &base, [other, own]), Some(merged.clone()));
            for (landed, kinds) in [(own, [*kind, *other_kind]), (other, [*other_kind, *kind])] {
                let (kinds, landed) = (kinds.join(" "), landed.clone());
                merging.push(LandedAndMerged { kinds, landed, merged: merged.clone() });
            }
        }
    }
    let same = ["renew renew", "renew sooner", "sooner sooner", "review review", "fire fire"];
    let others = ["control control", "transfer transfer", "note note", "close close"];
    assert_eq!(conflicting, [&same[..], &others[..]].concat());
    assert_eq!(
        refused(&base, &merging),
        ["close renew: closed-edited", "close sooner: closed-edited"]
    );
}

/// Decides on two branches, merges what landed into the other one, and does what `lint` prints.
fn repaired(kind: &str, sides: [&[&str]; 2]) -> (String, String) {
    let life = conflicting(kind, sides);
    follow(&life, kind)
}

/// Decides on two branches, and merges what landed into the other one.
fn conflicting(kind: &str, [landed, asked]: [&[&str]; 2]) -> Life {
    let life = life();
    life.decide("asked", "ana", asked);
    life.switch("main");
    life.decided("sam", landed, "lee");
    life.switch("asked");
    let merge = cli::shell(&life.repo, "git merge -q main");
    assert_eq!(merge.code, 1, "{kind}: {}{}", merge.out, merge.err);
    life
}

/// Does what `lint` prints; returns the message and the text that comes of it.
fn follow(life: &Life, kind: &str) -> (String, String) {
    let (code, answer) = life.answered("ana", &["lint"]);
    assert_eq!((code, &answer["errors"]), (1, &1.into()), "{kind}: {answer}");
    let conflict = find_conflict(&answer);
    for line in conflict["help"].as_str().unwrap().lines() {
        let run = cli::shell(&life.repo, line);
        assert_eq!(run.code, 0, "{kind}: {line}: {}{}", run.out, run.err);
    }
    let (code, answer) = life.answered("ana", &["lint"]);
    assert_eq!(code, 0, "{kind}: {answer}");
    let commit = cli::shell(&life.repo, "git commit -q -m 'Merge what landed'");
    assert_eq!(commit.code, 0, "{kind}: {}", commit.err);
    (conflict["message"].as_str().unwrap().to_owned(), life.text(ID))
}

/// Returns what `lint` says about the conflict, whatever else it finds.
fn find_conflict(answer: &Value) -> &Value {
    let mut findings = answer["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["rule"] == "syntax").unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn the_help_of_a_conflict_loses_no_decision() {
    need(&["git"]);
    let of = |kind: &str| KINDS.iter().find(|it| it.0 == kind).unwrap().1;
    let (message, text) = repaired("renew", of("renew"));
    assert_eq!(
        message,
        "renewed on both sides of a merge, until 2026-12-30 (landed) and until 2027-01-05"
    );
    let renewals =
        ["until: 2026-12-30", "from: 2026-12-30", "until: 2027-01-05", "It takes longer"];
    assert!(renewals.iter().all(|it| text.contains(it)), "{text}");
    // Nothing is left of what the landed side makes needless.
    let [first, second] = of("renew");
    let (_, text) = repaired("renew", [second, first]);
    assert!(text.contains("expires: 2027-01-05") && !text.contains("2026-12-30"), "{text}");
    for (kind, said) in [
        ("review", ["outcome: still-needed", "The job runs"]),
        ("control", ["https://ci.example.com/1", "https://ci.example.com/2"]),
        ("transfer", ["to: lee@example.com", "to: kim@example.com"]),
        ("note", ["Looked at", "Understood"]),
    ] {
        let [first, second] = of(kind);
        for sides in [[first, second], [second, first]] {
            let (message, text) = repaired(kind, sides);
            assert_eq!(message, "unresolved merge conflict");
            assert!(said.iter().all(|it| text.contains(it)), "{kind}: {text}");
        }
    }
    for (kind, kept) in [("fire", "trigger: T1"), ("close", "outcome: withdrawn")] {
        let (_, text) = repaired(kind, of(kind));
        assert_eq!(text.matches(kept).count(), 1, "{kind}: {text}");
    }
}

#[test]
fn what_a_closed_or_fired_side_refuses_is_named_and_ends_the_conflict() {
    need(&["git"]);
    let close = &["close", ID, "--outcome", "withdrawn", "--reason", "Over", "--evidence", LINK];
    let of = |kind: &str, at: usize| KINDS.iter().find(|it| it.0 == kind).unwrap().1[at];
    let decide = |life: &Life, branch: &str, decisions: &[&[&str]]| {
        for words in decisions {
            life.decide(branch, "ana", words);
        }
    };
    for (landed, asked, refused) in [
        (&[of("note", 0), close][..], &[of("note", 1)][..], "exledger note"),
        (&[of("note", 0), close], &[of("note", 1), of("renew", 0)], "exledger renew"),
        (&[of("review", 0), close], &[of("review", 1)], "exledger review"),
        (&[of("fire", 0), close], &[of("fire", 1), of("note", 0)], "exledger note"),
    ] {
        let life = life();
        decide(&life, "asked", asked);
        life.switch("main");
        decide(&life, "decided", landed);
        life.merge("decided", "lee", "");
        life.switch("asked");
        let merge = cli::shell(&life.repo, "git merge -q main");
        assert_eq!(merge.code, 1, "{refused}: {}{}", merge.out, merge.err);
        let named = format!("# not possible any more, since it is closed: {refused} {ID}");
        assert!(
            printed(&life).iter().any(|line| line.starts_with(&named)),
            "{:#?}",
            printed(&life)
        );
        let (_, text) = follow(&life, refused);
        assert!(text.contains("outcome: withdrawn"), "{text}");
    }
}

#[test]
fn a_renewal_that_the_policy_has_none_left_for_is_named() {
    need(&["git"]);
    let [first, second] = KINDS[0].1;
    let life = life();
    life.decided("sam", first, "lee");
    let third = ["renew", ID, "--until", "2027-01-10", "--reason", "It takes even longer"];
    life.decide("asked", "ana", &third);
    life.switch("main");
    life.decided("sam", second, "lee");
    life.switch("asked");
    assert_eq!(cli::shell(&life.repo, "git merge -q main").code, 1);
    let named =
        "# not possible any more, since the policy allows no further renewal: exledger renew";
    assert!(printed(&life).iter().any(|line| line.starts_with(named)), "{:#?}", printed(&life));
    follow(&life, "renew");
}

#[test]
fn a_merge_whose_marks_are_gone_says_what_the_file_lacks() {
    need(&["git"]);
    let life = conflicting("note", KINDS.iter().find(|it| it.0 == "note").unwrap().1);
    let path = format!("exceptions/{ID}.yaml");
    let take = cli::shell(&life.repo, &format!("git checkout -q --theirs -- {path}"));
    assert_eq!(take.code, 0, "{}", take.err);
    let (_, answer) = life.answered("ana", &["lint"]);
    let conflict = find_conflict(&answer);
    assert!(conflict["message"].as_str().unwrap().contains("is not finished"), "{conflict}");
    let commands = conflict["remedy"]["commands"].as_array().unwrap();
    let [line] = commands.as_slice() else { panic!("{conflict}") };
    let run = cli::shell(&life.repo, line.as_str().unwrap());
    assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
    life.answer(0, "ana", &["lint"]);
    let text = life.text(ID);
    assert!(text.contains("Looked at") && text.contains("Understood"), "{text}");
}

#[test]
fn marks_that_were_committed_hide_no_decision() {
    need(&["git"]);
    let of = |kind: &str| KINDS.iter().find(|it| it.0 == kind).unwrap().1;
    let life = conflicting("note", of("note"));
    let commit = cli::shell(&life.repo, "git add -A && git commit -q -m 'Merge it'");
    assert_eq!(commit.code, 0, "{}", commit.err);
    let (_, text) = follow(&life, "note");
    assert!(text.contains("Looked at") && text.contains("Understood"), "{text}");
}

#[test]
fn a_conflict_of_a_rebase_is_decided_again_without_a_remote() {
    need(&["git"]);
    let life = life();
    let [landed, asked] = KINDS.iter().find(|it| it.0 == "renew").unwrap().1;
    life.decide("asked", "ana", asked);
    life.switch("main");
    life.decided("sam", landed, "lee");
    life.switch("asked");
    let rebase = cli::shell(&life.repo, "git rebase -q main");
    assert_eq!(rebase.code, 1, "{}{}", rebase.out, rebase.err);
    let (_, answer) = life.answered("ana", &["lint"]);
    let help = find_conflict(&answer)["help"].as_str().unwrap().to_owned();
    // A decision that is refused ends no conflict, even if all lines are pasted at once.
    let refused = help.replace("2027-01-05", "2099-01-05");
    assert_ne!(refused, help);
    assert_ne!(cli::shell(&life.repo, &refused).code, 0, "{refused}");
    let unmerged = cli::shell(&life.repo, "git ls-files --unmerged");
    assert_eq!(unmerged.out.lines().count(), 3, "{}", unmerged.out);
    let repaired = cli::shell(&life.repo, &help);
    assert_eq!(repaired.code, 0, "{help}: {}{}", repaired.out, repaired.err);
    assert!(repaired.out.contains("git rebase --continue"), "{}", repaired.out);
    let continued = cli::shell(&life.repo, "git rebase --continue");
    assert_eq!(continued.code, 0, "{}{}", continued.out, continued.err);
    let text = life.text(ID);
    let renewals = ["until: 2026-12-30", "from: 2026-12-30", "until: 2027-01-05"];
    assert!(renewals.iter().all(|it| text.contains(it)), "{text}");
    life.answer(0, "ana", &["lint", "--base", "main"]);
}

#[test]
fn marks_that_landed_are_replaced_by_the_version_before_them() {
    need(&["git"]);
    let life = life();
    let before = life.text(ID);
    let torn = before.replace(
        "expires: 2026-12-15\n",
        "<<<<<<< HEAD\nexpires: 2026-12-10\n=======\nexpires: 2026-12-11\n>>>>>>> b\n",
    );
    assert_ne!(torn, before);
    life.repo.by("ana").write(ID, &torn).commit("Merge with marks");
    life.repo.by("ana").write("README.md", "More\n").commit("Go on");
    life.repo.checkout();
    let (_, answer) = life.answered("ana", &["lint"]);
    let help = find_conflict(&answer)["help"].as_str().unwrap();
    let path = format!("exceptions/{ID}.yaml");
    assert!(help.contains(&format!("as `git show refs/heads/main:./{path}` has it")), "{help}");
    for line in help.lines() {
        let run = cli::shell(&life.repo, line);
        assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
    }
    assert_eq!(life.text(ID), before);
    life.answer(0, "ana", &["lint"]);
    // Where no version can be read, none is offered.
    let other = "EXC-2026-T0RN0";
    life.repo.by("ana").write(other, &torn.replace(ID, other)).commit("File with marks");
    life.repo.checkout();
    let (_, answer) = life.answered("ana", &["lint"]);
    let all = answer["findings"].as_array().unwrap().iter();
    let found = all.filter(|it| it["path"].as_str().unwrap().contains(other));
    let helps: Vec<&str> = found.map(|it| it["help"].as_str().unwrap()).collect();
    assert!(!helps.is_empty() && helps.iter().all(|it| !it.contains("git checkout")), "{helps:?}");
}

type Change = fn(&str) -> String;

/// Writes two versions of a record by hand, and merges the landed one into the other one's branch.
fn written([landed, asked]: [Change; 2]) -> Life {
    let life = life();
    let base = life.text(ID);
    life.repo.branch("asked").by("ana").write(ID, &asked(&base)).commit("Ask for more");
    life.repo.branch("decided").by("sam").write(ID, &landed(&base)).commit("Decide");
    life.merge("decided", "lee", "");
    life.switch("asked");
    life.repo.config("user.name", "Ana Ruiz");
    life.repo.config("user.email", "ana@example.com");
    let merge = cli::shell(&life.repo, "git merge -q main");
    assert_eq!(merge.code, 1, "{}{}", merge.out, merge.err);
    life
}

/// Returns the lines that `lint` prints for the conflict.
fn printed(life: &Life) -> Vec<String> {
    let (_, answer) = life.answered("ana", &["lint"]);
    let help = find_conflict(&answer)["help"].as_str().unwrap();
    help.lines().map(str::to_owned).collect()
}

fn comments(life: &Life) -> Vec<String> {
    let lines = printed(life).into_iter();
    lines.filter_map(|line| Some(line.strip_prefix("# edit again: ")?.to_owned())).collect()
}

fn with(text: &str, line: &str) -> String {
    format!("{text}{line}\n")
}

#[test]
fn what_a_record_says_is_no_command() {
    need(&["git"]);
    let life = written([
        |text| text.replace("title: Nightly", "title: Hourly"),
        |text| text.replace("title: Nightly", "title: |-\n  Daily\n  touch RAN\n  #"),
    ]);
    let lines = printed(&life);
    let comment = lines.iter().find(|line| line.starts_with("# edit again: title: ")).unwrap();
    assert!(comment.contains("Daily\\ntouch RAN"), "{lines:#?}");
    let run = cli::shell(&life.repo, &lines.join("\n"));
    assert_eq!(run.code, 0, "{lines:#?} {}", run.err);
    assert!(!life.repo.path().join("RAN").exists(), "{lines:#?}");
}

#[test]
fn what_no_command_writes_is_named_where_it_belongs() {
    need(&["git"]);
    let uses =
        written([|text| with(text, "uses: {limit: 9}"), |text| with(text, "uses: {limit: 1}")]);
    assert_eq!(comments(&uses), ["uses.limit: 1"]);
    // An entry beside one that landed is added, not written over it.
    let triggers = written([
        |text| with(text, "  - {id: T2, when: The vendor leaves, then: review}"),
        |text| with(text, "  - {id: T3, when: The job ends, then: review}"),
    ]);
    let added = r#"triggers: add {"id":"T3","when":"The job ends","then":"review"}"#;
    assert_eq!(comments(&triggers), [added]);
    // A control that the other side gave up is not active again.
    let control = written([
        |text| {
            text.replace(
                "night, owner: soc@example.com, status: active}",
                "night, owner: soc@example.com, status: active, verified: 2026-11-20}",
            )
        },
        |text| {
            text.replace(
                "night, owner: soc@example.com, status: active}",
                "night, owner: soc@example.com, status: withdrawn}",
            )
        },
    ]);
    assert_eq!(comments(&control), ["compensating_controls[0].status: withdrawn"]);
}

#[test]
fn marks_that_were_committed_take_away_nothing_that_landed() {
    need(&["git"]);
    let commit = |life: &Life| {
        let commit = cli::shell(&life.repo, "git add -A && git commit -q -m 'Merge it'");
        assert_eq!(commit.code, 0, "{}", commit.err);
    };
    let alone = written([
        |text| {
            with(&text.replace("title: Nightly", "title: Hourly"), "references: {ticket: OPS-1}")
        },
        |text| text.replace("title: Nightly", "title: Daily"),
    ]);
    commit(&alone);
    assert_eq!(comments(&alone), ["title: Daily invoices still read with the shared user"]);
    // Who wanted an end sooner than before still wants it.
    let of = |kind: &str| KINDS.iter().find(|it| it.0 == kind).unwrap().1;
    let life = conflicting("sooner", [of("renew")[0], of("sooner")[0]]);
    commit(&life);
    assert!(
        printed(&life).iter().any(|line| line.contains("--until 2026-12-10")),
        "{:#?}",
        printed(&life)
    );
}
