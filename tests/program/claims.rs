//! What `docs/security.md` says that nobody can do: each item acted out in several ways, in a real repository, by the
//! program that people run. Where an attack must leave something as it is, the honest act beside it shows that the same
//! world gives a yes.

mod access;
mod agents;
mod approvers;
mod authors;
mod bridges;
mod checkpoints;
mod clones;
mod emergencies;
mod folders;
mod freezes;
mod hidden;
mod keys;
mod lines;
mod merges;
mod names;
mod pushes;
mod receipts;
mod reviews;
mod rules;
mod scanners;
mod trust;

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::Value;

use crate::cli;
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, signer, yes};
use crate::support::samples::ID;

const SIGNERS: &str = ".github/allowed_signers";
const REVOKED: &str = ".github/revoked_keys";
const POLICY: &str = "exledger.yaml";

/// Two groups whose signatures a record needs.
const SIGNED: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform], proof: attested}}]
";

/// A ledger with a policy and lines of the signers file, by somebody who does nothing else.
fn ledger(policy: &str, keys: &[&str]) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write(POLICY, policy);
    let lines: String = keys.iter().map(|name| signer(name)).collect();
    let work = if keys.is_empty() { work } else { work.write(SIGNERS, &lines) };
    work.commit("Begin");
    repo
}

fn answer(repo: &Repo, args: &[&str]) -> Value {
    repo.checkout();
    let now = repo.now().to_string();
    let run = cli::run(repo.path(), &[args, &["--on", &now, "--format", "json"]].concat());
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{args:?}: {}{}", run.out, run.err))
}

fn status(repo: &Repo) -> String {
    answer(repo, &["show", ID])["record"]["status"].as_str().unwrap().to_owned()
}

/// Returns the codes that `verify` reports as errors.
fn errors(repo: &Repo) -> Vec<String> {
    let answer = answer(repo, &["verify"]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|it| it["level"] == "error");
    errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

/// Lands signed approvals of a text, by the keys of some people; an hour passes.
fn sign(repo: &Repo, lander: &str, says: &[Says]) {
    let work = says.iter().fold(repo.by(lander), |work, says| work.says(says));
    work.commit("Record approvals");
}

fn approvals(repo: &Repo, names: &[(&str, &str)], text: &str) -> Vec<Says> {
    let at = repo.now().to_string();
    let says = names.iter().map(|(name, key)| yes(name, ID, text, &at).with_key(key));
    says.map(|says| says.ledger("example/payments")).collect()
}

/// Dana and Lee, each with their own key.
const BOTH: [(&str, &str); 2] = [("dana", "dana"), ("lee", "lee")];

/// A ledger in which Dana and Lee approved a record of Ana by signature.
fn approved(text: &str) -> Repo {
    let repo = ledger(SIGNED, &["dana", "lee"]);
    repo.by("ana").write(ID, text).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &BOTH, text));
    if is_new(text) {
        assert_eq!(status(&repo), "active", "{text}");
    }
    repo
}

/// Tells whether a world is built for the first time. It is the same each time, so what it begins with is asserted once.
fn is_new(world: &str) -> bool {
    static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    BUILT.lock().unwrap().insert(world.to_owned())
}

/// Asks the gate, and tells whether it allows.
fn is_allowed(repo: &Repo, question: &[&str]) -> bool {
    answer(repo, &[&["check"], question].concat())["verdict"] == "allow"
}

/// Lands a text as one of the ways in which somebody who may merge can: pushed, merged, squashed, under typed names.
fn land(repo: &Repo, way: &str, path: &str, text: &str) {
    let write = |author: &str| {
        repo.branch("work").by(author).write(path, text).commit("Change it");
    };
    match way {
        "push" => {
            repo.by("mallory").write(path, text).commit("Change it");
        }
        "typed" => {
            write("bob");
            repo.by("mallory").merge("work", "Merge branch 'work'");
        }
        "trailer" => {
            write("mallory");
            let says = "Merge branch 'work'\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";
            repo.by("eve").merge("work", says);
        }
        "squash" => {
            write("bob");
            repo.by("bob").through("github").squash("work", "Change it (#9)");
        }
        "second" => {
            write("mallory");
            repo.by("Mal <mal@home.example.com>").merge("work", "Merge branch 'work'");
        }
        other => panic!("{other}"),
    }
}

const WAYS: [&str; 5] = ["push", "typed", "trailer", "squash", "second"];

/// Two groups that claims may fill.
const CLAIMED: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform]}}]
";
