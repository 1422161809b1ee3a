//! Redesigns that are approved by signature or review, together with the record that links them.

use serde_json::{Value, json};

use crate::cli_approve::{ID, RECORD, World};
use crate::diff;
use crate::patterns::THREE;
use crate::redesigns::{RED, REDESIGN, states};

const ONE: &str = r#"version: 1
name: example/payments
people: {logins: {dkim: dana@example.com}}
tiers: [{name: standard, max_term: 90d, approvals: {count: 1}}]
"#;

/// A ledger with a frozen pattern, and a branch with a fourth record beside its redesign.
fn world() -> World {
    let world = World::new(ONE);
    for id in THREE {
        let branch = format!("file-{id}");
        world.repo.branch(&branch).by("ana").write(id, &diff::record(id)).commit("File it");
        world.repo.by("lee").merge(&branch, &format!("Merge branch '{branch}'"));
    }
    let linking = format!("{RECORD}references: {{redesign: RED-2026-4T9PK}}\n");
    let work = world.repo.branch("fourth").by("ana");
    work.write(ID, &linking).write(RED, REDESIGN).commit("File the fourth, with its redesign");
    world
}

#[test]
fn the_approval_of_a_record_approves_the_redesign_that_it_links() {
    let world = world();
    world.is("dana", "dana");
    let answer = world.said("dana", &[ID, "--ref", "fourth"]);
    let files: Vec<&str> =
        answer["files"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let folders: Vec<&str> = files.iter().map(|it| it.rsplit_once('/').unwrap().0).collect();
    let [own, governance] = [
        "exceptions/.approvals/EXC-2026-7F3KQ",
        "exceptions/.approvals/governance/redesigns%2FRED-2026-4T9PK.yaml",
    ];
    assert_eq!(folders, [own, own, governance, governance]);
    // Squashed by its author: only the signatures count.
    world.repo.by("ana").squash("fourth", "File the fourth (#9)");
    assert_eq!(states(&world.repo, "2026-11-22"), ["open, lifts"]);
    let run = world.run(&["verify", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let codes = diff::found(&answer);
    assert!(!codes.contains(&"error frozen-pattern".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"error policy-unapproved".to_owned()), "{codes:?}");
    // It needs no second approval.
    world.repo.checkout();
    let again = world.said("lee", &[ID]);
    assert_eq!(again["files"].as_array().unwrap().len(), 2);
}

#[test]
fn a_signed_redesign_is_answered_about_however_it_is_merged() {
    for merged_first in [false, true] {
        let world = world();
        let merge = || world.repo.by("ana").merge("fourth", "Merge branch 'fourth'");
        if merged_first {
            merge();
        }
        world.is("dana", "dana");
        world.said("dana", &[ID, "--ref", "fourth"]);
        if !merged_first {
            merge();
        }
        let run = world.run(&["list"]);
        assert_eq!(run.code, 0, "merged first: {merged_first}: {}", run.err);
        assert_eq!(states(&world.repo, "2026-11-22"), ["open, lifts"]);
        // Once the approved branch went on.
        world.repo.by("lee").write("README.md", "Read me\n").commit("Say what this is");
        assert_eq!(world.run(&["verify"]).code, 0);
    }
}

#[test]
fn a_squash_by_its_author_alone_leaves_it_unapproved() {
    let world = world();
    world.repo.by("ana").squash("fourth", "File the fourth (#9)");
    world.repo.checkout();
    assert_eq!(states(&world.repo, "2026-11-22"), ["unapproved"]);
    world.is("dana", "dana");
    let answer = world.said("dana", &["--governance", RED]);
    assert_eq!(answer["files"].as_array().unwrap().len(), 2);
    world.land("dana");
    assert_eq!(states(&world.repo, "2026-11-22"), ["open, lifts"]);
}

#[test]
fn an_author_of_the_redesign_approves_the_record_alone() {
    let world = world();
    let work = world.repo.branch("fourth").by("lee");
    work.replace(RED, "2026-12-31", "2026-12-30").commit("Plan it for one day earlier");
    world.is("lee", "lee");
    let answer = world.said("lee", &[ID, "--ref", "fourth"]);
    assert_eq!(answer["files"].as_array().unwrap().len(), 2);
}

#[test]
fn reviews_of_the_pull_request_state_it_too() {
    let world = world();
    let head = world.repo.tip("fourth").to_string();
    let landing = world.repo.by("ana").through("github").squash("fourth", "File the fourth (#9)");
    world.repo.checkout();
    let reviews = json!({
        "pull_request": "#9",
        "landing": landing.to_string(),
        "reviews": [{
            "login": "dkim",
            "email": null,
            "state": "approved",
            "commit": head,
            "at": "2026-11-20T12:00:00Z",
            "url": "https://forge.example.com/pull/9#dkim",
            "reason": null,
        }],
    });
    std::fs::write(world.repo.path().join(".git/reviews.json"), reviews.to_string()).unwrap();
    let run = world.record_reviews();
    assert_eq!(run.code, 0, "{}", run.err);
    let texts: Vec<String> = world.recorded().into_iter().map(|(_, text)| text).collect();
    let about = |line: &str| texts.iter().filter(|text| text.lines().any(|it| it == line)).count();
    assert_eq!(
        (
            texts.len() / 2,
            about(&format!("record {ID}")),
            about(&format!("record governance:{RED}"))
        ),
        (2, 1, 1)
    );
}
