//! Start, end, closure, removal: the simple life of a record, to the second.

use crate::support::approval::{approved, file_as, ledger};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::{check, record_state};

/// A record that Ana filed and Lee merged.
fn filed(text: &str) -> Repo {
    let repo = ledger("");
    file_as(&repo, text);
    repo.by("lee").merge("file", "Merge pull request #7 from ana/file");
    repo
}

#[test]
fn a_day_covers_all_of_itself_and_an_instant_is_exclusive() {
    check(
        "a day",
        &filed(SAMPLE),
        &[
            ("2026-11-21T00:00:00Z", "active", true),
            ("2026-12-20T23:59:59Z", "active", true),
            ("2026-12-21T00:00:00Z", "expired", false),
        ],
    );
    check(
        "an instant",
        &filed(&SAMPLE.replace("expires: 2026-12-20", "expires: 2026-12-20T20:00:00+02:00")),
        &[("2026-12-20T17:59:59Z", "active", true), ("2026-12-20T18:00:00Z", "expired", false)],
    );
    check(
        "a start",
        &filed(&format!("{SAMPLE}starts: 2026-12-01\n")),
        &[
            ("2026-11-30T23:59:59Z", "scheduled", false),
            ("2026-12-01T00:00:00Z", "active", true),
            ("2026-12-21T00:00:00Z", "expired", false),
        ],
    );
}

#[test]
fn the_days_left_are_rounded_down_and_fall_below_zero() {
    let repo = filed(SAMPLE);
    for (at, days) in [
        ("2026-12-18T23:59:59Z", 2),
        ("2026-12-19T00:00:01Z", 1),
        ("2026-12-20T12:00:00Z", 0),
        ("2026-12-21T00:00:00Z", 0),
        ("2026-12-21T00:00:01Z", -1),
    ] {
        assert_eq!(record_state(&repo, at).days_left, Some(days), "{at}");
    }
}

#[test]
fn what_is_not_approved_says_how_it_could_be() {
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    check("pushed", &repo, &[("2026-11-21T00:00:00Z", "unapproved", false)]);
    let reasons =
        exledger::status::reason::joined(&record_state(&repo, "2026-11-21T00:00:00Z").reasons);
    assert!(reasons.contains("ana@example.com"), "{reasons}");
    assert!(reasons.contains("exledger approve EXC-2026-7F3KQ"), "{reasons}");
    let repo = ledger("");
    file_as(&repo, SAMPLE);
    repo.by("ana").through("github").squash("file", "File it (#7)");
    let record_state = record_state(&repo, "2026-11-21T00:00:00Z");
    let reasons = exledger::status::reason::joined(&record_state.reasons);
    assert!(reasons.contains("merged by squash, so git names no approver"), "{reasons}");
    assert_eq!(record_state.landed.unwrap().pull_request.as_deref(), Some("#7"));
    assert!(record_state.approved.is_none());
    assert!(!record_state.changed_since_approval);
}

#[test]
fn a_closure_ends_it_at_once_whoever_pushed_it() {
    for (outcome, word) in [("remediated", "closed"), ("rejected", "rejected")] {
        let repo = approved("");
        let closure = format!(
            "closure: {{outcome: {outcome}, date: 2026-11-21, by: ana@example.com, reason: Job retired}}"
        );
        repo.by("ana").edit(ID, &closure).commit("Close it");
        check(outcome, &repo, &[("2026-11-21T00:00:00Z", word, false)]);
        // A lone push can't reopen it; an approved change can.
        repo.by("ana").write(ID, SAMPLE).commit("Reopen it");
        check("reopened by a push", &repo, &[("2026-11-22T00:00:00Z", word, false)]);
        repo.branch("reopen").by("ana").edit(ID, "title: It is needed after all").commit("Again");
        repo.by("lee").merge("reopen", "Merge branch 'reopen'");
        check("reopened", &repo, &[("2026-11-22T00:00:00Z", "active", true)]);
    }
}

#[test]
fn what_is_gone_broken_or_doubled_grants_nothing() {
    let repo = approved("");
    repo.by("ana").remove(ID).commit("Remove it");
    check("removed", &repo, &[("2026-11-21T00:00:00Z", "removed", false)]);
    repo.by("ana").write(ID, SAMPLE).commit("Bring it back");
    check("brought back", &repo, &[("2026-11-21T00:00:00Z", "unapproved", false)]);
    let reasons =
        exledger::status::reason::joined(&record_state(&repo, "2026-11-21T00:00:00Z").reasons);
    assert!(reasons.contains("the same bytes were merged in"), "{reasons}");
    let repo = approved("");
    repo.by("ana").write(ID, "id: EXC-2026-7F3KQ\ntitle: [\n").commit("Break it");
    check("broken", &repo, &[("2026-11-21T00:00:00Z", "invalid", false)]);
    let repo = approved("");
    repo.by("ana").write("exceptions/copy/EXC-2026-7F3KQ.yaml", SAMPLE).commit("Copy it");
    check("doubled", &repo, &[("2026-11-21T00:00:00Z", "conflicted", false)]);
    let reasons =
        exledger::status::reason::joined(&record_state(&repo, "2026-11-21T00:00:00Z").reasons);
    assert!(reasons.contains("exceptions/copy/EXC-2026-7F3KQ.yaml"), "{reasons}");
}
