//! The same coverage for a question of `check`, a scanner's finding, and an event. Each limit of a record must be
//! stated.

use exledger::survey::event::{ScannerFinding, TriageInput};

use crate::support::gate::{Ledger, question};

/// What can be stated, by its key in a question and in an event's `data`, with the value in the records below.
const STATED: &[(&str, &str)] = &[
    ("identity", "svc:batch"),
    ("credential", "vault:prod/db"),
    ("asset", "host:db-1"),
    ("application", "billing"),
    ("resource", "db:invoices"),
    ("action", "read"),
    ("environment", "production"),
    ("control", "nist-csf:PR.AA-05"),
    ("rule", "keys  ROTATE every quarter"),
    ("reference", "CHG-1234"),
];

/// Records by the keys that they state, and whether they are a change-window exception.
const RECORDS: &[(&[&str], bool)] = &[
    (&["application"], false),
    (&["identity", "application", "resource", "action", "environment", "control", "rule"], false),
    (&["credential", "asset"], false),
    (&["application", "environment", "reference"], false),
    (&["application", "reference", "rule"], true),
    (&["identity", "credential", "asset", "resource", "reference"], true),
];

const SUBJECTS: &[&str] = &["identity", "credential", "asset", "application", "reference"];

/// Returns a record that states these keys.
fn record(text: &str, keys: &[&str], is_window: bool) -> String {
    let has = |key: &str| keys.contains(&key);
    let value = |key: &&str| STATED.iter().find(|(name, _)| name == key).unwrap().1;
    let subject: Vec<String> = ["identity", "credential", "asset", "application", "environment"]
        .iter()
        .filter(|key| has(key))
        .map(|key| format!("{key}: '{}'", value(key)))
        .collect();
    let kind = if has("identity") { ", identity_type: service-account, task: nightly" } else { "" };
    let mut scope = Vec::new();
    for (key, list) in [("resource", "resources"), ("action", "actions")] {
        if has(key) {
            scope.push(format!("{list}: ['{}']", value(&key)));
        }
    }
    let mut deviates = vec![format!(
        "rule: {}",
        if has("rule") { "Keys rotate every quarter" } else { "Something else" }
    )];
    if has("control") {
        deviates.push(format!("controls: ['{}']", value(&"control")));
    }
    if is_window {
        deviates.push("baseline: change-window".to_owned());
    }
    let old = text.lines().find(|line| line.starts_with("deviates_from: ")).unwrap();
    let mut text = text
        .replace(
            "subject: {application: billing}",
            &format!("subject: {{{}{kind}}}", subject.join(", ")),
        )
        .replace(old, &format!("deviates_from: {{{}}}", deviates.join(", ")));
    if !scope.is_empty() {
        text += &format!("scope: {{{}}}\n", scope.join(", "));
    }
    if has("reference") {
        text += "references: {change: CHG-1234, ticket: BILL-7}\n";
    }
    text
}

/// Returns whether a record covers the stated values, computed independently of the program.
fn expected(keys: &[&str], is_window: bool, stated: &[&str]) -> bool {
    let acts = |key: &&&str| ["identity", "credential", "asset"].contains(*key);
    let limits = keys.iter().filter(|key| {
        ["resource", "action", "environment"].contains(*key) || is_window && **key == "reference"
    });
    stated.iter().all(|key| keys.contains(key))
        && limits.into_iter().all(|key| stated.contains(key))
        && (!keys.iter().any(|key| acts(&key)) || stated.iter().any(|key| acts(&key)))
}

#[test]
fn questions_and_events_get_one_answer_whatever_is_stated() {
    let mut n_covered = 0;
    for (keys, is_window) in RECORDS {
        let ledger = Ledger::of(|text| record(text, keys, *is_window));
        for chosen in 0_u32..1 << STATED.len() {
            let stated: Vec<(&str, &str)> = STATED
                .iter()
                .enumerate()
                .filter(|(place, _)| chosen & (1 << place) != 0)
                .map(|(_, stated)| *stated)
                .collect();
            let names: Vec<&str> = stated.iter().map(|(key, _)| *key).collect();
            let (happened, why) = ledger.happened("tool.call", &stated);
            if !SUBJECTS.iter().any(|subject| names.contains(subject)) {
                assert!(!happened, "{keys:?}: {names:?}: {why}");
                assert!(why.contains("states neither identity"), "{why}");
                continue;
            }
            let (asked, reason) = ledger.asked(&question(&stated));
            assert_eq!(asked, happened, "{keys:?}: {names:?}: {reason} / {why}");
            assert_eq!(asked, expected(keys, *is_window, &names), "{keys:?}: {names:?}: {reason}");
            assert_eq!(reason.replace("ask with --", "state data."), why, "{keys:?}: {names:?}");
            n_covered += u32::from(asked);
        }
    }
    assert!(n_covered > 20, "{n_covered}");
}

#[test]
fn a_finding_is_limited_by_its_entry_alone_whoever_asks() {
    let limits = "subject: {identity: svc:batch, identity_type: service-account, task: nightly, application: billing, environment: production}";
    let ledger = Ledger::of(|text| {
        let text = text.replace("subject: {application: billing}", limits);
        format!(
            "{text}scope: {{resources: [db:a], actions: [read], findings: [{{tool: trivy, id: CVE-1, paths: [src/**], severity: moderate}}]}}\n"
        )
    });
    for (path, severity, environment, covered) in [
        ("src/a.rs", "low", None, true),
        ("src/a.rs", "low", Some("production"), true),
        ("src/a.rs", "low", Some("staging"), false),
        ("src/a.rs", "high", None, false),
        ("lib/a.rs", "low", None, false),
    ] {
        let mut keys = vec![("finding", "trivy:CVE-1"), ("path", path), ("severity", severity)];
        let mut data =
            vec![("tool", "trivy"), ("id", "CVE-1"), ("path", path), ("severity", severity)];
        if let Some(environment) = environment {
            keys.push(("environment", environment));
            data.push(("environment", environment));
        }
        let (asked, reason) = ledger.asked(&question(&keys));
        assert_eq!(asked, covered, "{path} {severity} {environment:?}: {reason}");
        let (happened, why) = ledger.happened("finding", &data);
        assert_eq!((happened, why), (covered, reason.replace("ask with --", "state data.")));
        let finding = ScannerFinding {
            tool: "trivy".to_owned(),
            id: "CVE-1".to_owned(),
            level: "error".to_owned(),
            kind: "fail".to_owned(),
            severity: exledger::record::vocabulary::Vocabulary::from_word(severity),
            places: vec![exledger::survey::event::FindingPlace {
                file: exledger::survey::event::FindingFile::Inside(path.to_owned()),
                ..Default::default()
            }],
            ..ScannerFinding::default()
        };
        let found = ledger.triaged(TriageInput::Finding(finding), environment);
        assert_eq!(found, (covered, reason));
    }
    // The rest must be stated, also with a finding.
    let (asked, reason) = ledger.asked(&question(&[
        ("finding", "trivy:CVE-1"),
        ("path", "src/a.rs"),
        ("severity", "low"),
        ("identity", "svc:batch"),
    ]));
    assert!(!asked && reason.contains("ask with --resource"), "{reason}");
}
