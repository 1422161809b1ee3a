//! `new` and `init` at a terminal: prompts write the same bytes as flags; an interrupted run writes nothing.

use std::path::Path;

use crate::cli::run;
use crate::cli_new::{DAY, ledger};
use crate::terminal::{Terminal, screen};

pub(crate) const ENTER: &str = "\r";
pub(crate) const CTRL_C: &str = "\u{3}";

/// The keys that answer the six questions of the standard tier, each after its prompt.
pub(crate) const SIX: &[(&str, &str)] = &[
    ("Title, one line", "Nightly invoices read with the shared user\r"),
    ("Which control or rule", "Every job has its own user\r"),
    ("Which application, asset or identity", "billing\r"),
    ("What is the residual risk", "mod\r"),
    (
        "Why is it needed now",
        "The job is replaced in December; splitting the user now would stop invoicing.\r",
    ),
    ("What limits the risk", "Alert on use at night\r"),
];

const FLAGS: &[&str] = &[
    "new",
    "--on",
    DAY,
    "--title",
    "Nightly invoices read with the shared user",
    "--rule",
    "Every job has its own user",
    "--application",
    "billing",
    "--risk-level",
    "moderate",
    "--justification",
    "The job is replaced in December; splitting the user now would stop invoicing.",
    "--compensating-control",
    "Alert on use at night",
];

/// Returns the one record below a folder, its id replaced, and removes the file.
pub(crate) fn taken(folder: &Path) -> String {
    let records = folder.join("exceptions");
    let files: Vec<_> =
        std::fs::read_dir(&records).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    let id = files[0].file_stem().unwrap().to_str().unwrap().to_owned();
    std::fs::remove_dir_all(&records).unwrap();
    text.replace(&id, "ID")
}

pub(crate) fn terminal(folder: &Path) -> Terminal<'_> {
    Terminal { folder, columns: 80, variables: &[] }
}

fn then<'k>(keys: &[(&'k str, &'k str)], more: &[(&'k str, &'k str)]) -> Vec<(&'k str, &'k str)> {
    [keys, more].concat()
}

/// Files by keys and by flags, and compares the bytes.
fn same(args: &[&str], keys: &[(&str, &str)], flags: &[&str]) {
    let folder = ledger();
    let args = [&["new", "--on", DAY], args].concat();
    let seen = terminal(folder.path()).run(&args, keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let by_keys = taken(folder.path());
    let by_flags = run(folder.path(), &[FLAGS, flags].concat());
    assert_eq!(by_flags.code, 0, "{}", by_flags.err);
    assert_eq!(by_keys, taken(folder.path()));
}

#[test]
fn six_answers_by_keys_give_the_bytes_of_flags() {
    same(&[], &then(SIX, &[("Write it?", ENTER)]), &[]);
}

#[test]
fn a_control_is_found_by_its_id_and_by_words_of_its_title() {
    let flags: Vec<&str> = FLAGS.iter().copied().filter(|it| *it != "--rule").collect();
    for typed in ["nhi-07\r", "long-lived sec\u{1b}[B\r"] {
        let folder = ledger();
        let mut keys = then(SIX, &[("Write it?", ENTER)]);
        keys[1].1 = typed;
        let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
        assert_eq!(seen.code, 0, "{}", seen.bytes);
        let by_keys = taken(folder.path());
        let flags: Vec<&str> = flags
            .iter()
            .map(|it| {
                if *it == "Every job has its own user" {
                    "--control=owasp-nhi:NHI7:2025"
                } else {
                    it
                }
            })
            .collect();
        let by_flags = run(folder.path(), &flags);
        assert_eq!(by_flags.code, 0, "{}", by_flags.err);
        assert_eq!(by_keys, taken(folder.path()));
    }
}

#[test]
fn an_identity_and_what_decides_the_tier_are_asked_too() {
    let mut keys = SIX.to_vec();
    keys[2].1 = "svc:billing-batch\r";
    keys[3].1 = "high\r";
    keys.splice(
        3..3,
        [
            ("What type of identity", "service\r"),
            ("Which credential", "vault:prod/billing/db\r"),
            ("What does the identity do", "nightly invoice run\r"),
        ],
    );
    keys.extend([
        ("Which environment", "production\r"),
        ("What could be reached", "Invoices of one region\r"),
        ("What are the steps to roll back", "Disable the key\r"),
        ("When is a rollback necessary", "Any use from an unknown address\r"),
        ("Write it?", ENTER),
    ]);
    let folder = ledger();
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let by_keys = taken(folder.path());
    let flags: Vec<&str> = FLAGS
        .iter()
        .map(|it| match *it {
            "--application" => "--identity",
            "billing" => "svc:billing-batch",
            "moderate" => "high",
            it => it,
        })
        .collect();
    let more = [
        "--identity-type",
        "service-account",
        "--credential",
        "vault:prod/billing/db",
        "--task",
        "nightly invoice run",
        "--environment",
        "production",
        "--blast-radius",
        "Invoices of one region",
        "--rollback-plan",
        "Disable the key",
        "--rollback-criteria",
        "Any use from an unknown address",
    ];
    let by_flags = run(folder.path(), &[&flags[..], &more].concat());
    assert_eq!(by_flags.code, 0, "{}", by_flags.err);
    assert_eq!(by_keys, taken(folder.path()));
}

#[test]
fn a_refused_answer_is_asked_again_in_the_words_of_the_rule() {
    let mut keys = SIX.to_vec();
    // Ctrl-U empties the line; the refused answer is still in it.
    keys.splice(
        0..1,
        [
            ("Title, one line", "TBD\r"),
            ("[placeholder]", "\u{15}Nightly invoices read with the shared user\r"),
        ],
    );
    let at = keys.iter().position(|(wait, _)| wait.starts_with("Why")).unwrap();
    let long = keys[at].1;
    keys.splice(
        at..=at,
        [
            ("Why is it needed now", "\r"),
            ("an answer is needed", "Too short\r"),
            ("[short-justification]", "\u{15}"),
            ("> ", long),
        ],
    );
    same(&[], &then(&keys, &[("Write it?", ENTER)]), &[]);
}

#[test]
fn each_derived_value_is_shown_and_can_be_changed() {
    let folder = ledger();
    let keys = then(
        SIX,
        &[
            ("Write it?", "expires\r"),
            ("2027-02-18 at the latest", "\u{15}200d\r"),
            ("[term-too-long]", "\u{15}30d\r"),
            ("Write it?", "root_cause\r"),
            ("What is the root cause", "brittle\r"),
            ("Write it?", "owner\r"),
            ("Who is accountable for it?", "lee\r"),
            ("Write it?", "CC1 status\r"),
            ("Is it in place?", "active\r"),
            ("Write it?", ENTER),
        ],
    );
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    for shown in ["root_cause: unclassified", "starts: 2026-11-20", "class: standard"] {
        assert!(seen.bytes.contains(&format!("  {shown}  ")), "{shown}: {}", seen.bytes);
    }
    let by_keys = taken(folder.path());
    let more = [
        "--expires=30d",
        "--root-cause=brittle-dependency",
        "--owner-email=lee@example.com",
        "--control-status=active",
    ];
    let by_flags = run(folder.path(), &[FLAGS, &more].concat());
    assert_eq!(by_flags.code, 0, "{}", by_flags.err);
    assert_eq!(by_keys, taken(folder.path()));
}

#[test]
fn an_emergency_asks_three_things() {
    let folder = ledger();
    let keys = [SIX[0], SIX[2], SIX[4], ("Which environment", "staging\r"), ("Write it?", ENTER)];
    let args = ["new", "--emergency", "--on", "2026-11-20T10:00:00Z"];
    let seen = terminal(folder.path()).run(&args, &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let text = taken(folder.path());
    for line in
        ["starts: 2026-11-20T10:00:00Z", "expires: 2026-11-23T10:00:00Z", "Review within 24h"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn ctrl_c_leaves_nothing_wherever_it_is_pressed() {
    let at_each_question = (0..=SIX.len()).map(|n| {
        let next = SIX.get(n).map_or("Write it?", |(wait, _)| *wait);
        (&["new", "--on", DAY][..], then(&SIX[..n], &[(next, CTRL_C)]))
    });
    // The same when people choose to stop, press Ctrl-D, or are asked by `init`.
    let otherwise = [
        (&["new", "--on", DAY][..], then(SIX, &[("Write it?", "stop\r")])),
        (&["new"], vec![("Title, one line", "\u{4}")]),
        (&["init"], vec![("How does this repository merge", CTRL_C)]),
    ];
    // Each waits for its prompts most of the time.
    std::thread::scope(|scope| {
        for (args, keys) in at_each_question.chain(otherwise) {
            scope.spawn(move || {
                let folder = ledger();
                let seen = terminal(folder.path()).run(args, &keys);
                assert_eq!(seen.code, 130, "{args:?} {keys:?}: {}", seen.bytes);
                assert_eq!(
                    left(folder.path()),
                    [".git", "exledger.yaml", "people.csv"],
                    "{keys:?}"
                );
            });
        }
    });
}

#[test]
fn init_asks_how_it_merges_and_who_the_two_people_are() {
    let folder = crate::support::temporary();
    git2::Repository::init(folder.path()).unwrap();
    let keys = [
        ("How does this repository merge", "squash\r"),
        ("the first of two people", "777+nweber\r"),
        ("after the login stands the person's address", "=nina@example.com\r"),
        ("the second of two people", "777+nweber=omar@example.com\r"),
        ("are one login", "\u{15}901+odiaz=omar@example.com\r"),
    ];
    let seen = terminal(folder.path()).run(&["init"], &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let policy = std::fs::read_to_string(folder.path().join("exledger.yaml")).unwrap();
    for line in [
        "logins: {\"777+nweber\": \"nina@example.com\", \"901+odiaz\": \"omar@example.com\"}",
        "groups: {approvers: [\"nina@example.com\", \"omar@example.com\"]}",
    ] {
        assert!(policy.contains(line), "{policy}");
    }
}

/// Returns the content of a folder.
fn left(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_would_not_lint_is_told_and_mended_before_it_is_written() {
    let keys = then(
        SIX,
        &[
            ("It would not pass lint", ENTER),
            ("When does it end?", "\u{15}60d\r"),
            ("Write it?", ENTER),
        ],
    );
    same(&["--expires", "2027-12-20"], &keys, &["--expires", "60d"]);
}

#[test]
fn prompts_have_colours_only_where_they_may() {
    let folder = ledger();
    for (variables, args, coloured) in [
        (&[][..], &["new"][..], true),
        (&[("NO_COLOR", "1")], &["new"], false),
        (&[], &["new", "--color", "never"], false),
        (&[("TERM", "dumb")], &["new"], false),
    ] {
        let terminal = Terminal { folder: folder.path(), columns: 80, variables };
        let seen = terminal.run(args, &[("Title, one line", CTRL_C)]);
        let has_colour = seen.bytes.contains("\u{1b}[1m");
        assert_eq!(has_colour, coloured, "{variables:?} {args:?} {:?}", seen.bytes);
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for columns in [40, 80, 140] {
        let folder = ledger();
        let terminal = Terminal { folder: folder.path(), columns, variables: &[] };
        let keys = then(SIX, &[("Write it?", "stop\r")]);
        let seen = terminal.run(&["new", "--on", DAY], &keys);
        let rows = screen(&seen.bytes, usize::from(columns));
        assert_eq!(rows.last().unwrap(), "interrupted: nothing was written");
        assert!(rows.iter().any(|row| row.starts_with("Residual risk: moderate")), "{rows:#?}");
        // The question is gone; the answers stay.
        assert!(!rows.iter().any(|row| row.contains("Write it?")), "{rows:#?}");
    }
}
