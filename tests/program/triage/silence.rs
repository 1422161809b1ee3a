//! Baselines with `since_last`, patterns and numbers in a real ledger, over several runs with observations.
//!
//! Follows `docs/spec/cli.md`, triage, and `docs/spec/policy.md`, baselines.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::triage::{are, counts, file, ledger, put, record};

const POLICY: &str = "version: 1
name: example/payments
groups: {security: [dana@example.com]}
tiers: [{name: standard, max_term: 90d}]
assets: [{match: ['cert:edge*'], owner: lee@example.com}]
baselines:
  - id: B1
    kind: token-use
    when: {type: vault.read}
    expect: {'svc:reports-*': {data.scope: ['kv/reports/**']}, 'svc:backup': {data.bytes: ['<=5000000']}}
    others: OTHERS
  - id: B4
    kind: certificate
    when: {type: cert.renewed}
    since_last: {by: [data.identity], at_least: 60d, at_most: 90d}
    notify: [security]
";

fn vault(others: &str) -> Repo {
    let repo = ledger(&POLICY.replace("OTHERS", others));
    repo.checkout();
    repo
}

/// Returns an event, told apart by its time.
fn event(kind: &str, day: &str, data: Value) -> String {
    let time = format!("{day}T02:00:00.750Z");
    json!({"type": kind, "source": "urn:vault", "id": format!("{kind} {time} {data}"), "time": time, "data": data}).to_string()
}

fn renewed(day: &str) -> String {
    event("cert.renewed", day, json!({"identity": "cert:edge"}))
}

fn run(repo: &Repo, day: &str, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", day, "triage"], args].concat())
}

fn asked(repo: &Repo, day: &str, args: &[&str]) -> (i32, Value) {
    let run = run(repo, day, &[args, &["--format", "json"]].concat());
    let value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err));
    (run.code, value)
}

/// Returns state and message of the only input.
fn only(answer: &Value) -> (String, String) {
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{answer}");
    let text = |key: &str| results[0][key].as_str().unwrap().to_owned();
    (text("state"), text("message"))
}

fn rows(repo: &Repo) -> String {
    let text =
        std::fs::read_to_string(Path::new(repo.path()).join("seen.jsonl")).unwrap_or_default();
    text.lines()
        .filter(|line| line.contains("\"baseline\""))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn who_reads_what_and_how_much_is_normal_or_not() {
    for (others, unlisted) in [("material", "uncovered"), ("routine", "routine")] {
        let repo = vault(others);
        for (data, expected, end) in [
            (
                json!({"identity": "svc:reports-eu", "scope": "kv/reports/2026/q4"}),
                "routine",
                "normal by baseline B1",
            ),
            (
                json!({"identity": "svc:reports-eu", "scope": "kv/admin"}),
                "uncovered",
                "data.scope is kv/admin: normal for svc:reports-eu is kv/reports/** (baseline B1); no exception covers it",
            ),
            (
                json!({"identity": "svc:backup", "bytes": 5_000_000}),
                "routine",
                "normal by baseline B1",
            ),
            (
                json!({"identity": "svc:backup", "bytes": 5_000_001}),
                "uncovered",
                "data.bytes is 5000001: normal for svc:backup is <=5000000 (baseline B1); no exception covers it",
            ),
            (
                json!({"identity": "svc:backup", "bytes": "many"}),
                "uncovered",
                "data.bytes is many, which is not a number (baseline B1); no exception covers it",
            ),
            (
                json!({"identity": "svc:new", "scope": "kv/reports/a"}),
                unlisted,
                if others == "material" {
                    "svc:new is not among the expected identities (baseline B1); no exception covers it"
                } else {
                    "normal by baseline B1"
                },
            ),
        ] {
            put(&repo, "one.jsonl", event("vault.read", "2026-11-21", data.clone()));
            let (code, answer) = asked(&repo, "2026-12-01", &["one.jsonl"]);
            assert_eq!(only(&answer), (expected.to_owned(), end.to_owned()), "{others} {data}");
            assert_eq!(code, i32::from(expected != "routine"), "{data}");
            assert_eq!(answer["silent"], json!([]));
        }
    }
}

#[test]
fn a_certificate_is_renewed_too_early_too_late_in_time_or_not_at_all() {
    let repo = vault("material");
    put(&repo, "1.jsonl", renewed("2026-06-01"));
    // The first renewal is unknown, and stays so until a person takes it as known.
    for _ in 0..2 {
        let (code, answer) =
            asked(&repo, "2026-06-02", &["1.jsonl", "--observations", "seen.jsonl"]);
        let why = "no earlier event of cert:edge is known in the observations: --learn takes it as known \
                   (baseline B4); no exception covers it";
        assert_eq!((code, only(&answer)), (1, ("uncovered".to_owned(), why.to_owned())));
        assert_eq!(rows(&repo), "");
    }
    let learned = run(&repo, "2026-06-02", &["1.jsonl", "--observations", "seen.jsonl", "--learn"]);
    assert_eq!(learned.code, 1, "{}", learned.out);
    assert!(learned.out.starts_with("1 input: 1 routine"), "{}", learned.out);
    let said = "warning: 1 first event taken as known (--learn): check that they are normal";
    assert!(learned.err.contains(said), "{}", learned.err);
    assert!(rows(&repo).contains(
        r#""baseline":"B4","by":{"data.identity":"cert:edge"},"last":"2026-06-01T02:00:00Z""#
    ));
    // The same file says the same again, and adds nothing.
    let before = rows(&repo);
    for args in [
        &["1.jsonl", "--observations", "seen.jsonl"][..],
        &["1.jsonl", "--observations", "seen.jsonl", "--learn"],
    ] {
        let (code, answer) = asked(&repo, "2026-06-02", args);
        assert_eq!((code, only(&answer).0), (0, "routine".to_owned()), "{answer}");
        assert_eq!(rows(&repo), before);
    }
    for (day, state, expected) in [
        (
            "2026-07-20",
            "uncovered",
            "cert:edge: 49 days after the last event at 2026-06-01T02:00:00Z, and at least 60d is normal",
        ),
        ("2026-08-10", "routine", "normal by baseline B4"),
        (
            "2026-09-15",
            "uncovered",
            "cert:edge: 106 days after the last event at 2026-06-01T02:00:00Z, and at most 90d is normal",
        ),
    ] {
        std::fs::copy(repo.path().join("seen.jsonl"), repo.path().join("copy.jsonl")).unwrap();
        put(&repo, "2.jsonl", renewed(day));
        let (code, answer) =
            asked(&repo, "2026-09-16", &["2.jsonl", "--observations", "copy.jsonl"]);
        let (is, why) = only(&answer);
        assert_eq!((is.as_str(), code), (state, i32::from(state == "uncovered")), "{why}");
        assert!(why.starts_with(expected), "{why}");
        assert_eq!(answer["silent"], json!([]), "{day}");
    }
    put(&repo, "none.jsonl", "");
    let (code, answer) =
        asked(&repo, "2026-08-30T02:00:00Z", &["none.jsonl", "--observations", "seen.jsonl"]);
    assert_eq!((code, &answer["silent"]), (0, &json!([])), "90 days to the second");
    let (code, answer) =
        asked(&repo, "2026-09-10", &["none.jsonl", "--observations", "seen.jsonl"]);
    assert_eq!(code, 1);
    assert_eq!(
        answer["silent"],
        json!([{
            "baseline": "B4", "by": {"data.identity": "cert:edge"}, "last": "2026-06-01T02:00:00Z", "days": 101,
            "route": {
                "owner": {"email": "lee@example.com", "name": null},
                "because": "owner of asset `cert:edge*`, which fits its identity",
                "notify": [{"email": "dana@example.com", "name": null}],
            },
        }])
    );
    let shown = run(&repo, "2026-09-10", &["none.jsonl", "--observations", "seen.jsonl"]).out;
    for text in [
        "1 silent",
        "cert:edge",
        "2026-06-01T02:00:00Z",
        "at most 90d is normal",
        "lee@example.com",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}

#[test]
fn without_observations_only_the_files_of_the_run_are_known_oldest_first() {
    let repo = vault("routine");
    put(&repo, "old.jsonl", renewed("2026-08-01"));
    put(&repo, "new.jsonl", renewed("2026-10-10"));
    let (code, answer) = asked(&repo, "2026-12-01", &["old.jsonl", "new.jsonl"]);
    assert_eq!((code, counts(&answer)), (1, are(&[("routine", 1), ("uncovered", 1)])));
    assert_eq!(
        answer["results"][0]["message"],
        "no earlier event of cert:edge is known in this run: give earlier files, \
        or --observations (baseline B4); no exception covers it"
    );
    let (_, answer) = asked(&repo, "2026-12-01", &["new.jsonl", "old.jsonl"]);
    assert_eq!(counts(&answer), are(&[("uncovered", 2)]));
    let why = answer["results"][1]["message"].as_str().unwrap();
    assert!(
        why.starts_with(
            "cert:edge: an event at 2026-10-10T02:00:00Z is known, which is later than this one"
        ),
        "{why}"
    );
    // An event that is stated twice counts once, and is not compared with itself.
    put(&repo, "twice.jsonl", format!("{}\n{}\n", renewed("2026-10-10"), renewed("2026-10-10")));
    let (_, answer) = asked(&repo, "2026-12-01", &["old.jsonl", "twice.jsonl", "new.jsonl"]);
    assert_eq!(counts(&answer), are(&[("routine", 1), ("uncovered", 1)]));
    let refused = run(&repo, "2026-12-01", &["old.jsonl", "--learn"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
}

#[test]
fn later_runs_continue_and_a_file_that_can_not_be_read_teaches_nothing() {
    let repo = vault("routine");
    put(&repo, "1.jsonl", renewed("2026-06-01"));
    put(&repo, "2.jsonl", renewed("2026-08-10"));
    put(&repo, "3.jsonl", renewed("2026-10-20"));
    let kept = ["--observations", "seen.jsonl"];
    let bad = format!("{}\nnot an event\n", renewed("2026-06-01"));
    put(&repo, "bad.jsonl", bad);
    assert_eq!(run(&repo, "2026-11-01", &[&["bad.jsonl", "--learn"][..], &kept].concat()).code, 3);
    assert_eq!(rows(&repo), "");
    assert_eq!(run(&repo, "2026-11-01", &[&["1.jsonl", "--learn"][..], &kept].concat()).code, 1);
    for args in [&["2.jsonl"][..], &["3.jsonl"], &["1.jsonl", "2.jsonl", "3.jsonl"]] {
        let (code, answer) = asked(&repo, "2026-11-01", &[args, &kept].concat());
        assert_eq!(
            (code, counts(&answer)),
            (0, are(&[("routine", args.len() as u64)])),
            "{answer}"
        );
    }
    assert_eq!(rows(&repo).lines().count(), 3);
}

#[test]
fn a_record_covers_what_is_unlisted_and_learning_still_fails() {
    let repo = ledger(&POLICY.replace("OTHERS", "material"));
    let text = record(
        "EXC-2026-C0VER",
        "brittle-dependency",
        "{resources: ['kv/a'], actions: [read]}",
        "2026-11-20",
        "2027-01-10",
    )
    .replace(
        "subject: {application: billing}",
        "subject: {identity: svc:new, identity_type: service-account}",
    );
    file(&repo, "EXC-2026-C0VER", &text);
    repo.checkout();
    let data = json!({"identity": "svc:new", "resource": "kv/a", "action": "read"});
    put(&repo, "one.jsonl", event("vault.read", "2026-11-21", data));
    let (code, answer) = asked(&repo, "2026-12-01", &["one.jsonl"]);
    assert_eq!((code, only(&answer).0), (0, "covered".to_owned()), "{answer}");
}
