//! How long a record was in place, how often it was renewed, and its dates.

use exledger::status::state::DutyKind;

use crate::support::approval::{file_as, ledger};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::{instant, record_state};

fn filed(text: &str) -> Repo {
    let repo = ledger("");
    file_as(&repo, text);
    // It landed on 20 November at 11:00.
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

#[test]
fn the_days_in_place_are_the_union_of_what_was_in_force() {
    let repo = filed(&SAMPLE.replace("2026-12-20", "2026-11-22"));
    for (at, days, overrun) in [
        ("2026-11-20T10:00:00Z", 0, 0),
        ("2026-11-20T12:00:00Z", 1, 0),
        ("2026-11-21T11:00:00Z", 1, 0),
        ("2026-11-21T11:00:01Z", 2, 0),
        ("2026-11-23T00:00:00Z", 3, 0),
        ("2026-11-25T00:00:00Z", 3, 2),
        ("2026-11-25T00:00:01Z", 3, 2),
    ] {
        let in_place = record_state(&repo, at).in_place;
        assert_eq!((in_place.days, in_place.overrun_days), (days, overrun), "{at}");
    }
    let first = record_state(&repo, "2026-11-25T00:00:00Z").in_place.first_approved;
    assert_eq!(first, Some(instant("2026-11-20T11:00:00Z")));
    // Closed two days late; a later question changes nothing.
    repo.clock("2026-11-25T00:00:00Z");
    let closure = "closure: {outcome: remediated, date: 2026-11-24, by: ana@example.com, reason: Job retired}";
    repo.by("ana").edit(ID, closure).commit("Close it");
    let closed = record_state(&repo, "2026-12-25T00:00:00Z").in_place;
    assert_eq!((closed.days, closed.overrun_days), (3, 2));
}

#[test]
fn a_gap_is_not_in_place() {
    let repo = filed(&SAMPLE.replace("2026-12-20", "2026-11-21"));
    // Ended on the 22nd, renewed on the 26th at noon until the end of the 27th.
    repo.clock("2026-11-26T11:00:00Z");
    repo.branch("renew").by("ana").edit(ID, "expires: 2026-11-27").commit("Renew it");
    repo.by("lee").merge("renew", "Merge branch 'renew'");
    let later = record_state(&repo, "2026-12-01T00:00:00Z");
    // 37 hours, then 36.
    assert_eq!(later.in_place.days, 4);
    assert_eq!(later.renewals.count, 1);
    assert_eq!(later.renewals.limit, Some(2));
    assert_eq!(later.renewals.total_days, Some(7));
    assert_eq!(later.renewals.limit_days, Some(270));
}

#[test]
fn what_was_never_approved_was_never_in_place() {
    let repo = ledger("");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let record_state = record_state(&repo, "2027-03-01T00:00:00Z");
    assert_eq!((record_state.in_place.days, record_state.in_place.overrun_days), (0, 0));
    assert_eq!(record_state.in_place.first_approved, None);
    assert_eq!(record_state.renewals.count, 0);
}

#[test]
fn every_dated_thing_is_a_duty() {
    let text = SAMPLE
        .replace("status: active}", "status: active, verified: 2026-11-20, verify_every: 10d}");
    let text = format!(
        "{text}starts: 2026-11-20\nreview_every: 14d\nfix: {{target: automation, plan: Replace the job, due: 2026-12-18}}\n"
    );
    let found = record_state(&filed(&text), "2026-11-21T00:00:00Z").duties;
    let found: Vec<(DutyKind, String)> =
        found.iter().map(|duty| (duty.kind, duty.at.to_string())).collect();
    let expected = [
        (DutyKind::Start, "2026-11-20T00:00:00Z"),
        (DutyKind::ControlVerification, "2026-12-01T00:00:00Z"),
        (DutyKind::Review, "2026-12-05T00:00:00Z"),
        (DutyKind::Fix, "2026-12-19T00:00:00Z"),
        (DutyKind::Expiry, "2026-12-21T00:00:00Z"),
    ];
    assert_eq!(found, expected.map(|(kind, at)| (kind, at.to_owned())));
}

#[test]
fn a_closure_is_looked_at_by_the_earlier_of_its_day_and_the_tiers() {
    for (policy, review_by, expected) in [
        ("", "", None),
        ("", ", review_by: 2026-12-24", Some("2026-12-25T00:00:00Z")),
        ("30d", "", Some("2026-12-25T00:00:00Z")),
        ("30d", ", review_by: 2027-12-24", Some("2026-12-25T00:00:00Z")),
        ("30d", ", review_by: 2026-12-01", Some("2026-12-02T00:00:00Z")),
        ("30d", ", reviewed: {date: 2026-11-26, by: dana@example.com, outcome: effective}", None),
    ] {
        let repo = ledger(&match policy {
            "" => String::new(),
            term => format!("tiers: [{{name: standard, post_closure_review: {term}}}]\n"),
        });
        file_as(&repo, SAMPLE);
        repo.by("lee").merge("file", "Merge branch 'file'");
        repo.clock("2026-11-24T09:00:00Z");
        let closure = format!(
            "closure: {{outcome: remediated, date: 2026-11-24, by: ana@example.com, reason: Job retired{review_by}}}"
        );
        repo.by("ana").edit(ID, &closure).commit("Close it");
        let duties = record_state(&repo, "2026-11-27T00:00:00Z").duties;
        let at: Vec<String> = duties.iter().map(|duty| duty.at.to_string()).collect();
        assert_eq!(at, expected.into_iter().collect::<Vec<_>>(), "{policy} {review_by}");
    }
}
