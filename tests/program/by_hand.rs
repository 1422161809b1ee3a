//! Each verdict of the demo, recomputed from `log ID --format json`, the policy's text, and `git` alone.
//!
//! Uses nothing of the library but its answers: it does what `docs/audit.md` tells an auditor to do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli;
use crate::support::repo::git;

const DAY: &str = "2026-11-20";

fn asked(ledger: &Path, args: &[&str]) -> Value {
    let run = cli::run(ledger, &[&["--on", DAY, "--format", "json"], args].concat());
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{args:?}: {}", run.err))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key}: {value}"))
}

fn emails(people: &Value) -> BTreeSet<String> {
    let people = people.as_array().unwrap().iter();
    people.map(|person| text(person, "email").to_owned()).collect()
}

/// The policy as its text states it: the members of each group, and what each tier requires.
struct Policy {
    groups: BTreeMap<String, BTreeSet<String>>,
    tiers: BTreeMap<String, (usize, Vec<String>)>,
}

/// Returns the items of a list after a key: `each_of: [security, platform]`.
fn list(line: &str, key: &str) -> Vec<String> {
    let Some((_, rest)) = line.split_once(&format!("{key}: [")) else {
        return Vec::new();
    };
    let inside = rest.split(']').next().unwrap();
    inside.split(',').map(|word| word.trim().to_owned()).collect()
}

impl Policy {
    fn of(ledger: &Path, commit: &str) -> Policy {
        let file = git(ledger, &["show", &format!("{commit}:exledger.yaml")]);
        let (mut groups, mut tiers) = (BTreeMap::new(), BTreeMap::new());
        let (mut section, mut tier) = (String::new(), String::new());
        for line in file.lines() {
            if !line.starts_with([' ', '#']) {
                section = line.split(':').next().unwrap().to_owned();
            }
            let trimmed = line.trim_start();
            if section == "groups" && line.starts_with(' ') {
                let name = trimmed.split(':').next().unwrap();
                let members = list(trimmed, name).into_iter().collect();
                groups.insert(name.to_owned(), members);
            }
            if let Some(name) = trimmed.strip_prefix("- name: ") {
                tier = name.to_owned();
                tiers.insert(tier.clone(), (1, Vec::new()));
            }
            if trimmed.starts_with("approvals:") && section == "tiers" {
                let each_of = list(trimmed, "each_of");
                let count = trimmed.split("count: ").nth(1).map_or(1, |rest| {
                    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    digits.parse().unwrap()
                });
                tiers.insert(tier.clone(), (count, each_of));
            }
        }
        Policy { groups, tiers }
    }

    /// Tells whether people satisfy a tier: enough of them, and a different one for each group.
    fn is_met(&self, tier: &str, people: &BTreeSet<String>) -> bool {
        let (count, each_of) = &self.tiers[tier];
        fn filled(groups: &[String], people: &BTreeSet<String>, policy: &Policy) -> bool {
            let Some((group, rest)) = groups.split_first() else {
                return true;
            };
            people.intersection(&policy.groups[group]).any(|person| {
                let mut left = people.clone();
                left.remove(person);
                filled(rest, &left, policy)
            })
        }
        people.len() >= (*count).max(each_of.len()) && filled(each_of, people, self)
    }
}

/// Returns the addresses that git prints for a format, such as `%ae`, over some commits.
fn named(ledger: &Path, format: &str, range: &[&str]) -> BTreeSet<String> {
    let format = format!("--format={format}");
    let out = git(ledger, &[&["log", &format], range].concat());
    out.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Returns the authors of what a commit landed, according to git: everyone who touched the file on the merged branch.
fn writers(ledger: &Path, commit: &str, path: &str) -> BTreeSet<String> {
    let parents = git(ledger, &["log", "-1", "--format=%P", commit]);
    match parents.split_whitespace().count() {
        2 => {
            let range = format!("{commit}^1..{commit}^2");
            named(ledger, "%ae", &[&range, "--", path])
        }
        _ => named(ledger, "%ae", &["-1", commit]),
    }
}

/// Checks that git shows a statement where the answer says it is.
fn prove(ledger: &Path, said: &Value) {
    let (commit, email) = (text(said, "commit"), text(said, "email"));
    match text(said, "kind") {
        "merge" => {
            let by = named(ledger, "%ae%n%ce", &["-1", commit]);
            assert!(by.contains(email), "{commit} is not by {email}: {by:?}");
            let keys = "gpg.ssh.allowedSignersFile=.github/allowed_signers";
            let verified = git(ledger, &["-c", keys, "log", "-1", "--format=%G?", commit]);
            assert_eq!(said["level"] == "forge-signed", verified.trim() == "G", "{said:#}");
        }
        "trailer" => {
            let message = git(ledger, &["log", "-1", "--format=%B", commit]);
            let line = message.lines().find(|line| line.contains(&format!("<{email}>")));
            assert!(
                line.is_some_and(|line| line.starts_with("Approved-by: ")),
                "{commit}: {message}"
            );
        }
        "detached" => {
            let source = text(said, "source");
            let file = git(ledger, &["show", &format!("{commit}:{source}")]);
            assert!(file.lines().any(|line| line == format!("by {email}")), "{file}");
            assert!(signed(ledger, source, email), "{source} is not signed by {email}");
        }
        kind => panic!("the demo knows no {kind}"),
    }
}

/// Tells whether ssh-keygen verifies the signature beside an approval file.
fn signed(ledger: &Path, source: &str, email: &str) -> bool {
    let file = std::fs::File::open(ledger.join(source)).unwrap();
    let signature = ledger.join(format!("{source}.sig"));
    assert!(signature.exists(), "{source} has no signature");
    let verified = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", ".github/allowed_signers", "-I", email])
        .args(["-n", "exledger-approval@v1", "-s"])
        .arg(signature)
        .current_dir(ledger)
        .stdin(file)
        .output()
        .expect("ssh-keygen is not installed: install the package openssh-client");
    verified.status.success()
}

#[test]
fn each_verdict_of_the_demo_can_be_redone_by_hand() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let records = asked(&ledger, &["list", "--all"]);
    let (mut n_redone, mut n_unmet, mut n_attested, mut n_forge_signed) = (0, 0, 0, 0);
    for record in records["records"].as_array().unwrap() {
        let log = asked(&ledger, &["log", text(record, "id")]);
        let events = log["events"].as_array().unwrap();
        let Some(last) = events.last() else {
            assert_eq!(text(record, "status"), "proposed");
            continue;
        };
        let path = text(record, "path");
        for event in events {
            let (authors, approvers) = (emails(&event["authors"]), emails(&event["approvers"]));
            assert!(authors.is_disjoint(&approvers), "{event:#}");
            for said in event["statements"].as_array().unwrap() {
                prove(&ledger, said);
                assert_eq!(said["counts"] == true, said["why_not"].is_null(), "{said:#}");
            }
            // Everyone who wrote what landed is among the authors, unless the change only adds to the approved version.
            if event["event"] != "reviewed" && event["event"] != "fired" {
                let writers = writers(&ledger, text(event, "commit"), path);
                assert!(writers.is_subset(&authors), "{writers:?}: {event:#}");
            }
            n_redone += 1;
        }
        let shown = asked(&ledger, &["show", text(record, "id")]);
        let approval = &shown["record"]["approval"];
        if approval["needed"]["count"] == 0 {
            continue;
        }
        let policy = Policy::of(&ledger, text(last, "policy"));
        let met = policy.is_met(text(record, "tier"), &emails(&last["approvers"]));
        assert_eq!(approval["satisfied"], met, "{last:#}");
        n_unmet += usize::from(!met);
        n_attested += usize::from(approval["result"] == "attested");
        n_forge_signed += usize::from(approval["result"] == "forge-signed");
    }
    assert!(n_redone >= 15, "{n_redone}");
    assert!(n_unmet >= 2, "{n_unmet}");
    assert_eq!(n_attested, 1);
    assert!(n_forge_signed >= 3, "{n_forge_signed}");
}
