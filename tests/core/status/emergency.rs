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

const EARLIER: &str = "EXC-2026-AAAAA";

/// An emergency that Ana pushed at 10:00, and another one about the same by somebody a day later.
fn pushed_again(by: &str, between: &dyn Fn(&Repo)) -> Repo {
    let repo = ledger("");
    repo.by("ana").write(EARLIER, &text().replace(ID, EARLIER)).commit("Emergency");
    between(&repo);
    repo.clock("2026-11-21T10:00:00Z");
    repo.by(by).write(ID, &text()).commit("Emergency");
    repo
}

#[test]
fn an_earlier_emergency_about_the_same_uses_up_the_grace() {
    let later = "2026-11-21T12:00:00Z";
    let repo = pushed_again("ana", &|_| ());
    check("by the same", &repo, &[(later, "unapproved", false)]);
    let reasons = record_state(&repo, later).reasons;
    assert!(reasons[0].to_string().starts_with("no grace: ana@example.com filed EXC-2026-AAAAA"));
    check("by another", &pushed_again("dana", &|_| ()), &[(later, "active", true)]);
    let closed = |by: &'static str, outcome: &'static str| {
        move |repo: &Repo| {
            let line = format!(
                "closure: {{date: 2026-11-20, by: {by}@example.com, outcome: {outcome}, reason: It is over}}"
            );
            repo.by(by).edit(EARLIER, &line).commit("Close it");
        }
    };
    for (by, outcome, expected) in [
        ("ana", "remediated", "unapproved"),
        ("lee", "remediated", "active"),
        ("lee", "rejected", "unapproved"),
    ] {
        let repo = pushed_again("ana", &closed(by, outcome));
        check(&format!("{outcome} by {by}"), &repo, &[(later, expected, expected == "active")]);
    }
    // A look that comes later does not bring the grace back.
    let repo = pushed_again("ana", &|_| ());
    closed("lee", "remediated")(&repo);
    check("closed later", &repo, &[(later, "unapproved", false)]);
}

#[test]
fn one_without_a_grace_uses_up_none() {
    let none = ledger(
        "tiers: [{name: standard, approvals: {count: 1}}]\nclasses: {emergency: {review_within: 1h}}\nrecurrence: {window: 3d}\n",
    );
    let again = |id: &str| text().replace(ID, id);
    none.by("ana").write(EARLIER, &again(EARLIER)).commit("Emergency");
    none.clock("2026-11-22T10:00:00Z");
    none.by("ana").write("EXC-2026-BBBBB", &again("EXC-2026-BBBBB")).commit("Emergency");
    // The window of the first one has passed; the second one had no grace.
    none.clock("2026-11-25T13:00:00Z");
    let text = text().replace("2026-11-22", "2026-11-26");
    none.by("ana").write(ID, &text).commit("Emergency");
    let key = TrailKey::Id("EXC-2026-BBBBB".to_owned());
    let second = standing_in(&none.history(), &key, "2026-11-22T10:30:00Z");
    assert_eq!(second.status.as_str(), "unapproved");
    check("the third", &none, &[("2026-11-25T13:30:00Z", "active", true)]);
}

#[test]
fn the_grace_begins_when_the_emergency_was_made() {
    let repo = ledger("");
    file_as(&repo, &text());
    repo.wait("5h");
    repo.by("ana").merge("file", "Merge branch 'file'");
    check(
        "merged later",
        &repo,
        &[("2026-11-21T09:59:59Z", "active", true), ("2026-11-21T10:00:00Z", "unapproved", false)],
    );
    // The landing's clock may be ahead of the commit's alone.
    let repo = pushed();
    repo.clock("2026-11-21T08:00:00Z");
    repo.branch("again").by("ana").write("README.md", "x").commit("Go on");
    repo.by("ana").merge("again", "Merge branch 'again'");
    check("merged on", &repo, &[("2026-11-21T10:00:00Z", "unapproved", false)]);
}
