//! How often and how long: renewals are counted from history, and what history can't show is not guessed.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, record};

#[test]
fn limits_are_counted_from_history_and_lifted_by_a_redesign_alone() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for _ in 0..2 {
        life.decided(
            "ana",
            &["renew", ID, "--for", "20d", "--reason", "The vendor is late"],
            "lee",
        );
    }
    // A removed entry is still a renewal in history.
    let text = life.text(ID);
    let start = text.find("  - {date: 2026-11-20, from: 2026-12-15").unwrap();
    let end = start + text[start..].find('\n').unwrap() + 1;
    let text = text[..start].to_owned() + &text[end..];
    life.repo.branch("tidy").by("ana").write(ID, &text).commit("Tidy up");
    life.merge("tidy", "lee", "");
    let renew = ["renew", ID, "--for", "10d", "--reason", "The vendor is late again"];
    let err = refused(&life, &renew);
    assert!(err.contains("error[renewal-limit]"), "{err}");
    assert!(err.contains("references.redesign"), "{err}");
    for (more, lifts) in [
        ("references: {redesign: BILL-500}", false),
        (
            "references: {redesign: soon}\nfix: {target: automation, plan: Replace it, due: 2027-01-20}",
            false,
        ),
        (
            "references: {redesign: BILL-500}\nfix: {target: automation, plan: Replace it, due: 2026-11-19}",
            false,
        ),
        (
            "references: {redesign: BILL-500}\nfix: {target: automation, plan: Replace it, due: 2027-01-20}",
            true,
        ),
    ] {
        life.switch("main");
        life.repo.scribble(ID, &format!("{text}{more}\n"));
        let run = life.run("ana", &[&renew[..], &["--dry-run"]].concat());
        assert_eq!(run.code == 0, lifts, "{more}: {}", run.err);
    }
}

#[test]
fn a_shallow_clone_can_not_say_how_often_it_was_renewed() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &["note", ID, "--stage", "triage", "--note", "Seen"], "lee");
    let clone = life.repo.clone_with(&["--depth=1"]);
    let run = |args: &[&str]| {
        let by = ["--by", "ana@example.com", "--on", "2026-11-25"];
        crate::cli::run(clone.path(), &[args, &by].concat())
    };
    let renewed = run(&["renew", ID, "--for", "10d", "--reason", "The vendor is late"]);
    assert_eq!((renewed.code, renewed.out.as_str()), (3, ""), "{}", renewed.err);
    assert!(renewed.err.contains("--unshallow"), "{}", renewed.err);
    let noted = run(&["note", ID, "--stage", "triage", "--note", "Seen again"]);
    assert_eq!(noted.code, 0, "{}", noted.err);
}

#[test]
fn what_was_closed_and_filed_again_counts_as_a_renewal() {
    let life = Life::new();
    let earlier = "EXC-2026-00001";
    life.filed(earlier, &record(earlier, ""), "ana", "lee");
    let close = [
        "close",
        earlier,
        "--outcome",
        "withdrawn",
        "--reason",
        "It seemed to be over",
        "--evidence",
        "note:https://x.example.com/1",
    ];
    life.decided("ana", &close, "lee");
    life.repo.clock("2026-11-22T09:00:00Z");
    let again = "starts: 2026-11-22\ntitle: The invoices again";
    life.filed(ID, &record(ID, again), "ana", "lee");
    let renew = ["renew", ID, "--for", "5d", "--reason", "The vendor is late"];
    life.decided("ana", &renew, "lee");
    // Two renewals are allowed, and refiling was the first.
    let err = refused(&life, &renew);
    assert!(err.contains("error[renewal-limit]") && err.contains(earlier), "{err}");
    // A record about something else is counted separately.
    let other = "EXC-2026-00003";
    let text = record(other, "subject: {application: orders}");
    life.filed(other, &text, "ana", "lee");
    for _ in 0..2 {
        let renew = ["renew", other, "--for", "5d", "--reason", "The vendor is late"];
        life.decided("ana", &renew, "lee");
    }
}

#[test]
fn every_answer_counts_the_renewals_that_the_limits_count() {
    let life = Life::new();
    let filed = |id: &str, day: &str| {
        life.repo.clock(&format!("2026-{day}T09:00:00Z"));
        let text = record(id, &format!("starts: 2026-{day}\nexpires: 2027-01-10"));
        life.filed(id, &text, "ana", "lee");
    };
    for (id, day) in [("EXC-2026-00001", "11-20"), ("EXC-2026-00002", "11-24")] {
        filed(id, day);
        life.repo.wait("1d");
        let reason = "It seemed to be over";
        let evidence = "note:https://x.example.com/1";
        let close =
            ["close", id, "--outcome", "withdrawn", "--reason", reason, "--evidence", evidence];
        life.decided("ana", &close, "lee");
    }
    filed(ID, "11-28");
    // Something else with the same name.
    let other = "EXC-2026-00003";
    life.filed(other, &record(other, "deviates_from: {rule: Another rule}"), "ana", "lee");
    life.repo.clock("2026-12-20T09:00:00Z");
    let expected = serde_json::json!(["EXC-2026-00002", "EXC-2026-00001"]);
    for args in [
        &["show", ID][..],
        &["list"],
        &["list", "--all"],
        &["queue"],
        &["queue"],
        &["queue", "--approved-only"],
    ] {
        let run = life.run("sam", &[args, &["--format", "json"]].concat());
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let records = answer["records"].as_array().cloned();
        let mut records = records.unwrap_or_else(|| vec![answer["record"].clone()]).into_iter();
        let record = records.find(|record| record["id"] == ID).unwrap();
        let renewals = &record["renewals"];
        assert_eq!((&renewals["count"], &renewals["refiled"]), (&2.into(), &expected), "{args:?}");
        // Two and two days of the earlier ones, 44 of its own.
        let days = renewals["total_days"].as_i64().unwrap();
        assert_eq!(days, 43 + 2 + 2, "{args:?}");
        let next = &record["next"]["action"];
        let is_said = next.as_str().is_none_or(|next| next.contains("no renewals are left"));
        assert!(is_said, "{args:?}: {next}");
    }
    let shown = life.run("sam", &["show", ID]).out;
    assert!(
        shown.contains("2 of 2, previously filed as EXC-2026-00002, EXC-2026-00001"),
        "{shown}"
    );
    assert_eq!(life.show(other)["renewals"]["refiled"], serde_json::json!([]));
    let err = refused(&life, &["renew", ID, "--for", "5d", "--reason", "The vendor is late"]);
    assert!(
        err.contains("3 renewals in a row, previously filed as EXC-2026-00002, EXC-2026-00001"),
        "{err}"
    );
}

#[test]
fn a_renewal_on_a_shallow_branch_is_not_judged() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &["note", ID, "--stage", "triage", "--note", "Seen"], "lee");
    let renew = ["renew", ID, "--for", "5d", "--reason", "The vendor is late"];
    life.decide("later", "ana", &renew);
    life.switch("main");
    let clone = life.repo.clone_with(&["--depth=2", "--no-single-branch"]);
    let args = ["lint", "--base", "origin/main", "--on", "2026-11-25"];
    crate::support::repo::git(clone.path(), &["checkout", "-q", "later"]);
    let lint = crate::cli::run(clone.path(), &args);
    assert_eq!(lint.code, 3, "{}{}", lint.out, lint.err);
    assert!(lint.err.contains("--unshallow"), "{}", lint.err);
}
