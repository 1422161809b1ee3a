//! The rules about texts: placeholders, references, criteria, controls, secrets, evidence, closures.
//!
//! Follows `docs/spec/rules.md` (content). Start at [`codes`].

use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// The rules that these tests are about.
const RULES: &[Code] = &[
    Code::Placeholder,
    Code::ShortJustification,
    Code::BadReference,
    Code::CriteriaTooWide,
    Code::UnknownControl,
    Code::WithdrawnControl,
    Code::LooseControl,
    Code::BadValue,
];

/// Returns the codes found in the smallest record with one text replaced, and files beside it.
fn codes(from: &str, to: &str, files: &[(&str, &str)]) -> Vec<&'static str> {
    found(from, to, files).iter().map(|finding| finding.rule.as_str()).collect()
}

fn found(from: &str, to: &str, files: &[(&str, &str)]) -> Vec<exledger::diag::Finding> {
    let text = match from.is_empty() {
        true => format!("{SAMPLE}{to}\n"),
        false => SAMPLE.replacen(from, to, 1),
    };
    assert!(text != SAMPLE, "no {from:?}");
    let beside = files.iter().map(|(path, bytes)| (*path, (*bytes).to_owned()));
    let tree = MapTree::of(beside.chain([(PATH, text)]));
    findings_of(RULES, &tree, None)
}

#[test]
fn a_placeholder_is_a_whole_value_in_any_case() {
    let title = "Nightly invoices still read with the shared database user";
    let held = "tbd|TBA|ToDo|fixme|wip|n/a|N/A.|na|none|nil|unknown|pending|later|xxx|XXXXX|'???'|'…'|'-'|'.'|test|\
        asdf|placeholder|TBD...|'todo!'|'TODO(import): write it'|'TBD: ask Lee'|Lorem ipsum dolor sit amet|'  tbd  '|\"null\"";
    for text in held.split('|') {
        assert_eq!(codes(title, text, &[]), ["placeholder"], "{text}");
    }
    for text in "xx|testing the invoices|later than planned|todo list app|none of the jobs|N/A for tests|tbd2".split('|') {
        assert_eq!(codes(title, text, &[]), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn placeholders_are_looked_for_in_every_text_that_gives_a_reason() {
    let cases = [
        ("Every job has its own database user", "TBD", "deviates_from.rule"),
        ("Alert on use outside 01:00-03:00 UTC", "TBD", "compensating_controls[0].description"),
        ("{application: billing}", "{application: billing, task: TBD}", "subject.task"),
        ("{level: moderate}", "{level: moderate, blast_radius: TBD}", "risk.blast_radius"),
        ("", "rollback: {plan: TBD, criteria: Any use from elsewhere}", "rollback.plan"),
        ("", "rollback: {plan: Disable it, criteria: n/a}", "rollback.criteria"),
        ("", "triggers: [{id: T1, when: TBD, then: close}]", "triggers[0].when"),
        ("", "fix: {target: data, plan: TBD}", "fix.plan"),
        (
            "",
            "renewals: [{date: 2026-12-01, from: 2026-12-10, until: 2026-12-20, reason: TBD}]",
            "renewals[0].reason",
        ),
        (
            "",
            "transfers: [{date: 2026-12-01, from: a@example.com, to: b@example.com, reason: TBD}]",
            "transfers[0].reason",
        ),
        (
            "",
            "reviews: [{date: 2026-12-01, by: a@example.com, outcome: still-needed, note: TBD}]",
            "reviews[0].note",
        ),
        (
            "",
            "handling: [{date: 2026-12-01, stage: triage, by: a@example.com, note: TBD}]",
            "handling[0].note",
        ),
    ];
    for (from, to, field) in cases {
        let found = found(from, to, &[]);
        assert_eq!(found.len(), 1, "{to}: {found:#?}");
        assert_eq!(
            (found[0].rule.as_str(), found[0].field.as_deref()),
            ("placeholder", Some(field))
        );
    }
    let closure = "closure: {outcome: rejected, date: 2026-12-01, by: lee@example.com, reason: tbd, prevention: tbd, checks: {a: none}}";
    assert_eq!(codes("", closure, &[]), ["placeholder", "placeholder"]);
}

#[test]
fn a_justification_is_counted_after_folding_white_space() {
    let whole = SAMPLE.lines().find(|line| line.starts_with("justification")).unwrap();
    let forty = "justification: \"1234567890 1234567890   1234567890\\n 1234567\"";
    assert_eq!(codes(whole, forty, &[]), Vec::<&str>::new());
    let short = "justification: \"1234567890 1234567890   1234567890\\n 123456\"";
    assert_eq!(codes(whole, short, &[]), ["short-justification"]);
    assert_eq!(codes(whole, "justification: ''", &[]), ["short-justification"]);
    assert_eq!(codes(whole, "justification: TBD", &[]), ["placeholder"]);
    let policy = [("exledger.yaml", "version: 1\nlint: {justification_min: 5}\n")];
    assert_eq!(codes(whole, "justification: vendor", &policy), Vec::<&str>::new());
}

#[test]
fn references_have_the_form_of_tickets() {
    for ticket in [
        "ABC-12",
        "ABC0012345",
        "'#12'",
        "owner/repo#12",
        "https://t.example.com/12",
        "C2M-7",
        "'http://t'",
    ] {
        let references = format!("references: {{ticket: {ticket}, risk: {ticket}}}");
        assert_eq!(codes("", &references, &[]), Vec::<&str>::new(), "{ticket}");
    }
    for ticket in
        ["see chat", "ABC-", "ABC", "12", "abc 12", "'#x'", "ftp://t/1", "'https://'", "owner#12"]
    {
        let references = format!("references: {{redesign: {ticket}}}");
        assert_eq!(codes("", &references, &[]), ["bad-reference"], "{ticket}");
    }
    assert_eq!(codes("", "references: {supersedes: EXC-2026-1A2B3}", &[]), Vec::<&str>::new());
    assert_eq!(codes("", "references: {supersedes: BILL-1}", &[]), ["bad-reference"]);
    assert_eq!(
        codes("", "fix: {target: data, plan: Mend it, ticket: soon}", &[]),
        ["bad-reference"]
    );
    let handling = |evidence: &str| {
        format!(
            "handling: [{{date: 2026-12-01, stage: triage, by: a@example.com, evidence: [{{kind: log, {evidence}}}]}}]"
        )
    };
    for (evidence, expected) in [
        ("url: https://ci.example.com/7", 0),
        ("url: ci.example.com", 1),
        ("commit: 3f2c9a7", 0),
        ("commit: 3f2c9", 1),
        ("commit: main", 1),
    ] {
        assert_eq!(codes("", &handling(evidence), &[]).len(), expected, "{evidence}");
    }
    let purl = |purl: &str| format!("scope: {{findings: [{{id: A, purl: {purl}}}]}}");
    assert_eq!(codes("", &purl("pkg:npm/%40scope/name@1.0.0"), &[]), Vec::<&str>::new());
    assert_eq!(codes("", &purl("openssl"), &[]), ["bad-reference"]);
}

#[test]
fn a_criterion_names_something() {
    let cases = [
        ("{cwe: CWE-79}", 1),
        ("{cwe: CWE-79, tool: trivy, severity: low}", 1),
        ("{purl: pkg:npm/legacy-ui}", 0),
        ("{purl: pkg:npm/}", 1),
        ("{purl: pkg:npm/*}", 1),
        ("{purl: 'pkg:npm/**@1.0.0', id: A}", 1),
        ("{cwe: CWE-79, paths: [services/**]}", 0),
        ("{cwe: CWE-79, paths: ['**']}", 1),
        ("{cwe: CWE-79, paths: ['**/*']}", 1),
        ("{cwe: CWE-79, resources: ['*', 'k8s:a/*']}", 1),
        ("{cwe: CWE-79, resources: [any]}", 1),
        ("{id: '*'}", 1),
        ("{id: CVE-2026-1}", 0),
    ];
    for (finding, n_findings) in cases {
        let found = codes("", &format!("scope: {{findings: [{finding}]}}"), &[]);
        let wide = found.iter().filter(|code| **code == "criteria-too-wide").count();
        assert_eq!(wide, n_findings, "{finding}: {found:?}");
    }
}

#[test]
fn controls_are_shown_as_their_catalogs_write_them() {
    let cases: &[(&str, &[&str])] = &[
        ("nist-csf:ID.RA-07", &[]),
        ("owasp-nhi:NHI7:2025", &[]),
        ("owasp-nhi:NHI-02", &["loose-control"]),
        ("NIST-CSF:id.ra-07", &["loose-control"]),
        ("NHI-02", &["loose-control"]),
        ("NHI2:2025", &["loose-control"]),
        ("owasp-nhi: NHI2:2025", &["loose-control"]),
        ("owasp-llm:LLM02", &["loose-control"]),
        ("AC-2", &["loose-control"]),
        ("PR.AC-4", &["loose-control", "withdrawn-control"]),
        ("nist-csf:PR.AC-4", &["withdrawn-control"]),
        ("nist-800-207:SC-2", &["unknown-control"]),
        ("house:H-1", &["unknown-control"]),
        ("nothing like it", &["unknown-control"]),
    ];
    for (control, expected) in cases {
        let deviation = format!("{{controls: ['{control}']}}");
        let found = codes("{rule: Every job has its own database user}", &deviation, &[]);
        assert_eq!(found, *expected, "{control}");
    }
}

#[test]
fn an_unknown_control_says_where_to_look() {
    let message = |control: &str, policy: &str| {
        let deviation = format!("{{controls: ['{control}']}}");
        let files = [("exledger.yaml", policy)];
        let rule = "{rule: Every job has its own database user}";
        let found = found(rule, &deviation, &files);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].rule.as_str(), "unknown-control");
        format!("{}; {}", found[0].message, found[0].remedy.words())
    };
    let all = "version: 1\n";
    let elsewhere = message("nist-800-207:SC-2", all);
    assert!(elsewhere.contains("nist-800-53:SC-2 (Separation of"), "{elsewhere}");
    assert!(message("house:H-1", all).contains("lists no catalog `house`"));
    let few = message("cwe:CWE-79", "version: 1\ncatalogs: [nist-csf]\n");
    assert!(few.contains("add cwe to `catalogs`"), "{few}");
    let loose = message("NHI-02", "version: 1\ncatalogs: [nist-csf]\n");
    assert!(loose.contains("owasp-nhi has it: add owasp-nhi to `catalogs`"), "{loose}");
}

#[test]
fn a_governance_file_that_is_not_there_is_an_error() {
    let policy = "version: 1\nextra_schema: house.json\ncatalogs: [nist-csf, house.csv]\n";
    let title = "Nightly invoices still read with the shared database user";
    let found = found(title, "Nightly invoices", &[("exledger.yaml", policy)]);
    let shown = found.iter().map(|it| (it.rule.as_str(), it.level.as_str(), it.field.as_deref()));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [("bad-value", "error", Some("extra_schema")), ("bad-value", "error", Some("catalogs[1]")),]
    );
}
