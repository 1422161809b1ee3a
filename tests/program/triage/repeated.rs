//! Repetition in a real repository: three months of events of eleven workflows, one of which has a wave of overrides.

use std::fmt::Write;
use std::path::Path;

use exledger::features;
use exledger::features::triage::answer::{TriageAnswer, TriageRequest};
use exledger::features::triage::sources::Source;
use exledger::record::time::{Day, Instant};
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use serde_json::{Value, json};

use crate::cli;
use crate::support::repo::Repo;
use crate::triage::{ON, json as asked, ledger, put, run};

const POLICY: &str = "version: 1
name: example/payments
assets:
  - {match: [onboarding], owner: kim@example.com, notify: [ana@example.com]}
";

const CAUSES: [&str; 8] = [
    "timeout",
    "tool-access",
    "policy-conflict",
    "unclear-ownership",
    "missing-approval-context",
    "bad-source-data",
    "handoff-failure",
    "brittle-dependency",
];

/// A ledger without records, with its policy in the work tree.
fn checked_out() -> Repo {
    let repo = ledger(POLICY);
    repo.checkout();
    repo
}

/// Adds the events of a workflow on a day; each of the first ones has a cause.
fn add(text: &mut String, workflow: &str, day: Day, n: usize, causes: &[&str]) {
    for index in 0..n {
        let at = day.start().plus_seconds(i64::try_from(index).unwrap() * 1_200);
        let event = json!({
            "type": "workflow.step", "source": format!("/wf/{workflow}"), "id": format!("{workflow}-{at}"),
            "time": at, "data": {"application": workflow, "cause": causes.get(index)},
        });
        writeln!(text, "{event}").unwrap();
    }
}

/// Returns the events of a month. In November, onboarding has a wave of timeouts; every noisy workflow has four deviations
/// on each day, of every cause.
fn month(from: &str, days: i64) -> String {
    let mut text = String::new();
    let first = Day::new(from).unwrap();
    for day in (0..days).map(|n| first.plus_days(n)) {
        let n = usize::try_from(day.days_since(Day::new("2026-09-01").unwrap())).unwrap();
        for workflow in 0..10 {
            let causes: Vec<&str> = (0..4).map(|k| CAUSES[(n + workflow + 3 * k) % 8]).collect();
            add(&mut text, &format!("noisy-{workflow}"), day, 12, &causes);
        }
        if day >= Day::new("2026-11-16").unwrap() {
            add(&mut text, "onboarding", day, 32, &["timeout"; 20]);
        } else if day < Day::new("2026-11-01").unwrap() {
            add(&mut text, "onboarding", day, 16, &["timeout"; 1][..usize::from(n % 9 == 0)]);
        }
    }
    text
}

fn triage<'s>(session: &'s Session, folder: &Path, file: &str, on: &str) -> TriageAnswer<'s> {
    let observations = folder.join("observations.jsonl");
    let request = TriageRequest { observations: Some(&observations), ..TriageRequest::default() };
    let source = Source::open(file.to_owned(), &folder.join(file)).unwrap();
    let at = Moment::at(Instant::parse(on).unwrap());
    features::triage::answer(session, &at, vec![source], &request).unwrap()
}

#[test]
fn a_wave_of_overrides_is_named_and_ten_noisy_workflows_are_not() {
    let repo = checked_out();
    let folder = repo.path();
    put(&repo, "september.jsonl", month("2026-09-01", 30));
    put(&repo, "october.jsonl", month("2026-10-01", 31));
    put(&repo, "november.jsonl", month("2026-11-01", 30));
    std::fs::copy(folder.join("november.jsonl"), folder.join("copy.jsonl")).unwrap();
    let session = Session::open(folder, Options::default()).unwrap();
    for (file, n_files, named) in [
        ("september.jsonl", 1, 0),
        ("october.jsonl", 1, 0),
        ("november.jsonl", 1, 1),
        // The same bytes under another name.
        ("copy.jsonl", 0, 1),
    ] {
        let mut answer = triage(&session, folder, file, ON);
        assert_eq!(answer.record_observations().unwrap(), Some(n_files), "{file}");
        assert_eq!(answer.observed.counted_before.len(), 1 - n_files, "{file}");
        assert!(answer.observed.overlaps.is_empty() && answer.observed.left_out == 0, "{file}");
        assert_eq!(answer.repeated.len(), named, "{file}");
    }
    let before = std::fs::read(folder.join("observations.jsonl")).unwrap();

    let args = ["copy.jsonl", "--observations", "observations.jsonl"];
    let (code, answer) = asked(&repo, &args);
    let route = &answer["repeated"][0]["route"];
    assert_eq!(route["owner"]["email"], "kim@example.com");
    assert_eq!(route["notify"][0]["email"], "ana@example.com");
    let expected = json!([{
        "key": {"root_cause": "timeout", "application": "onboarding"},
        "inputs": 480, "deviations": 300, "share": 62.5, "days": 15,
        "first": "2026-11-16T00:00:00Z", "last": "2026-11-30T06:20:00Z",
        "before": {"inputs": 464, "deviations": 3, "share": 0.6}, "trend": "rising",
        "route": route,
        "redesign": null,
        "advice": "change the automation: the same dependency or step keeps failing",
    }]);
    assert_eq!((code, &answer["repeated"]), (0, &expected));
    let shown = run(&repo, &args);
    let line = "\nTimeout in onboarding: 300 of 480 inputs on 15 days, rising\n";
    assert!(shown.out.contains(line), "{}", shown.out);
    assert!(shown.err.contains("copy.jsonl was counted before"), "{}", shown.err);
    assert_eq!(run(&repo, &[&args[..], &["--strict"]].concat()).code, 1);
    assert_eq!(std::fs::read(folder.join("observations.jsonl")).unwrap(), before);

    let patterns = patterns(&repo, &["--observations", "observations.jsonl"]);
    assert_eq!((patterns.0, &patterns.1["repeated"]), (0, &expected));
    let strict = patterns_run(&repo, &["--observations", "observations.jsonl", "--strict"]);
    assert_eq!(strict.code, 1, "{}", strict.err);
    assert!(strict.out.contains(line.trim()), "{}", strict.out);
    // Without observations, the inputs of the run alone count.
    let (_, answer) = asked(&repo, &["november.jsonl"]);
    assert_eq!(answer["repeated"][0]["trend"], "unknown");
    assert_eq!(answer["repeated"][0]["before"], Value::Null);
    assert_eq!(asked(&repo, &["october.jsonl"]).1["repeated"], json!([]));
}

fn patterns_run(repo: &Repo, args: &[&str]) -> cli::Run {
    cli::run(repo.path(), &[&["--on", ON, "patterns"], args].concat())
}

fn patterns(repo: &Repo, args: &[&str]) -> (i32, Value) {
    let run = patterns_run(repo, &[args, &["--format", "json"]].concat());
    (run.code, serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err)))
}

#[test]
fn uses_and_refusals_in_receipts_count_too() {
    let repo = crate::triage::story();
    let id = "EXC-2026-7F3KQ";
    let mut receipts = String::new();
    let mut add = |day: i64, n: i64, verdict: &str, record: Value, is_simulated: bool| {
        let at = Day::new("2026-11-02").unwrap().plus_days(day).start().plus_seconds(n);
        let receipt = json!({
            "schema": "exledger/check/v1", "question": {"identity": "svc:billing-batch"}, "verdict": verdict,
            "record": record, "ledger": {"instant": at}, "simulated": is_simulated,
        });
        writeln!(receipts, "{receipt}").unwrap();
    };
    for day in 0..5 {
        (0..6).for_each(|n| add(day, n, "allow", id.into(), false));
        (0..4).for_each(|n| add(day, n, "deny", id.into(), false));
        add(day, 0, "allow", Value::Null, false);
        (0..9).for_each(|n| add(day, n, "allow", id.into(), true));
    }
    put(&repo, "receipts.jsonl", &receipts);
    let (code, answer) = patterns(&repo, &["--receipts", "receipts.jsonl"]);
    assert_eq!(code, 0);
    // A use has the cause and application of its record; a refusal has what the question states, and the file as source.
    let found = |n: usize| {
        let group = &answer["repeated"][n];
        json!([group["key"], group["inputs"], group["deviations"], group["days"]])
    };
    let used = found(0);
    assert_eq!([&used[1], &used[2], &used[3]], [30, 30, 5], "{answer}");
    assert_ne!(used[0]["root_cause"], Value::Null);
    let key = json!({"root_cause": null, "application": "receipts.jsonl"});
    assert_eq!(found(1), json!([key, 25, 20, 5]));
    // A file that is given twice counts once.
    let twice = patterns(&repo, &["--receipts", "receipts.jsonl", "--receipts", "receipts.jsonl"]);
    assert_eq!(twice.1["repeated"], answer["repeated"]);
    put(&repo, "receipts.jsonl", format!("{receipts}{{}}\n"));
    let bad = patterns_run(&repo, &["--receipts", "receipts.jsonl"]);
    assert_eq!(bad.code, 3);
    assert!(bad.err.contains("line 101 of receipts.jsonl is not a receipt"), "{}", bad.err);
}

/// One event of a source at a time.
fn event(id: &str, time: &str) -> String {
    json!({"type": "workflow.step", "source": "/wf/a", "id": id, "time": time, "data": {}})
        .to_string()
}

const SEEN: &[&str] = &["in.jsonl", "--observations", "seen.jsonl"];

#[test]
fn observations_that_can_not_be_continued_are_left_alone() {
    let repo = checked_out();
    put(&repo, "in.jsonl", event("1", "2026-11-19T10:00:00Z"));
    assert_eq!(run(&repo, SEEN).code, 0);
    let at = repo.path().join("seen.jsonl");
    let row = std::fs::read_to_string(&at).unwrap();
    assert!(
        row.starts_with(r#"{"schema":"exledger/observations/v1""#) && row.ends_with("}\n"),
        "{row}"
    );
    put(&repo, "in.jsonl", event("2", "2026-11-20T10:00:00Z"));
    for (text, line) in [
        (format!("{row}{{}}\n"), 2),
        (format!("{}\n{row}", row.replace("\"inputs\":1", "\"inputs\":2").trim()), 1),
        // A torn last line.
        (format!("{row}{}", &row[..40]), 2),
        (format!("{row}\u{0}\n"), 2),
    ] {
        put(&repo, "seen.jsonl", &text);
        let refused = run(&repo, SEEN);
        assert_eq!(refused.code, 3, "{text}");
        let told = format!("line {line} of the observations");
        assert!(refused.err.contains(&told), "{}", refused.err);
        assert_eq!(std::fs::read_to_string(&at).unwrap(), text);
        let read = patterns_run(&repo, &["--observations", "seen.jsonl"]);
        assert!(read.code == 3 && read.err.contains(&told), "{}", read.err);
    }
    // A last row without its line end is whole: the next one doesn't run into it.
    put(&repo, "seen.jsonl", row.trim_end());
    assert_eq!(run(&repo, SEEN).code, 0);
    let both = std::fs::read_to_string(&at).unwrap();
    assert!(both.starts_with(&row) && both.lines().count() == 2, "{both}");
    // Not UTF-8, and too large.
    put(&repo, "seen.jsonl", b"\xff\n");
    assert_eq!(run(&repo, SEEN).code, 3);
    std::fs::File::create(&at).unwrap().set_len((64 << 20) + 1).unwrap();
    let large = run(&repo, SEEN);
    assert!(large.code == 3 && large.err.contains("more than 67108864 bytes"), "{}", large.err);
    // Another key while its rows would count.
    put(&repo, "seen.jsonl", row.replace("\"application\"", "\"asset\""));
    let other = run(&repo, SEEN);
    assert!(other.code == 3 && other.err.contains("restore `patterns.key`"), "{}", other.err);
}

#[test]
fn a_run_that_could_not_be_read_is_not_added() {
    let repo = checked_out();
    let good = event("1", "2026-11-19T10:00:00Z");
    put(&repo, "in.jsonl", format!("{good}\n{{"));
    let broken = run(&repo, SEEN);
    assert_eq!(broken.code, 3);
    assert!(broken.err.contains("nothing was added to seen.jsonl"), "{}", broken.err);
    let seen = || std::fs::read_to_string(repo.path().join("seen.jsonl")).unwrap();
    assert_eq!(seen(), "");
    assert_eq!(run(&repo, &[SEEN, &["--skip-bad"]].concat()).code, 0);
    assert_eq!(seen().lines().count(), 1);
    // The same event in another file: it may be another one, so it is counted, with a warning.
    put(&repo, "in.jsonl", format!("{good}\n"));
    let again = run(&repo, SEEN);
    assert!(again.code == 0 && again.err.contains("are in two files"), "{}", again.err);
    assert_eq!(seen().lines().count(), 2);
    put(&repo, "in.jsonl", format!("\n{good}\n"));
    assert_eq!(run(&repo, &[SEEN, &["--strict"]].concat()).code, 1);
    // Without events, nothing is added.
    put(&repo, "in.jsonl", crate::triage::sarif("Trivy", &[]));
    assert_eq!(run(&repo, SEEN).code, 0);
    assert_eq!(seen().lines().count(), 3);
}

#[test]
fn observations_are_a_regular_file_of_their_own() {
    let repo = checked_out();
    put(&repo, "in.jsonl", event("1", "2026-11-19T10:00:00Z"));
    let same = run(&repo, &["in.jsonl", "--observations", "in.jsonl"]);
    assert_eq!(same.code, 2, "{}", same.err);
    assert!(same.err.contains("both an input and the observations"), "{}", same.err);
    assert_eq!(run(&repo, &["in.jsonl", "--observations", "exceptions/../."]).code, 3);
    assert_eq!(run(&repo, &["in.jsonl", "--observations", "none/seen.jsonl"]).code, 3);
    assert_eq!(patterns_run(&repo, &["--observations", "absent.jsonl"]).code, 3);
    assert_eq!(run(&repo, &["in.jsonl", "--learn"]).code, 2);
    #[cfg(unix)]
    {
        let target = put(&repo, "elsewhere.jsonl", "");
        for (link, target) in [("link.jsonl", target), ("dangling.jsonl", "new.jsonl")] {
            std::os::unix::fs::symlink(target, repo.path().join(link)).unwrap();
            let refused = run(&repo, &["in.jsonl", "--observations", link]);
            assert!(refused.code == 3 && refused.err.contains("it is a link"), "{}", refused.err);
        }
        assert_eq!(std::fs::read(repo.path().join("elsewhere.jsonl")).unwrap(), b"");
        assert!(!repo.path().join("new.jsonl").exists());
        let device = run(&repo, &["in.jsonl", "--observations", "/dev/null"]);
        assert!(device.code == 3 && device.err.contains("not a regular file"), "{}", device.err);
    }
}

#[test]
fn two_runs_at_once_add_the_same_bytes_once() {
    let repo = checked_out();
    put(&repo, "in.jsonl", event("1", "2026-11-19T10:00:00Z"));
    let sessions = [(); 2].map(|()| Session::open(repo.path(), Options::default()).unwrap());
    let answers = sessions.each_ref().map(|it| triage(it, repo.path(), "in.jsonl", ON));
    let added = answers.map(|mut answer| answer.record_observations().unwrap());
    assert_eq!(added, [Some(1), Some(0)]);
}
