//! Reading records: the findings, and their positions.
//!
//! Follows `docs/spec/record.md` and `docs/spec/rules.md` (shape). Start at [`check`].

use exledger::diag::Finding;
use exledger::record::file::{self, RecordFile};

use crate::support::samples::{PATH, SAMPLE};

fn source(text: &str) -> RecordFile {
    file::read(PATH, text.as_bytes())
}

/// An expected finding: rule, line, column, field.
type Expected<'t> = (&'t str, u32, u32, &'t str);

fn seen(finding: &Finding) -> (&str, u32, u32, &str) {
    let pos = finding.pos.unwrap();
    let field = finding.field.as_deref().unwrap_or("");
    (finding.rule.as_str(), pos.line, pos.column, field)
}

/// Reads the smallest record with one text replaced by another, and compares all findings.
fn check(from: &str, to: &str, expected: &[Expected]) {
    assert!(from.is_empty() || SAMPLE.contains(from), "no {from:?}");
    let text = if from.is_empty() { format!("{SAMPLE}{to}") } else { SAMPLE.replacen(from, to, 1) };
    let source = source(&text);
    let found: Vec<_> = source.findings.iter().map(seen).collect();
    assert_eq!(found, expected, "{to:?}: {:#?}", source.findings);
    assert_eq!(source.record.is_some(), expected.is_empty(), "{to:?}");
    for finding in &source.findings {
        assert!(!finding.remedy.words().is_empty() && !finding.message.ends_with('.'));
        assert_eq!(finding.id.as_deref(), Some("EXC-2026-7F3KQ"));
    }
}

/// Checks a table: each line has the replacement and the findings, `rule line:column field`.
fn check_all(table: &str) {
    for line in table.lines().filter(|line| !line.is_empty()) {
        let mut parts = line.split(" => ");
        let (from, to) = (parts.next().unwrap().trim(), parts.next().unwrap());
        let expected: Vec<Expected> = parts
            .next()
            .unwrap_or_default()
            .split("; ")
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (rule, rest) = part.split_once(' ').unwrap();
                let (place, field) = rest.split_once(' ').unwrap();
                let (row, column) = place.split_once(':').unwrap();
                (rule, row.parse().unwrap(), column.parse().unwrap(), field)
            })
            .collect();
        check(&from.replace("\\n", "\n"), &to.replace("\\n", "\n"), &expected);
    }
}

#[test]
fn the_smallest_record_is_read_whole() {
    let record = source(SAMPLE).record.unwrap();
    assert_eq!(record.id.as_str(), "EXC-2026-7F3KQ");
    assert_eq!(record.expires.to_string(), "2026-12-20");
    assert_eq!(record.compensating_controls.len(), 1);
}

#[test]
fn a_scalar_is_text_however_it_looks() {
    for text in ["no", "1e3", "010", "0o7", "true", "2026-12-20", "1_000", "'~'", ".inf"] {
        let title =
            SAMPLE.replace("Nightly invoices still read with the shared database user", text);
        let record = source(&title).record.unwrap();
        assert_eq!(record.title, text.trim_matches('\''));
    }
}

const MISSPELT: &str = r"
expires: => expire: => unknown-key 12:1 expire
expires: => EXPIRES: => unknown-key 12:1 EXPIRES
root_cause: => root-cause: => unknown-key 9:1 root-cause
justification: => justifcaton: => unknown-key 7:1 justifcaton
{level: => {levle: => unknown-key 8:8 risk.levle
email: => emial: => unknown-key 6:25 owner.emial
rule: => ruel: => unknown-key 4:17 deviates_from.ruel
description: => descr: => missing-field 11:5 compensating_controls[0].description; unknown-key 11:15 compensating_controls[0].descr
 => approvers: [dana@example.com]\n => unknown-key 13:1 approvers
 => trigers: []\nfired: [{date: 2026-12-01, trigger: T1, by: lee@example.com}]\n => unknown-key 13:1 trigers
 => handling: [{date: 2026-12-01, stage: triage, by: lee@example.com, evidence: [{kind: log, pth: a}]}]\n => unknown-key 13:90 handling[0].evidence[0].pth
";

#[test]
fn a_misspelt_key_is_one_finding() {
    check_all(MISSPELT);
    let meant = source(&SAMPLE.replace("expires:", "expire:"));
    assert!(meant.findings[0].message.contains("did you mean `expires`?"));
}

const MISSING: &str = r"
title: Nightly invoices still read with the shared database user\n =>  => missing-field 1:1 title
, email: ana@example.com =>  => missing-field 6:1 owner.email
level: moderate => blast_radius: All of it => missing-field 8:1 risk.level
, status: active =>  => missing-field 11:5 compensating_controls[0].status
class: standard => class: => missing-field 3:7 class
class: standard => class: ~ => missing-field 3:8 class
class: standard => class: '  ' => missing-field 3:8 class
class: standard => class: standard\nrequester: null => missing-field 4:12 requester
 => scope: {actions: [read, ~, '']}\n => missing-field 13:25 scope.actions[1]; missing-field 13:28 scope.actions[2]
 => scope:\n  actions:\n => missing-field 14:11 scope.actions
 => scope: {}\nclosure: {}\nx: {}\n => 
 => triggers: [{}]\n => missing-field 13:12 triggers[0]
{level: moderate} => {} => missing-field 8:7 risk
{rule: Every job has its own database user} => {} => 
{application: billing} => {} => 
subject: {application: billing}\n =>  => missing-field 1:1 subject
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing. => justification: '' => 
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing. => justification: => missing-field 7:15 justification
 => scope: {findings: [{tool: trivy}]}\n => missing-field 13:20 scope.findings[0]
 => handling: [{date: 2026-12-01, stage: triage, by: lee@example.com, evidence: [{kind: log}, {kind: log, path: a}]}]\n => missing-field 13:78 handling[0].evidence[0]; missing-field 13:91 handling[0].evidence[1].sha256
 => uses:\n => missing-field 13:6 uses
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active} =>   [] => 
";

#[test]
fn what_is_missing_points_at_its_parent() {
    check_all(MISSING);
}

const WRONG_TYPE: &str = r"
{name: Ana Ruiz, email: ana@example.com} => ana@example.com => wrong-type 6:8 owner
{level: moderate} => [level, moderate] => wrong-type 8:7 risk
class: standard => class: [standard] => wrong-type 3:8 class
class: standard => class: {} => wrong-type 3:8 class
 => scope: {actions: read}\n => wrong-type 13:18 scope.actions
 => scope: {actions: [{a: b}]}\n => wrong-type 13:19 scope.actions[0]
 => triggers: [T1]\n => wrong-type 13:12 triggers[0]
 => x: [a]\n => wrong-type 13:4 x
";

#[test]
fn a_value_of_another_kind_is_refused() {
    check_all(WRONG_TYPE);
}

const MALFORMED: &str = r"
class: standard => class: special => bad-value 3:8 class
class: standard => class: Standard => bad-value 3:8 class
2026-12-20 => never => bad-value 12:10 expires
2026-12-20 => 2026-02-30 => bad-value 12:10 expires
2026-12-20 => 20261220 => bad-value 12:10 expires
2026-12-20 => 2026-12-20T10:00:00 => bad-value 12:10 expires
2026-12-20 => 2026-12-20 10:00:00Z => bad-value 12:10 expires
2026-12-20 => 2026-12-20T10:00Z => bad-value 12:10 expires
2026-12-20 => 2026-12-20T10:00:00+02:00 => 
2026-12-20 => 9999-12-31 => 
2026-12-20 => 2026-12-20T23:59:59Z => 
2026-12-20 => 2026-12-20T23:59:60Z => bad-value 12:10 expires
2026-12-20 => 2026-12-20T22:00:60Z => bad-value 12:10 expires
2026-12-20 => 0000-12-20 => bad-value 12:10 expires
2026-12-20 => 0000-12-20T10:00:00Z => bad-value 12:10 expires
2026-12-20 => 0001-01-01T00:00:00+01:00 => bad-value 12:10 expires
2026-12-20 => 9999-12-31T23:59:59-01:00 => bad-value 12:10 expires
ana@example.com => ana => bad-value 6:32 owner.email
 => requester: Ana Ruiz\n => bad-value 13:12 requester
 => review_every: 0d\n => bad-value 13:15 review_every
 => review_every: -1d\n => bad-value 13:15 review_every
 => review_every: 3 days\n => bad-value 13:15 review_every
 => review_every: 3mo\n => 
 => uses: {limit: 0}\n => bad-value 13:15 uses.limit
 => uses: {limit: 1.5}\n => bad-value 13:15 uses.limit
 => uses: {limit: 1}\n => 
 => scope: {findings: [{cwe: cwe-79}]}\n => bad-value 13:26 scope.findings[0].cwe
 => scope: {findings: [{id: A, versions: 3.2.0}]}\n => bad-value 13:38 scope.findings[0].versions
 => scope: {findings: [{id: A, versions: '>=2.0.0, <3.2.0'}, {id: B, versions: =2024a}]}\n => 
 => scope: {findings: [{id: A, severity: medium}]}\n => bad-value 13:38 scope.findings[0].severity
 => handling: [{date: 2026-12-01, stage: triage, by: lee@example.com, evidence: [{kind: log, url: a, commit: b}]}]\n => bad-value 13:106 handling[0].evidence[0].commit
 => handling: [{date: 2026-12-01, stage: triage, by: lee@example.com, evidence: [{kind: log, path: a, sha256: abc}]}]\n => bad-value 13:107 handling[0].evidence[0].sha256
 => triggers: [{id: T1, when: A, then: close}, {id: T1, when: B, then: review}]\n => bad-value 13:49 triggers[1].id
 => fired: [{date: 2026-12-01, trigger: T1, by: lee@example.com}]\n => bad-value 13:37 fired[0].trigger
";

#[test]
fn a_malformed_value_is_refused() {
    check_all(MALFORMED);
}

#[test]
fn a_technical_error_is_no_exception() {
    for (from, to) in [
        ("class: standard", "class: technical-error"),
        ("root_cause: brittle-dependency", "root_cause: technical error"),
    ] {
        let source = source(&SAMPLE.replace(from, to));
        assert_eq!(source.findings.len(), 1);
        assert!(source.findings[0].message.contains("technical error is not an exception"));
    }
}

#[test]
fn an_id_has_the_form_and_the_name_of_the_file() {
    let cases: &[(&str, &[Expected])] = &[
        ("EXC-2026-7F3KI", &[("bad-id", 1, 5, "id")]),
        ("exc-2026-7F3KQ", &[("bad-id", 1, 5, "id")]),
        ("EXC-2026-7F3KR", &[("bad-id", 1, 5, "id")]),
        ("SEC-2026-7F3KQ", &[("bad-id", 1, 5, "id")]),
        ("''", &[("missing-field", 1, 5, "id")]),
    ];
    for (id, expected) in cases {
        check("EXC-2026-7F3KQ", id, expected);
    }
}

#[test]
fn every_mistake_of_a_file_is_found_at_once() {
    let text =
        "id: EXC-2026-7F3KQ\nclass: special\nclass: standard\nowner: {name: }\nexpire: never\n";
    let source = source(text);
    let found: Vec<&str> = source.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let missing = ["missing-field"; 8];
    let rest = ["duplicate-key", "missing-field", "missing-field", "unknown-key"];
    let expected: Vec<&str> = missing[1..].iter().chain(&rest).copied().collect();
    assert_eq!(found, expected, "{:#?}", source.findings);
}

#[test]
fn rules_read_what_can_be_read_of_a_broken_file() {
    use exledger::record::file::FieldState;
    use exledger::record::time::{Day, When};
    let text = SAMPLE.replace("class: standard", "class: odd").replace("rule:", "ruel:");
    let source = source(&text);
    assert!(source.record.is_none());
    assert_eq!(source.text("subject.application"), Some("billing"));
    assert_eq!(source.value::<When>("expires"), Day::new("2026-12-20").map(When::Day));
    assert_eq!(source.text("class"), None);
    assert_eq!(source.stated("class"), FieldState::Unreadable);
    assert_eq!(source.stated("deviates_from.rule"), FieldState::Unreadable);
    assert_eq!(source.stated("starts"), FieldState::Absent);
    assert_eq!(source.items("compensating_controls").len(), 1);
    assert_eq!((source.pos("starts").line, source.pos("subject.task").line), (1, 5));
    assert_eq!(source.pos("compensating_controls[0].verified").line, 11);
    assert_eq!(source.pos("rollback.plan").line, 1);
}

#[test]
fn what_is_below_x_is_typed_and_free() {
    let text = format!(
        "{SAMPLE}x: {{cost: \"1234\", n: 010, f: 1.5, no: no, on: TRUE, d: 2026-01-02, l: [~]}}\n"
    );
    let record = source(&text).record.unwrap();
    let x = serde_json::to_string(&record.x).unwrap();
    assert_eq!(
        x,
        r#"{"cost":"1234","d":"2026-01-02","f":1.5,"l":[null],"n":10,"no":"no","on":true}"#
    );
}
