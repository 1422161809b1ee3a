//! `new`: lists, awkward texts, files, profiles and other records.

use crate::cli::{run, run_fed};
use crate::cli_new::{DAY, ledger, written};

#[test]
fn lists_are_numbered_and_awkward_texts_survive() {
    let folder = ledger();
    let awkward = "Don't: \"stop\" #1 – 100% {a: [b]} & *c | yes, \\n";
    let run = run(
        folder.path(),
        &[
            "new",
            "--on",
            DAY,
            "--format",
            "json",
            "--rule",
            "A rule",
            "--application",
            "billing",
            "--risk-level",
            "low",
            "--compensating-control",
            "First",
            "--title",
            awkward,
            "--justification",
            "First line: of several\n\n  indented, with # and ' and \"\n- last\n",
            "--compensating-control",
            "Second: with colon",
            "--control-owner",
            "lee@example.com",
            "--control-status",
            "active",
            "--trigger",
            "The vendor ships => close",
            "--trigger",
            "a => b happens => review",
            "--resource",
            "db:invoices",
            "--resource",
            "db:*",
            "--action",
            "read",
            "--finding",
            "trivy:CVE-2026-1234",
            "--alias",
            "no",
            "--not-waived",
            "1e3",
            "--supersedes",
            "EXC-2026-1A2B3",
            "--draft",
        ],
    );
    let (_, record, _) = written(folder.path(), &run);
    assert_eq!(record["title"], *awkward);
    assert_eq!(
        record["justification"],
        *"First line: of several\n\n  indented, with # and ' and \"\n- last\n"
    );
    let controls = record["compensating_controls"].as_array().unwrap();
    assert_eq!(controls.len(), 2);
    assert_eq!(
        (&controls[0]["owner"], &controls[0]["status"]),
        (&"lee@example.com".into(), &"active".into())
    );
    assert_eq!(
        (&controls[1]["id"], &controls[1]["status"]),
        (&"CC2".into(), &"planned".into())
    );
    assert_eq!(
        record["triggers"][1],
        serde_json::json!({"id": "T2", "when": "a => b happens", "then": "review"})
    );
    assert_eq!(
        record["scope"]["resources"],
        serde_json::json!(["db:invoices", "db:*"])
    );
    assert_eq!(
        record["scope"]["findings"][0],
        serde_json::json!({"tool": "trivy", "id": "CVE-2026-1234"})
    );
    assert_eq!(record["subject"]["aliases"][0], "no");
    assert_eq!(record["scope"]["not_waived"][0], "1e3");
    assert_eq!(record["references"]["supersedes"], "EXC-2026-1A2B3");
}

#[test]
fn a_file_a_profile_and_another_record_fill_the_answers_and_flags_win() {
    let folder = ledger();
    let yaml = "title: From a file\nclass: standard\ndeviates_from: {rule: The rule of the file}\nsubject: {asset: host:a}\n\
        justification: The file says enough about why this is needed now.\nrisk: {level: low}\n\
        compensating_controls:\n  - {description: Watched by the team}\nuses: {limit: 1}\nx: {cost_centre: 12}\n";
    let args = [
        "new",
        "--on",
        DAY,
        "--format",
        "json",
        "--from",
        "-",
        "--profile",
        "rotation",
        "--title",
        "From a flag",
    ];
    let run = run_fed(folder.path(), &args, yaml.as_bytes());
    let (answer, record, _) = written(folder.path(), &run);
    assert_eq!(record["title"], "From a flag");
    assert_eq!(record["root_cause"], "brittle-dependency", "of the profile");
    assert_eq!(record["deviates_from"]["rule"], "The rule of the file");
    assert_eq!(record["deviates_from"]["baseline"], "credential-rotation");
    assert_eq!(record["x"]["cost_centre"], 12);
    assert_eq!(record["uses"]["limit"], 1);
    // The same as JSON, and once more from the record that is there now.
    let json =
        serde_json::to_vec(&serde_yaml::from_str::<serde_json::Value>(yaml).unwrap()).unwrap();
    let again = run_fed(
        folder.path(),
        &["new", "--on", DAY, "--format", "json", "--from", "-"],
        &json,
    );
    let (_, second, _) = written(folder.path(), &again);
    assert_eq!(second["title"], "From a file");
    let like = answer["id"].as_str().unwrap();
    let third = crate::cli::run(
        folder.path(),
        &[
            "new", "--on", DAY, "--format", "json", "--like", like, "--title", "Again",
        ],
    );
    let (_, third, _) = written(folder.path(), &third);
    assert_eq!(third["subject"], record["subject"]);
    assert_eq!(third["title"], "Again");
}

#[test]
fn a_refused_file_is_named_with_line_and_column() {
    let folder = ledger();
    for (text, place) in [
        ("title: [\n", "stdin:"),
        ("id: EXC-2026-7F3KQ\n", "id"),
        ("- a\n", "stdin"),
        ("", "stdin"),
    ] {
        let run = run_fed(folder.path(), &["new", "--from", "-"], text.as_bytes());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(place), "{text}: {}", run.err);
    }
}
