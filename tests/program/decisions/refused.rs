//! What decisions refuse: exit code 2, nothing on stdout, not a byte changed, and how to fix it.

use crate::decisions::{ID, Life, record};

const TRIGGER: &str = "triggers: [{id: T1, when: The vendor ships, then: review}]\n";

/// Runs a command that is refused; returns its error output.
pub(super) fn refused(life: &Life, args: &[&str]) -> String {
    let before = life.text(ID);
    let run = life.run("lee", args);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    assert_eq!(life.text(ID), before, "{args:?}");
    run.err
}

/// Senseless arguments, and the messages about them.
const SENSELESS: &[(&[&str], &str)] = &[
    (&["renew", "--for", "10d", "--reason", "Late"], "there is no record"),
    (&["renew", ID, "--reason", "Late"], "--until or --for is missing"),
    (&["renew", ID, "--for", "10d"], "--reason is missing"),
    (&["renew", ID, "--for", "10d", "--reason", "  "], "--reason is placeholder text"),
    (&["renew", ID, "--for", "10d", "--reason", "TBD"], "error[placeholder]"),
    (&["renew", ID, "--for", "36h", "--reason", "Late"], "not a whole number of days"),
    (&["renew", ID, "--for", "0d", "--reason", "Late"], " is zero"),
    (&["renew", ID, "--for", "10x", "--reason", "Late"], "not a duration"),
    (
        &["renew", ID, "--for", "3m", "--reason", "Late"],
        "`3m` is not a duration: did you mean 3mo? write it as 36h, 30d, 2w, 3mo or 1y\n",
    ),
    (&["renew", ID, "--for", "4294967295d", "--reason", "Late"], "4294967295d is too long"),
    (&["renew", ID, "--until", "90d", "--reason", "Late"], "is a duration: give it with --for 90d"),
    (&["renew", ID, "--until", "2026-2-3", "--reason", "Late"], "did you mean 2026-02-03?"),
    (&["queue", "--messages", "--since", "24 hours"], "did you mean 24h?"),
    (&["queue", "--messages", "--since", "2026-2-3"], "did you mean 2026-02-03?"),
    (&["list", "--as-of", "2026-2-3"], "did you mean 2026-02-03?"),
    (&["renew", ID, "--until", "2026-12-15", "--reason", "Late"], "ends on 2026-12-15 already"),
    (&["renew", ID, "--until", "2026-12-20"], "a later end needs a reason"),
    (&["renew", ID, "--until", "2026-02-30", "--reason", "Late"], "neither a day nor an instant"),
    (&["renew", ID, "--until", "2027-06-01", "--reason", "Late"], "error[term-too-long]"),
    (
        &["renew", ID, "--until", "2027-01-01", "--for", "1d", "--reason", "Late"],
        "cannot be used with",
    ),
    (
        &["renew", ID, "EXC-2026-00000", "--for", "1d", "--reason", "Late"],
        "the work tree has no record",
    ),
    (
        &["renew", ID, "--owner", "ana@example.com", "--for", "1d", "--reason", "Late"],
        "both ids and a filter",
    ),
    (&["review", ID, "--outcome", "fine"], "invalid value 'fine'"),
    (&["review", ID, "--outcome", "close", "--by", "lee"], "--by lee is not an address"),
    (&["review", ID, "--outcome", "close", "--as-of", "2026-11-20"], "--as-of asks about the past"),
    (
        &["note", ID, "--stage", "triage", "--note", "We saw a\u{200B}b"],
        "at `handling` hides something: an escape in this text is U+200B, a zero-width space",
    ),
    (&["fire", ID, "T9"], "has no trigger T9"),
    (&["review", ID, "--control", "CC9"], "has no control CC9"),
    (&["review", ID, "--control", "CC1", "--evidence", "nothing"], "there is no file"),
    (&["review", ID, "--control", "CC1", "--evidence", "log:gone.txt"], "there is no file"),
    (&["review", ID, "--control", "CC1", "--evidence", "log:"], "is not evidence"),
    (&["transfer", ID, "--to", "ana@example.com"], "already owns EXC-2026-7F3KQ"),
    (&["transfer", ID, "--to", "lee"], "--to lee is not an address"),
    (&["transfer", ID], "--to is missing"),
    (
        &["transfer", "--from", "kim@example.com", "--to", "lee@example.com"],
        "no open record has the owner kim@example.com",
    ),
    (
        &["transfer", ID, "--from", "ana@example.com", "--to", "lee@example.com"],
        "cannot be used with",
    ),
    (&["note", ID, "--stage", "triage"], "--note is missing"),
    (&["note", ID, "--stage", "sleep", "--note", "x"], "invalid value 'sleep'"),
    (&["close", ID, "--outcome", "remediated"], "--reason is missing"),
    (&["close", ID], "--outcome and --reason are missing"),
    (
        &["close", ID, "--reason", "Job retired"],
        "help: use one of remediated, revoked, superseded, withdrawn\n",
    ),
    (&["renew", ID], "--until or --for, and --reason for a later end, is missing"),
    (&["note", ID], "--stage and --note are missing"),
    (&["close", ID, "--outcome", "rejected", "--reason", "No"], "exledger reject"),
    (
        &["close", ID, "--outcome", "done", "--reason", "No"],
        "`done` is not a valid --outcome: did you mean `remediated`?",
    ),
    (&["close", ID, "--outcome", "revoked", "--reason", "Gone", "--check", "x"], "has no answer"),
    (
        &[
            "close",
            ID,
            "--outcome",
            "revoked",
            "--reason",
            "Gone",
            "--check",
            "x=E1",
            "--evidence",
            "E2=log:exledger.yaml",
        ],
        "its closure lacks checks.x (there is no evidence E1)",
    ),
    (
        &[
            "close",
            ID,
            "--outcome",
            "revoked",
            "--reason",
            "Gone",
            "--check",
            "x=a",
            "--check",
            "x=b",
        ],
        "given twice",
    ),
    (
        &[
            "close",
            ID,
            "--outcome",
            "revoked",
            "--reason",
            "Gone",
            "--access-verified",
            "then=2026-11-20",
        ],
        "is not before, during or after",
    ),
    (
        &[
            "close",
            ID,
            "--outcome",
            "revoked",
            "--reason",
            "Gone",
            "--evidence",
            "E1=log:exledger.yaml",
            "--evidence",
            "E1=log:exledger.yaml",
        ],
        "has evidence E1 already",
    ),
    (
        &[
            "close",
            ID,
            "--outcome",
            "revoked",
            "--reason",
            "Gone",
            "--evidence",
            "E1=key:https://u:Sup3rS3cret7x@x.example.com/",
        ],
        "error[secret]",
    ),
    (&["close", ID, "--reviewed", "--outcome", "effective"], "is not closed"),
    (
        &["close", ID, "--outcome", "revoked", "--reason", "Gone", "--check", "left=tbd"],
        "its closure lacks checks.left (`tbd` is not an answer)",
    ),
    (
        &["close", ID, "--outcome", "revoked", "--reason", "Gone", "--check", "left=n/a: no"],
        "checks.left (`n/a` needs a reason of at least 10 characters: `n/a: …`)",
    ),
    (&["note", ID, "--stage", "triage", "--note", "tbd"], "error[placeholder]"),
    (&["review", ID, "--outcome", "still-needed", "--note", "n/a"], "error[placeholder]"),
    (&["fire", ID, "T1", "--note", "???"], "error[placeholder]"),
];

#[test]
fn what_makes_no_sense_is_refused_with_the_way_out() {
    let life = Life::new();
    life.filed(ID, &record(ID, TRIGGER), "ana", "lee");
    for (args, said) in SENSELESS {
        let err = refused(&life, args);
        assert!(err.contains(said), "{args:?}: {err}");
    }
    assert!(!life.repo.path().join("evidence").exists(), "nothing is kept of what is refused");
}

#[test]
fn a_file_with_faults_is_not_edited_and_every_fault_is_named() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.scribble(ID, &record(ID, "expire: 2027-01-01\nrisk: {level: awful}"));
    let err = refused(&life, &["review", ID, "--outcome", "close"]);
    assert!(
        err.contains("has 2 faults") && err.contains("unknown-key") && err.contains("bad-value"),
        "{err}"
    );
    // An error in existing content counts, too: the result would not pass `lint`.
    life.repo.scribble(ID, &record(ID, "justification: Too short"));
    let err = refused(&life, &["review", ID, "--outcome", "close"]);
    assert!(err.contains("would not pass lint") && err.contains("short-justification"), "{err}");
    life.repo.scribble(ID, "- not a map\n");
    refused(&life, &["review", ID, "--outcome", "close"]);
    std::fs::write(life.repo.path().join(format!("exceptions/{ID}.yaml")), b"id: \xff\xfe")
        .unwrap();
    let run = life.run("lee", &["review", ID, "--outcome", "close"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

#[test]
fn a_path_is_that_of_the_records_own_file() {
    let life = Life::new();
    life.filed(ID, &record(ID, TRIGGER), "ana", "lee");
    let own = format!("exceptions/{ID}.yaml");
    let whole = life.repo.path().join(&own);
    let reviewed = |path: &str| {
        let args = ["review", path, "--outcome", "close", "--dry-run"];
        life.run("lee", &args).code
    };
    for path in [own.as_str(), &format!("./{own}"), &whole.to_string_lossy()] {
        assert_eq!(reviewed(path), 0, "{path}");
        assert_eq!(life.run("lee", &["show", path]).code, 0, "{path}");
    }
    let said = format!("is not the file of {ID}\n  help: give its id; its file is {own}");
    assert_eq!(reviewed(&format!("{ID}.yaml")), 0);
    std::fs::write(life.repo.path().join(format!("{ID}.yaml")), "another\n").unwrap();
    for path in [format!("/nowhere/{ID}.yaml"), format!("{ID}.yaml"), format!("drafts/{ID}.yml")] {
        for args in [
            &["review", &path, "--outcome", "close"][..],
            &["close", &path, "--outcome", "remediated", "--reason", "Rotated"],
            &["fire", &path, "T1"],
            &["reject", &path, "--reason", "There are two"],
            &["show", &path],
            &["log", &path],
            &["verify", &path],
            &["new", "--no-input", "--draft", "--like", &path],
            &["approve", &path],
        ] {
            let err = refused(&life, args);
            assert!(err.contains(&said), "{args:?}: {err}");
        }
    }
    std::fs::remove_file(whole).unwrap();
    assert_eq!(life.run("lee", &["show", &own]).code, 0, "of the approved ref");
}

#[test]
fn an_address_of_git_that_is_none_is_named_as_that_of_git() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.config("user.email", "ana");
    let now = life.repo.now().to_string();
    let review = ["review", ID, "--outcome", "still-needed", "--on", &now];
    let run = crate::cli::run(life.repo.path(), &review);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("git's user.email is ana, which is not an address"), "{}", run.err);
    assert!(run.err.contains("git config user.email YOU@EXAMPLE.COM"), "{}", run.err);
    assert!(!run.err.contains("--by ana"), "{}", run.err);
}

#[test]
fn a_flag_that_is_missing_is_named_once() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for (args, said) in [
        (
            &["renew", ID, "--for", "10d"][..],
            "error: --reason is missing\n  help: `--help` has an example\n",
        ),
        (
            &["review", ID],
            "error: --outcome is missing\n  help: use one of still-needed, reduce, close\n",
        ),
        (
            &["close", ID],
            "error: --outcome and --reason are missing\n  help: --outcome is one of remediated, revoked, superseded, withdrawn; `--help` has an example\n",
        ),
    ] {
        assert_eq!(refused(&life, args), said);
    }
}

#[test]
fn a_record_that_only_a_branch_has_is_said_to_be_there() {
    let life = Life::new();
    life.file(ID, &record(ID, ""), "ana");
    life.switch("main");
    for args in [
        &["reject", "7F3KQ", "--reason", "Rotate the key instead"][..],
        &["close", "7F3KQ", "--outcome", "withdrawn", "--reason", "The job is retired"],
    ] {
        let run = life.run("lee", args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
        let said = format!(
            "error: the work tree has no record 7F3KQ\n  help: file-{ID} proposes it: run `git switch file-{ID}`, then the command again\n"
        );
        assert_eq!(run.err, said);
    }
    // The command that is printed works as it stands.
    life.switch(&format!("file-{ID}"));
    let run = life.run("lee", &["reject", "7F3KQ", "--reason", "Rotate the key instead"]);
    assert_eq!(run.code, 0, "{}", run.err);
    life.switch("main");
    let run = life.run("lee", &["reject", "NEW42", "--reason", "Rotate the key instead"]);
    assert!(run.err.contains("run `exledger list --all` for the ids"), "{}", run.err);
}
