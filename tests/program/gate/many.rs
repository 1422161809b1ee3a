//! Many questions on one standard input.

use serde_json::{Value, json};

use crate::cli::{run, run_fed};
use crate::gate::ledger::{ON, ledger};

/// The number of questions: more than the 840 that differ.
const N: usize = 1_000;

/// The questions, repeated with different instants.
const ASKED: &[(&str, &str, &str)] = &[
    ("identity", "svc:batch", "read"),
    ("identity", "svc:old-batch", "write"),
    ("application", "narrowed", "read"),
    ("application", "night", ""),
    ("application", "wiki", ""),
    ("asset", "host:gw-1", ""),
    ("finding", "grype:GHSA-aaaa-bbbb-cccc", ""),
    ("application", "unseen", ""),
    ("application", "nobody", ""),
    ("application", "both", ""),
];

/// Returns the nth question, and its instant.
fn question(n: usize) -> (Value, String) {
    let (key, value, action) = ASKED[n % ASKED.len()];
    let (day, hour, second) = (17 + n % 14, n % 24, n % 60);
    let at = format!("2026-11-{day}T{hour:02}:00:{second:02}Z");
    let mut question = json!({ key: value, "at": at });
    if !action.is_empty() {
        question["action"] = action.into();
    }
    (question, at)
}

#[test]
fn a_thousand_questions_are_answered_as_each_by_itself() {
    let repo = ledger();
    let lines: String = (0..N).map(|n| format!("{}\n", question(n).0)).collect();
    let many = run_fed(repo.path(), &["check", "--stdin", "--on", ON], lines.as_bytes());
    assert_eq!((many.code, many.err.as_str()), (1, ""));
    let answers: Vec<&str> = many.out.lines().collect();
    assert_eq!(answers.len(), N);
    let mut verdicts = std::collections::BTreeSet::new();
    for n in (0..N).step_by(91) {
        let (asked, at) = question(n);
        let mut args = vec!["check", "--format", "json", "--on", &at];
        let flags: Vec<(String, &str)> = asked
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| *key != "at")
            .map(|(key, value)| (format!("--{key}"), value.as_str().unwrap()))
            .collect();
        for (flag, value) in &flags {
            args.extend([flag.as_str(), value]);
        }
        let alone: Value = serde_json::from_str(&run(repo.path(), &args).out).unwrap();
        let among: Value = serde_json::from_str(answers[n]).unwrap();
        assert_eq!(among, alone, "{asked}");
        verdicts.insert(among["verdict"].as_str().unwrap().to_owned());
    }
    let seen: Vec<&str> = verdicts.iter().map(String::as_str).collect();
    assert_eq!(seen, ["allow", "deny", "pending"]);
}

#[test]
fn a_line_that_is_no_question_is_unknown_and_the_others_are_answered() {
    let repo = ledger();
    for (line, reason) in [
        (&b"nonsense"[..], "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"{\"application\": \"bil\xffling\"}", "not UTF-8"),
        (
            b"{\"resource\":\"db:secrets\",\"resource\":\"db:a\",\"asset\":\"host:gw-1\"}",
            "the key `resource` appears twice",
        ),
        (b"{\"asset\": \"host:gw-1\", \"id\": 7.5}", "`id` can't be read"),
        (b"{\"action\": \"read\"}", "neither identity"),
        (b"{\"application\": \"billing\", \"colour\": \"red\"}", "`colour`"),
        (b"{\"application\": 7}", "`application`"),
        (b"{\"application\": \"billing\", \"at\": \"soon\"}", "`at`"),
        (b"{\"finding\": \"CVE-2026-1234\"}", "`finding`"),
        (b"{\"identity\": \"svc:batch\", \"deploy\": true}", "no application"),
    ] {
        let fine = b"{\"asset\": \"host:gw-1\"}".as_slice();
        let lines = [fine, line, b"", fine].join(&b'\n');
        let run = run_fed(repo.path(), &["check", "--stdin", "--on", ON], &lines);
        let shown = String::from_utf8_lossy(line);
        assert_eq!(run.code, 3, "{shown}: {}", run.err);
        let answers: Vec<Value> =
            run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let verdicts: Vec<&str> =
            answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
        assert_eq!(verdicts, ["allow", "unknown", "allow"], "{shown}");
        let said = answers[1]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{shown}: {said}");
    }
    let nothing = run_fed(repo.path(), &["check", "--stdin", "--on", ON], b"\n");
    assert_eq!((nothing.code, nothing.out.as_str()), (3, ""));
    assert!(nothing.err.contains("stdin holds no question"), "{}", nothing.err);
}
