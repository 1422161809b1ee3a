//! Decisions at a terminal: prompts ask for what is missing, and write the same bytes as flags.

use crate::decisions::{ID, Life, record};
use crate::terminal::Terminal;

const CERTIFICATE: &str = "\
title: The partner gateway keeps its old certificate
deviates_from: {rule: Certificates are renewed before they end, baseline: certificate}
subject: {identity: cert:gateway-7, identity_type: certificate, credential: vault:pki/gateway-7, task: settlement}
";

/// Makes a decision by keys and by flags, and compares the bytes; the clock is fixed.
fn same(life: &Life, by_keys: &[&str], keys: &[(&str, &str)], by_flags: &[&str]) {
    let clock = ["--by", "lee@example.com", "--on", "2026-11-25"];
    let terminal = Terminal { folder: life.repo.path(), columns: 100, variables: &[] };
    let seen = terminal.run(&[by_keys, &clock].concat(), keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let written = life.text(ID);
    life.repo.checkout();
    let run = crate::cli::run(life.repo.path(), &[by_flags, &clock].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(written, life.text(ID));
    life.repo.checkout();
}

#[test]
fn what_is_missing_is_asked() {
    let life = Life::new();
    life.filed(ID, &record(ID, CERTIFICATE), "ana", "lee");
    same(
        &life,
        &["renew"],
        &[
            ("Which record", "\r"),
            ("New end", "1999-01-01\r\u{15}2026-02-30\r\u{15}30d\r"),
            ("Why can it not end yet", "The vendor is late\r"),
        ],
        &["renew", ID, "--for", "30d", "--reason", "The vendor is late"],
    );
    same(
        &life,
        &["review", ID],
        &[("Outcome of the review", "\r")],
        &["review", ID, "--outcome", "still-needed"],
    );
    same(
        &life,
        &["transfer", ID],
        &[("Who is the new owner", "kim@example.com\r")],
        &["transfer", ID, "--to", "kim@example.com"],
    );
    same(
        &life,
        &["close", ID],
        &[
            ("What was the outcome", "\r"),
            ("Why can it be closed", "Replaced on the gateway\r"),
            ("Evidence? A file", "https://ci.example.com/7 and\r\u{15}3f2c9a7b\r"),
            ("why-missed", "tbd\r\u{15}E2\r\u{15}The calendar named somebody who had left\r"),
            ("impact", "Nobody else held the key\r"),
            ("prevention", "The end of each certificate is an alert\r"),
        ],
        &[
            "close",
            ID,
            "--outcome",
            "remediated",
            "--reason",
            "Replaced on the gateway",
            "--check",
            "why-missed=The calendar named somebody who had left",
            "--check",
            "impact=Nobody else held the key",
            "--check",
            "prevention=The end of each certificate is an alert",
            "--evidence",
            "commit:3f2c9a7b",
        ],
    );
}

#[test]
fn broken_off_writes_nothing() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let before = life.text(ID);
    let terminal = Terminal { folder: life.repo.path(), columns: 100, variables: &[] };
    for (args, question) in [
        (&["renew", ID, "--by", "ana@example.com"][..], "New end"),
        (&["renew", "--for", "3d"], "Which record"),
        (&["review", ID], "Outcome of the review"),
        (&["close", ID], "What was the outcome"),
    ] {
        let seen = terminal.run(args, &[(question, "\u{3}")]);
        assert_eq!(seen.code, 130, "{args:?}: {}", seen.bytes);
        assert!(!seen.bytes.contains("rejected"), "a word that is refused");
        assert_eq!(life.text(ID), before, "{args:?}");
    }
}

#[test]
fn a_new_end_is_asked_for_below_the_present_and_the_latest_one() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let terminal = Terminal { folder: life.repo.path(), columns: 120, variables: &[] };
    let now = life.repo.now().to_string();
    let args = ["renew", ID, "--by", "ana@example.com", "--dry-run", "--on", &now];
    let seen = terminal.run(
        &args,
        &[
            ("New end", "2099-01-01\r"),
            ("after the latest day allowed", "\u{15}2026-12-15\r"),
            ("already", "\u{15}2026-11-01\r"),
            ("is in the past", "\u{15}2026-12-01\r"),
        ],
    );
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let shown =
        "EXC-2026-7F3KQ ends on 2026-12-15; a renewal may move it to 2027-03-15 at the latest";
    assert!(seen.bytes.contains(shown), "{}", seen.bytes);
    assert!(!seen.bytes.contains("Why can it not end yet"), "an earlier end has no reason");
    // The latest end is one that the rules take.
    let seen = terminal
        .run(&args, &[("New end", "2027-03-15\r"), ("Why can it not", "The vendor is late\r")]);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    // An end by a flag is tried before anybody writes a reason.
    let given = [&args[..], &["--until", "2099-01-01"]].concat();
    let seen = terminal.run(&given, &[]);
    assert_eq!(seen.code, 2, "{}", seen.bytes);
    assert!(seen.bytes.contains("term-too-long"), "{}", seen.bytes);
}

#[test]
fn a_record_that_cannot_end_later_says_why_before_the_question() {
    let life = Life::new();
    let again = "expires: 2026-12-18\nrenewals:\n- {date: 2026-11-20, from: 2026-12-10, until: 2026-12-15, reason: The vendor is late}\n- {date: 2026-11-20, from: 2026-12-15, until: 2026-12-18, reason: The vendor is late}\n";
    life.filed(ID, &record(ID, again), "ana", "lee");
    let terminal = Terminal { folder: life.repo.path(), columns: 120, variables: &[] };
    let now = life.repo.now().to_string();
    let seen = terminal
        .run(&["renew", ID, "--by", "ana@example.com", "--on", &now], &[("New end", "\u{3}")]);
    assert_eq!(seen.code, 130, "{}", seen.bytes);
    assert!(seen.bytes.contains("ends on 2026-12-18; it cannot end later"), "{}", seen.bytes);
}
