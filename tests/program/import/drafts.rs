//! Which records are drafted: grouping, ends, bulk answers, what is known already, and all or none.

use std::path::Path;

use serde_json::{Value, json};

use super::{ON, answer, files, imported, linted};
use crate::cli::run;
use crate::cli_new::ledger;

/// Answers for everything that an ignore file does not say.
pub(super) const BULK: &[&str] = &[
    "--owner",
    "ana@example.com",
    "--application",
    "billing",
    "--rule",
    "Known vulnerabilities are fixed within 30 days",
    "--risk-level",
    "low",
    "--root-cause",
    "brittle-dependency",
    "--justification",
    "The fixes wait for the new base image, which is due in spring",
    "--compensating-control",
    "The image runs without network access",
];

pub(super) fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Returns the draft of an answer as a record.
pub(super) fn draft(folder: &Path, answer: &Value, n: usize) -> Value {
    let path = answer["drafts"][n]["path"].as_str().unwrap();
    serde_yaml::from_str(&std::fs::read_to_string(folder.join(path)).unwrap()).unwrap()
}

#[test]
fn a_hundred_lines_become_one_record_that_lints_clean() {
    let folder = ledger();
    let folder = folder.path();
    let lines: Vec<String> = (100..200).map(|n| format!("CVE-2026-{n} exp:2026-12-15")).collect();
    put(folder, ".trivyignore", &lines.join("\n"));
    let args = [&["trivy", ".trivyignore", "--one-record", "--expires", "60d"], BULK].concat();
    let found = answer(folder, 0, &args);
    assert_eq!(found["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(found["drafts"][0]["complete"], json!(true));
    let record = draft(folder, &found, 0);
    assert_eq!(record["scope"]["findings"].as_array().unwrap().len(), 100);
    // Of the two ends the earlier one counts.
    assert_eq!(record["expires"], json!("2026-12-14"));
    assert_eq!(record["owner"]["name"], json!("Ana Ruiz"), "from the roster");
    assert_eq!(linted(folder), (0, Vec::new()));
    let before = files(folder);
    let again = answer(folder, 0, &args);
    assert_eq!(again["drafts"], json!([]));
    assert!(again["entries"].as_array().unwrap().iter().all(|it| it["state"] == "known"));
    assert_eq!(files(folder), before);
}

#[test]
fn what_nobody_said_is_to_be_filled_in() {
    let folder = ledger();
    let folder = folder.path();
    put(
        folder,
        ".trivyignore",
        "# We do not use the affected function at all; see the analysis\nCVE-2026-1\n",
    );
    let found = answer(folder, 0, &["trivy", ".trivyignore"]);
    assert_eq!(found["drafts"][0]["complete"], json!(false));
    let record = draft(folder, &found, 0);
    // The owner is never derived, although git knows who imports.
    for field in ["/owner/name", "/owner/email", "/expires", "/risk/level", "/deviates_from/rule"] {
        let text = record.pointer(field).and_then(Value::as_str).unwrap();
        assert!(text.starts_with("TODO(import): "), "{field}: {text}");
    }
    let said = "We do not use the affected function at all; see the analysis";
    assert_eq!(record["justification"], json!(said));
    assert_eq!(record["starts"], json!(ON));
    assert_eq!(run(folder, &["lint", "--on", ON]).code, 1);
}

#[test]
fn entries_are_grouped_as_asked() {
    let text = "\
vulnerabilities:
  - {id: CVE-1, purls: ['pkg:npm/a@1'], statement: one}
  - {id: CVE-2, purls: ['pkg:npm/a@2'], statement: one}
  - {id: CVE-3, purls: ['pkg:npm/b@1'], statement: one, expired_at: 2026-12-20}
  - {id: CVE-1, statement: two}
";
    for (args, expected) in [
        (&[][..], &[2, 1, 1][..]),
        (&["--one-record"], &[4]),
        (&["--record-per", "entry"], &[1, 1, 1, 1]),
        (&["--record-per", "package"], &[2, 1, 1]),
    ] {
        let folder = ledger();
        let folder = folder.path();
        put(folder, "a.yaml", text);
        let found = answer(folder, 0, &[&["trivy", "a.yaml"], args].concat());
        let counts: Vec<usize> = (0..found["drafts"].as_array().unwrap().len())
            .map(|n| draft(folder, &found, n)["scope"]["findings"].as_array().unwrap().len())
            .collect();
        assert_eq!(counts, expected, "{args:?}");
    }
}

#[test]
fn an_end_that_is_past_or_beyond_the_tier_is_not_copied() {
    let folder = ledger();
    let folder = folder.path();
    put(
        folder,
        ".trivyignore",
        "CVE-1 exp:2020-01-01\nCVE-2 exp:2030-01-01\nCVE-3 exp:2026-12-10\n",
    );
    let found = answer(folder, 0, &[&["trivy", ".trivyignore"], BULK].concat());
    let ends: Vec<String> =
        (0..2).map(|n| draft(folder, &found, n)["expires"].as_str().unwrap().to_owned()).collect();
    assert!(ends[0].starts_with("TODO(import): say when it ends; its end 2029-12-31 is beyond"));
    assert_eq!(ends[1], "2026-12-09");
    let first = &found["entries"][0];
    assert_eq!((&first["end"], &first["state"]), (&json!("2019-12-31"), &json!("skipped")));
    assert_eq!(first["message"], json!("ended 2019-12-31: it is not an exception any more"));
}

#[test]
fn a_bulk_end_that_cannot_be_is_refused_and_nothing_is_written() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\nCVE-2 exp:2026-12-10\n");
    let before = files(folder);
    for (end, why) in [
        ("2026-11-01", "--expires 2026-11-01 is in the past"),
        ("2027-11-01", "--expires 2027-11-01 is beyond the limit of 90d"),
        ("soon", "--expires: `soon` is neither a day, an instant nor a duration"),
    ] {
        let args = [&["trivy", ".trivyignore", "--expires", end], BULK].concat();
        let ran = imported(folder, &args);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
        assert_eq!(files(folder), before);
    }
}

#[test]
fn a_complete_draft_that_would_not_lint_is_refused_with_all_others() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let before = files(folder);
    let args = [&["trivy", ".trivyignore", "--expires", "30d"], BULK].concat();
    let at = args.iter().position(|arg| *arg == "ana@example.com").unwrap();
    let mut args = args;
    args[at] = "nobody@example.com";
    args.extend(["--owner-name", "Nobody"]);
    let ran = imported(folder, &args);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains("the result would not pass lint, so nothing was written"),
        "{}",
        ran.err
    );
    assert_eq!(files(folder), before);
}

#[test]
fn what_the_tier_requires_is_to_be_filled_in_too() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let mut args =
        [&["trivy", ".trivyignore", "--expires", "20d", "--environment", "production"], BULK]
            .concat();
    let at = args.iter().position(|arg| *arg == "low").unwrap();
    args[at] = "high";
    let found = answer(folder, 0, &args);
    assert_eq!(found["drafts"][0]["complete"], json!(false));
    let record = draft(folder, &found, 0);
    for field in ["/risk/blast_radius", "/rollback/plan", "/rollback/criteria"] {
        let text = record.pointer(field).and_then(Value::as_str).unwrap();
        assert!(text.starts_with("TODO(import): "), "{field}: {text}");
    }
    assert_eq!(record["review_every"], json!("7d"));
}

#[test]
fn an_unreadable_entry_exits_1_and_an_unreadable_file_3() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-1\n  - paths: [a]\n");
    put(folder, "broken.yaml", "vulnerabilities: [\n");
    let found = answer(folder, 3, &["trivy", ".trivyignore.yaml", "broken.yaml"]);
    assert_eq!(found["drafts"], json!([]));
    assert_eq!(found["entries"][0]["state"], json!("skipped"));
    assert!(!folder.join("exceptions").exists());
    let found = answer(folder, 1, &["trivy", ".trivyignore.yaml"]);
    assert_eq!(found["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(found["entries"][1]["state"], json!("unreadable"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let before = files(folder);
    let found = answer(folder, 0, &["trivy", ".trivyignore", "--dry-run"]);
    assert_eq!(found["drafts"], json!([{"id": null, "path": null, "complete": false}]));
    assert_eq!(files(folder), before);
}

#[test]
fn no_secret_gets_into_a_draft_or_an_answer() {
    let folder = ledger();
    let folder = folder.path();
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    put(folder, ".trivyignore", &format!("# token {secret}\nCVE-1\n"));
    let ran = imported(folder, &["trivy", ".trivyignore", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let all: Vec<u8> =
        files(&folder.join("exceptions")).into_iter().flat_map(|(_, bytes)| bytes).collect();
    for text in [ran.out, ran.err, String::from_utf8(all).unwrap()] {
        assert!(!text.contains(&secret), "{text}");
    }
}

#[test]
fn columns_are_mapped_to_fields() {
    let folder = ledger();
    let folder = folder.path();
    put(
        folder,
        "jira.csv",
        "Summary,Due,System,Why\nThe portal keeps TLS 1.1,2026-12-20,portal,Two partners replace their clients in January and cannot connect before\nAnother,2026-12-20,portal,\n",
    );
    let map = [
        "--map",
        "Summary=title",
        "--map",
        "Due=expires",
        "--map",
        "System=subject.application",
        "--map",
        "Why=justification",
    ];
    let args = [&["csv", "jira.csv"], &map[..], BULK].concat();
    let found = answer(folder, 0, &args);
    assert_eq!(found["drafts"].as_array().unwrap().len(), 2);
    let record = draft(folder, &found, 0);
    assert_eq!(record["title"], json!("The portal keeps TLS 1.1"));
    assert_eq!(record["subject"]["application"], json!("portal"));
    assert_eq!(answer(folder, 0, &args)["drafts"], json!([]));
    for (map, why) in
        [("Summary", "is not COLUMN=FIELD"), ("Summary=owner", "a record has no field owner")]
    {
        let ran = imported(folder, &["csv", "jira.csv", "--map", map]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
}

#[test]
fn an_unknown_format_is_refused_with_the_known_ones() {
    let folder = ledger();
    let ran = imported(folder.path(), &["trivi", "x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no format trivi"), "{}", ran.err);
    assert!(ran.err.contains("did you mean trivy?"), "{}", ran.err);
}

#[test]
fn every_import_has_a_branch_and_a_subject_of_its_own() {
    let folder = ledger();
    let folder = folder.path();
    // Nothing is committed yet, so that the checked-out branch is the approved one.
    let mut seen = Vec::new();
    for entries in ["CVE-1\nCVE-2 exp:2026-12-10\n", "CVE-3\nCVE-4 exp:2026-12-10\n"] {
        put(folder, ".trivyignore", entries);
        let ran = imported(folder, &["trivy", ".trivyignore"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let line = |start: &str| {
            let line = ran.out.lines().find(|line| line.starts_with(start));
            line.unwrap_or_else(|| panic!("{}", ran.out)).to_owned()
        };
        let branch = line("git switch -c import-trivy-EXC-2026-");
        let id = branch.trim_start_matches("git switch -c import-trivy-").to_owned();
        let subject = format!("git commit -m 'File {id} and 1 more, imported from trivy'");
        assert_eq!(line("git commit"), subject);
        assert!(folder.join(format!("exceptions/{id}.yaml")).exists());
        seen.push(branch);
    }
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn findings_by_flag_are_refused() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let before = files(folder);
    let ran = imported(folder, &["trivy", ".trivyignore", "--finding", "trivy:CVE-2"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("--finding can't be given"), "{}", ran.err);
    assert_eq!(files(folder), before);
}

#[test]
fn entries_that_no_record_can_name_say_what_to_do() {
    let folder = ledger();
    let folder = folder.path();
    let text = "[[PackageOverrides]]\nname = \"lib\"\necosystem = \"npm\"\nignore = true\n";
    put(folder, "osv-scanner.toml", text);
    let ran = imported(folder, &["osv-scanner", "osv-scanner.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("listed: not drafted"), "{}", ran.out);
    assert!(ran.out.contains("file it by hand"), "{}", ran.out);
}
