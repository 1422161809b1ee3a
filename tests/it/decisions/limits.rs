//! How often and how long: renewals are counted from history, and what history can't tell is not guessed.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, record};

#[test]
fn limits_are_counted_from_history_and_lifted_by_a_redesign_alone() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for _ in 0..2 {
        life.decided(
            "ana",
            &[
                "renew",
                ID,
                "--for",
                "20d",
                "--reason",
                "The vendor is late",
            ],
            "lee",
        );
    }
    // An entry that somebody took out again is still a renewal in history.
    let text = life.text(ID);
    let start = text
        .find("  - {date: 2026-11-20, from: 2026-12-15")
        .unwrap();
    let end = start + text[start..].find('\n').unwrap() + 1;
    let text = text[..start].to_owned() + &text[end..];
    life.repo
        .branch("tidy")
        .by("ana")
        .write(ID, &text)
        .commit("Tidy up");
    life.merge("tidy", "lee", "");
    let renew = [
        "renew",
        ID,
        "--for",
        "10d",
        "--reason",
        "The vendor is late again",
    ];
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
    life.decided(
        "ana",
        &["note", ID, "--stage", "triage", "--note", "Seen"],
        "lee",
    );
    let clone = life.repo.clone_with(&["--depth=1"]);
    let run = |args: &[&str]| {
        let by = ["--by", "ana@example.com", "--on", "2026-11-25"];
        crate::cli::run(clone.path(), &[args, &by].concat())
    };
    let renewed = run(&[
        "renew",
        ID,
        "--for",
        "10d",
        "--reason",
        "The vendor is late",
    ]);
    assert_eq!(
        (renewed.code, renewed.out.as_str()),
        (3, ""),
        "{}",
        renewed.err
    );
    assert!(renewed.err.contains("--unshallow"), "{}", renewed.err);
    let noted = run(&["note", ID, "--stage", "triage", "--note", "Seen again"]);
    assert_eq!(noted.code, 0, "{}", noted.err);
}
