//! Emergencies: they may start before they are approved, but only briefly.

use exledger::history::version::TrailKey;

use crate::support::approval::{file_as, ledger};
use crate::support::history::history_of;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::{check, record_state, standing_in};

fn text() -> String {
    SAMPLE
        .replace("class: standard", "class: emergency")
        .replace("expires: 2026-12-20", "expires: 2026-11-22T12:00:00Z")
}

/// An emergency that Ana pushed at 10:00 on 20 November.
fn pushed() -> Repo {
    let repo = ledger("");
    assert_eq!(repo.now().to_string(), "2026-11-20T10:00:00Z");
    repo.by("ana").write(ID, &text()).commit("Emergency");
    repo
}

#[test]
fn an_emergency_counts_for_a_day_on_the_word_of_its_filer() {
    let repo = pushed();
    check(
        "pushed",
        &repo,
        &[
            ("2026-11-20T10:00:00Z", "active", true),
            ("2026-11-21T09:59:59Z", "active", true),
            ("2026-11-21T10:00:00Z", "unapproved", false),
        ],
    );
    let early = record_state(&repo, "2026-11-20T12:00:00Z");
    assert!(early.approved.is_none());
    assert!(!early.changed_since_approval);
    assert!(early.reasons.iter().any(|it| it.to_string().contains("2026-11-21T10:00:00Z")));
    assert_eq!(early.end.unwrap().to_string(), "2026-11-21T10:00:00Z");
    let late = record_state(&repo, "2026-11-21T10:00:00Z");
    assert!(late.reasons.iter().any(|it| it.to_string().contains("exledger approve")));
}

#[test]
fn the_shorter_of_two_policies_says_how_long() {
    let repo = ledger("classes: {emergency: {review_within: 12h}}\n");
    repo.by("ana").write(ID, &text()).commit("Emergency");
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Loosen");
    check(
        "loosened",
        &repo,
        &[("2026-11-20T21:59:59Z", "active", true), ("2026-11-20T22:00:00Z", "unapproved", false)],
    );
    let repo = pushed();
    repo.by("root")
        .write("exledger.yaml", "version: 1\nclasses: {emergency: {review_within: 12h}}\n")
        .commit("Tighten");
    check("tightened", &repo, &[("2026-11-20T22:00:00Z", "unapproved", false)]);
}

#[test]
fn a_later_version_narrows_or_ends_it_and_nothing_else() {
    let repo = pushed();
    repo.by("ana").edit(ID, "expires: 2026-11-24T12:00:00Z").commit("Longer");
    let longer = record_state(&repo, "2026-11-20T15:00:00Z");
    assert_eq!(longer.not_after.unwrap().to_string(), "2026-11-22T12:00:00Z");
    assert!(longer.changed_since_approval);
    repo.by("ana").edit(ID, "expires: 2026-11-20T20:00:00Z").commit("Shorter");
    check(
        "shorter",
        &repo,
        &[("2026-11-20T19:59:59Z", "active", true), ("2026-11-20T20:00:00Z", "expired", false)],
    );
}

#[test]
fn its_normal_approval_takes_over() {
    let repo = ledger("");
    file_as(&repo, &text());
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("merged", &repo, &[("2026-11-22T11:59:59Z", "active", true)]);
    let repo = pushed();
    repo.branch("more").by("ana").edit(ID, "title: The same in other words").commit("Amend");
    repo.by("lee").merge("more", "Merge branch 'more'");
    check("amended", &repo, &[("2026-11-22T11:59:59Z", "active", true)]);
}

#[test]
fn a_review_entry_is_no_approval() {
    let repo = pushed();
    let review = "reviews: [{date: 2026-11-20, by: lee@example.com, outcome: still-needed}]";
    repo.by("lee").edit(ID, review).commit("Review it");
    check("reviewed", &repo, &[("2026-11-21T10:00:00Z", "unapproved", false)]);
}

#[test]
fn the_grace_is_for_the_first_version_of_an_id_and_for_persons() {
    let repo = pushed();
    repo.by("ana").remove(ID).commit("Remove it");
    repo.by("ana").write(ID, &text()).commit("Again");
    check("filed again", &repo, &[("2026-11-20T13:00:00Z", "unapproved", false)]);
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").write(ID, &text()).commit("Make it an emergency");
    check("once of another class", &repo, &[("2026-11-20T13:00:00Z", "unapproved", false)]);
    let repo = ledger("");
    repo.by("bot").through("github").write(ID, &text()).commit("Emergency (#7)");
    check("by a bot", &repo, &[("2026-11-20T13:00:00Z", "unapproved", false)]);
    let repo = ledger("");
    repo.by("bot").through("lee").write(ID, &text()).commit("Emergency (#7)");
    check("by a bot, committed by a person", &repo, &[("2026-11-20T13:00:00Z", "active", true)]);
}

#[test]
fn an_emergency_in_a_shallow_clone_can_not_be_told() {
    let repo = pushed();
    repo.by("lee").write("README.md", "x").commit("Go on");
    let clone = repo.clone_with(&["--depth=2"]);
    let history = history_of(clone.path(), repo.now());
    let key = TrailKey::Id(ID.to_owned());
    let record_state = standing_in(&history, &key, "2026-11-20T12:00:00Z");
    assert_eq!(record_state.status.as_str(), "unknown", "{:?}", record_state.reasons);
    assert!(record_state.reasons[0].to_string().contains("git fetch --unshallow"));
}
