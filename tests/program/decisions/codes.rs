//! The exit codes of `queue`, each in a ledger that has only the case in question.

use crate::decisions::{ID, Life, record};
use crate::support::samples::EMERGENCY;

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
