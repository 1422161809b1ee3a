//! `new --complete` at a terminal: each answer is checked as it is given, and none is lost.

use std::path::Path;

use serde_json::Value;

use super::drafts::put;
use super::{ON, answer, files};
use crate::cli::run;
use crate::cli_new::ledger;
use crate::terminal::Terminal;

/// What an import states, without owner, risk and end.
const KNOWN: &[&str] = &[
    "--application",
    "billing",
    "--rule",
    "Known vulnerabilities are fixed within 30 days",
    "--root-cause",
    "brittle-dependency",
    "--justification",
    "The fixes wait for the new base image, which is due in spring",
    "--compensating-control",
    "The image runs without network access",
];

const CLEAR: &str = "\u{15}";

/// Imports one entry into a ledger without a roster, and returns its draft's path.
fn drafted(folder: &Path) -> String {
    std::fs::write(folder.join("exledger.yaml"), "version: 1\n").unwrap();
    put(folder, ".trivyignore", "CVE-1\n");
    let found = answer(folder, 0, &[&["trivy", ".trivyignore"], KNOWN].concat());
    found["drafts"][0]["path"].as_str().unwrap().to_owned()
}

#[test]
fn each_prompt_checks_its_answer_and_asks_for_the_name_that_no_roster_has() {
    let folder = ledger();
    let folder = folder.path();
    let path = drafted(folder);
    let end = format!("{CLEAR}2026-12-20\r");
    let past = format!("{CLEAR}2020-01-01\r");
    let keys = [
        ("Who is accountable for it", "sam@example.com\r"),
        ("What is the owner's name", "Sam Chen\r"),
        ("What is the residual risk", "low\r"),
        ("When does it end", "No network at all\r"),
        ("[bad-value]", &past),
        ("[window-inverted]", &end),
    ];
    let terminal = Terminal { folder, columns: 120, variables: &[] };
    let args = ["new", "--complete", &path, "--on", ON];
    let seen = terminal.run(&args, &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let text = std::fs::read_to_string(folder.join(&path)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(record["owner"]["name"], "Sam Chen");
    assert_eq!(record["owner"]["email"], "sam@example.com");
    assert_eq!(record["risk"]["level"], "low");
    assert_eq!(record["expires"], "2026-12-20");
    let lint = run(folder, &["lint", "--on", ON]);
    assert_eq!(lint.code, 0, "{}{}", lint.out, lint.err);
}

#[test]
fn answers_that_come_to_nothing_are_printed_as_a_command_that_gives_them_again() {
    let folder = ledger();
    let folder = folder.path();
    let path = drafted(folder);
    let before = files(folder);
    let keys = [
        ("Who is accountable for it", "Sam Chen <sam@example.com>\r"),
        ("What is the residual risk", "low\r"),
        ("When does it end", "\u{3}"),
    ];
    let terminal = Terminal { folder, columns: 200, variables: &[] };
    let seen = terminal.run(&["new", "--complete", &path, "--on", ON], &keys);
    assert_eq!(seen.code, 130, "{}", seen.bytes);
    assert_eq!(files(folder), before);
    let said = format!(
        "exledger new --complete {path} --owner-name 'Sam Chen' --owner-email sam@example.com --risk-level low"
    );
    assert!(seen.bytes.contains(&said), "{}", seen.bytes);
    let given = ["--owner-name", "Sam Chen", "--owner-email", "sam@example.com"];
    let more = ["--risk-level", "low", "--expires", "2026-12-20", "--on", ON];
    let ran = run(folder, &[&["new", "--complete", &path], &given[..], &more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn answers_and_the_flags_that_give_them_say_the_same() {
    use exledger::plan::answers::Answers;
    use exledger::plan::field_values::{self, FieldValues};
    let text = r#"{"risk": {"level": "low"}, "expires": "30d",
        "deviates_from": {"controls": ["a:B-1", "a:B-2"]},
        "triggers": [{"id": "T1", "when": "It ships", "then": "close"}],
        "scope": {"findings": [{"tool": "trivy", "id": "CVE-1"}]},
        "compensating_controls": [{"description": "One", "owner": "soc@example.com"}, {"description": "Two"}]}"#;
    let given = Answers::of_json(serde_json::from_str(text).unwrap()).unwrap();
    let mut values = FieldValues::new();
    for (flag, value) in field_values::flags_of(&given) {
        let mut fields = field_values::flag_fields();
        let (field, _) = fields.find(|(_, ask)| ask.flag == flag).unwrap();
        values.entry(field.path).or_default().push(value);
    }
    let mut again = Answers::default();
    field_values::fill(&values, &mut again).unwrap();
    assert_eq!(again, given);
}
