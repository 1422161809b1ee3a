//! The exit codes of `queue`, each in a ledger that has only the case in question.

use crate::decisions::{ID, Life, POLICY, record};
use crate::support::samples::EMERGENCY;

/// Entries of a record that ends long after.
const LONG: &str = "expires: 2027-02-15\n";

/// Expects one record in a bucket (null if only its status asks for attention), and the exit codes without and with `--strict`.
fn expect(life: &Life, bucket: Option<&str>, codes: [i32; 2]) {
    for (strict, code) in [&[][..], &["--strict"]].into_iter().zip(codes) {
        for more in [&[][..], &["--by", "owner"], &["--messages"]] {
            let answer = life.answer(code, "sam", &[&["queue"], strict, more].concat());
            let records = answer["records"].as_array().unwrap();
            assert_eq!(records.len(), 1, "{bucket:?}: {answer:#}");
            assert_eq!(records[0]["bucket"].as_str(), bucket, "{answer:#}");
        }
        let calendar = life.run("sam", &[&["queue", "--format", "ics"], strict].concat());
        assert_eq!(calendar.code, code, "{bucket:?}: {}", calendar.err);
    }
}

#[test]
fn nothing_in_the_queue_is_success() {
    let life = Life::new();
    life.filed(ID, &record(ID, "expires: 2027-01-10\n"), "ana", "lee");
    for args in [&["queue"][..], &["queue", "--strict"]] {
        let answer = life.answer(0, "sam", args);
        assert_eq!(
            (answer["records"].as_array().unwrap().len(), &answer["hidden"]),
            (0, &1.into())
        );
    }
    // A wider horizon shows it, and still nothing is overdue.
    let answer = life.answer(0, "sam", &["queue", "--strict", "--within", "60d"]);
    assert_eq!(answer["records"][0]["bucket"], "soon");
}

#[test]
fn an_end_that_is_near_is_success() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    expect(&life, Some("soon"), [0, 0]);
    life.repo.clock("2026-12-10T09:00:00Z");
    expect(&life, Some("urgent"), [0, 0]);
}

#[test]
fn a_closure_that_is_overdue_is_a_problem_under_strict() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock("2026-12-20T09:00:00Z");
    expect(&life, Some("overdue-closure"), [0, 1]);
}

#[test]
fn a_request_is_a_problem_under_strict_once_it_waited_too_long() {
    let life = Life::new();
    life.file(ID, &record(ID, "expires: 2027-01-10\n"), "ana");
    expect(&life, Some("waiting-approval"), [0, 0]);
    life.repo.clock("2026-12-10T09:00:00Z");
    expect(&life, Some("waiting-approval"), [0, 1]);
    let landed = life.answer(0, "sam", &["queue", "--strict", "--approved-only"]);
    assert_eq!(landed["records"], serde_json::json!([]));
}

#[test]
fn an_emergency_that_nobody_approved_is_a_problem_under_strict_before_its_deadline_too() {
    let life = Life::new();
    life.repo.clock("2026-11-20T10:00:00Z");
    life.repo.by("ana").write(ID, &record(ID, EMERGENCY)).commit("Deploy now");
    life.switch("main");
    expect(&life, Some("emergency-review-due"), [0, 1]);
    // No figure calls it overdue before its deadline.
    assert_eq!(life.answer(0, "sam", &[])["overdue"], 0);
    life.repo.clock("2026-11-21T16:00:00Z");
    expect(&life, Some("emergency-review-due"), [0, 1]);
    assert_eq!(life.answer(0, "sam", &[])["overdue"], 1);
}

#[test]
fn an_emergency_is_no_problem_once_it_is_approved() {
    let life = Life::new();
    life.repo.clock("2026-11-20T10:00:00Z");
    life.filed(ID, &record(ID, EMERGENCY), "ana", "lee");
    expect(&life, Some("urgent"), [0, 0]);
}

#[test]
fn an_emergency_that_is_only_proposed_waits_like_any_request_since_it_grants_nothing() {
    let life = Life::new();
    life.repo.clock("2026-11-20T10:00:00Z");
    life.file(ID, &record(ID, EMERGENCY), "ana");
    life.switch("main");
    expect(&life, Some("waiting-approval"), [0, 0]);
    life.repo.clock("2026-11-23T11:00:00Z");
    expect(&life, Some("expired"), [0, 1]);
}

#[test]
fn a_request_whose_time_is_over_is_a_problem_under_strict() {
    let life = Life::new();
    life.file(ID, &record(ID, ""), "ana");
    life.repo.clock("2026-12-20T09:00:00Z");
    expect(&life, Some("expired"), [0, 1]);
}

#[test]
fn a_change_that_waits_is_a_problem_under_strict_once_it_waited_too_long() {
    let life = Life::new();
    life.filed(ID, &record(ID, LONG), "ana", "lee");
    life.repo.branch("edit").by("ana").edit(ID, "title: They still read it").commit("Edit");
    expect(&life, Some("waiting-approval"), [0, 0]);
    life.repo.clock("2026-12-10T09:00:00Z");
    expect(&life, Some("waiting-approval"), [0, 1]);
}

#[test]
fn a_duty_that_is_overdue_is_a_problem_under_strict() {
    let alert = "{id: CC1, description: Alert at night, owner: soc@example.com, status: active";
    let controls = format!(
        "{LONG}compensating_controls: [{alert}, verify_every: 10d, verified: 2026-11-20}}]\n"
    );
    let fix =
        format!("{LONG}fix: {{target: automation, plan: Replace the job, due: 2026-12-04}}\n");
    let reviewed = format!("{LONG}review_every: 15d\n");
    for (text, bucket, before) in [
        (&reviewed, "review-due", Some([0, 0])),
        (&controls, "control-stale", None),
        (&fix, "fix-overdue", None),
    ] {
        let life = Life::new();
        life.filed(ID, &record(ID, text), "ana", "lee");
        if let Some(codes) = before {
            life.repo.clock("2026-12-04T09:00:00Z");
            expect(&life, Some(bucket), codes);
        }
        life.repo.clock("2026-12-06T09:00:00Z");
        expect(&life, Some(bucket), [0, 1]);
    }
}

#[test]
fn a_decision_that_nobody_carried_out_is_a_problem_under_strict() {
    let triggers =
        "triggers: [{id: T1, when: The vendor ships client credentials, then: review}]\n";
    for (decision, bucket) in [
        (&["fire", ID, "T1"][..], "fired"),
        (&["review", ID, "--outcome", "close"], "review-says-close"),
        (&["review", ID, "--outcome", "reduce"], "review-says-reduce"),
    ] {
        let life = Life::new();
        life.filed(ID, &record(ID, &format!("{LONG}{triggers}")), "ana", "lee");
        life.decided("dana", decision, "lee");
        expect(&life, Some(bucket), [0, 1]);
    }
}

#[test]
fn an_owner_who_left_is_a_problem_under_strict() {
    let policy = POLICY.replace("groups:", "people: {roster: people.csv}\ngroups:");
    let life = Life::of(&policy);
    let roster =
        "email,name,team,active\nana@example.com,Ana Ruiz,p,yes\nlee@example.com,Lee,p,yes\n";
    life.repo.by("dana").write("people.csv", roster).commit("Begin the roster");
    life.filed(ID, &record(ID, LONG), "ana", "lee");
    let left = roster.replace("Ruiz,p,yes", "Ruiz,p,no");
    life.repo.by("dana").write("people.csv", &left).commit("Ana left");
    expect(&life, Some("ownerless"), [0, 1]);
}

#[test]
fn a_review_after_the_closure_is_a_problem_under_strict_once_it_is_overdue() {
    let life = Life::new();
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is retired, review_by: 2026-12-04}\n";
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock("2026-11-21T09:00:00Z");
    life.repo.branch("close").by("ana").edit(ID, closure.trim_end()).commit("Close it");
    life.merge("close", "lee", "");
    life.repo.clock("2026-12-05T09:00:00Z");
    expect(&life, Some("post-closure-review-due"), [0, 1]);
}

#[test]
fn a_suppression_that_was_adopted_is_success() {
    let life = Life::new();
    let adopted =
        format!("{LONG}deviates_from: {{rule: Every job has its own user, baseline: adopted}}\n");
    life.filed(ID, &record(ID, &adopted), "ana", "lee");
    expect(&life, Some("soon"), [0, 0]);
}

#[test]
fn a_file_that_is_gone_without_a_closure_is_shown_and_no_problem_of_the_queue() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock("2026-11-25T09:00:00Z");
    life.repo.by("ana").remove(ID).commit("Remove it");
    life.switch("main");
    expect(&life, None, [0, 0]);
}

#[test]
fn a_file_that_cannot_be_read_is_shown_and_no_problem_of_the_queue() {
    let life = Life::new();
    life.repo.by("ana").write(ID, "id: [\n").commit("Break it");
    life.switch("main");
    expect(&life, None, [0, 0]);
}

#[test]
fn what_cannot_be_determined_is_never_success_or_a_problem() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock("2026-12-20T09:00:00Z");
    let shallow = life.repo.clone_with(&["--depth", "1"]);
    for strict in [&[][..], &["--strict"]] {
        let args = [&["queue", "--on", "2026-12-20T09:00:00Z"], strict].concat();
        let run = crate::cli::run(shallow.path(), &args);
        assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    }
}
