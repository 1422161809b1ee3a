//! One golden for each command and format.

use crate::cli_answers::{ask, story};
use crate::support::golden;

#[test]
fn every_answer_looks_as_it_did() {
    let repo = story();
    let check = [
        "check",
        "--identity",
        "svc:billing-batch",
        "--resource",
        "db:invoices",
        "--action",
        "read",
        "--environment",
        "production",
    ];
    for (name, args) in [
        ("overview", &[][..]),
        ("list", &["list"]),
        ("list-all", &["list", "--all"]),
        ("show", &["show", "7F3KQ"]),
        ("show-unapproved", &["show", "5E1FA"]),
        ("show-invalid", &["show", "BR0KE"]),
        ("log", &["log", "7F3KQ"]),
        ("log-closed", &["log", "C10SE", "--patch"]),
        ("log-unapproved", &["log", "5E1FA"]),
        ("log-broken", &["log", "BR0KE"]),
        ("queue", &["queue"]),
        ("queue-by-owner", &["queue", "--by", "owner"]),
        ("patterns", &["patterns"]),
        ("report", &["report"]),
        ("check", &check),
        ("check-deny", &["check", "--application", "gateway"]),
        ("check-none", &["check", "--asset", "host:nowhere"]),
        ("lint", &["lint"]),
        ("verify", &["verify"]),
        ("explain", &["explain", "unknown-key"]),
        ("explain-history", &["explain", "changed-since-approval"]),
    ] {
        for format in ["table", "json", "jsonl", "csv", "markdown"] {
            let answer = ask(&repo, &[args, &["--format", format]].concat());
            assert_ne!(answer.code, 2, "{args:?}: {}", answer.err);
            let of =
                if answer.code == 0 { String::new() } else { format!("# exit {}\n", answer.code) };
            golden::check(&format!("cli/{name}.{format}"), &format!("{of}{}", answer.out));
        }
    }
    for command in ["lint", "verify"] {
        for format in ["github", "sarif", "junit", "gitlab"] {
            let answer = ask(&repo, &[command, "--format", format]);
            assert_eq!(answer.code, 1, "{}", answer.err);
            let versionless = answer.out.replace(env!("CARGO_PKG_VERSION"), "VERSION");
            golden::check(&format!("cli/{command}.{format}"), &versionless);
        }
    }
}

#[test]
fn the_four_questions_fit_one_screen() {
    let repo = story();
    for id in ["7F3KQ", "5E1FA", "BR0KE", "01D01", "C10SE"] {
        let answer = ask(&repo, &["show", id]);
        let first = answer.out.split("\n\n").next().unwrap();
        // A label and two blanks, then the answer, wrapped at 80 columns.
        let lines: usize = first.lines().map(|line| line.chars().count().div_ceil(66).max(1)).sum();
        assert!(lines <= 23, "{id} takes {lines} lines:\n{first}");
        for label in ["status", "approved"] {
            assert!(first.contains(label), "{id}: {label}");
        }
    }
}
