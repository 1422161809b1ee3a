//! An earlier end needs no entry, reason or approval; a later end still needs all of them.

use crate::cli;
use exledger::diag::code::Code;

use crate::decisions::{ID, Life, record};
use crate::support::lint::codes_of;

/// The rules about ends, and about who must approve them.
const RULES: &[Code] = &[
    Code::SilentExtension,
    Code::TermTooLong,
    Code::RenewalLimit,
    Code::TotalLimit,
    Code::DecisionRewritten,
    Code::LandedUnapproved,
];

/// Returns the findings of `lint --base main` on the work tree, and its exit code.
fn linted(life: &Life) -> (i32, Vec<String>) {
    let args = ["lint", "--base", "main", "--format", "json"];
    let run = cli::run(life.repo.path(), &args);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    (run.code, codes_of(RULES, &answer))
}

#[test]
fn a_renewed_record_ends_earlier_by_one_command_and_needs_nobody() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let renewal = ["renew", ID, "--until", "2026-12-31", "--reason", "One job is left"];
    life.decided("ana", &renewal, "lee");
    life.repo.branch("shorten");
    life.switch("shorten");
    let answer = life.answer(0, "ana", &["shorten", ID, "--until", "2026-12-20"]);
    assert_eq!(answer["event"], "shortened");
    assert_eq!(
        answer["changes"],
        serde_json::json!([{"field": "expires", "from": "2026-12-31", "to": "2026-12-20"}])
    );
    life.commit("shorten", "ana");
    assert_eq!(linted(&life), (0, Vec::new()));
    let diff = life.answer(0, "sam", &["diff", "main"]);
    assert_eq!(codes_of(RULES, &diff), [""; 0]);
    let event = &diff["changes"][0]["events"][0];
    assert_eq!(event["event"], "shortened");
    assert_eq!(event["needs"]["count"], 0);
    life.merge("shorten", "ana", "");
    let view = life.show(ID);
    assert_eq!(view["status"], "active");
    assert_eq!(view["not_after"], "2026-12-21T00:00:00Z");
    let audit = life.answer(0, "sam", &["verify", ID]);
    let errors = audit["errors"].as_u64();
    assert_eq!(errors, Some(0), "{audit:#}");
    // What ends later again is a renewal.
    let text = life.text(ID).replace("expires: 2026-12-20", "expires: 2026-12-30");
    std::fs::write(life.repo.path().join(crate::support::repo::path_of(ID)), text).unwrap();
    assert_eq!(linted(&life), (1, vec!["error silent-extension".to_owned()]));
}

#[test]
fn what_is_no_earlier_end_is_refused_with_the_way_out() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for (until, said) in [
        ("2026-12-15", "exledger renew EXC-2026-7F3KQ --until 2026-12-15"),
        ("2027-01-15", "is not earlier"),
        ("2026-11-19", "exledger close EXC-2026-7F3KQ"),
        ("2026-02-30", "February 2026 has 28 days"),
    ] {
        let run = life.run("ana", &["shorten", ID, "--until", until]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{until}");
        assert!(run.err.contains(said), "{until}: {}", run.err);
    }
    let run = life.run("ana", &["shorten", ID]);
    assert!(run.err.contains("--until is missing"), "{}", run.err);
    let run = life.run("ana", &["renew", ID, "--until", "2026-12-01", "--reason", "No"]);
    assert!(run.err.contains("exledger shorten EXC-2026-7F3KQ"), "{}", run.err);
}

#[test]
fn an_empty_closure_is_none_and_makes_room_for_one() {
    let life = Life::new();
    life.filed(ID, &record(ID, "closure: {}"), "ana", "lee");
    assert_eq!(life.show(ID)["status"], "active");
    let run = cli::run(life.repo.path(), &["lint"]);
    assert_eq!(run.code, 0, "{}", run.out);
    let evidence = "log:https://ci.example.com/7";
    let close = ["close", ID, "--outcome", "remediated", "--reason", "Job retired"];
    life.answer(0, "ana", &[&close[..], &["--evidence", evidence]].concat());
    let text = life.text(ID);
    assert_eq!(text.matches("closure:").count(), 1, "{text}");
    assert_eq!(cli::run(life.repo.path(), &["lint"]).code, 0, "{text}");
}
