//! What changes mean. The cases are edits of one sample record.

use exledger::history::change::event::ChangeEvent;
use exledger::history::change::fields::FIELDS;
use exledger::history::change::{differ, events, of_version};
use exledger::record::{Record, file, schema};
use serde_json::{Value, json};

use crate::history::versions::filed;
use crate::support::samples::{ID, SAMPLE};

pub(crate) fn record(yaml: &str) -> Record {
    let source = file::read(&format!("exceptions/{ID}.yaml"), yaml.as_bytes());
    assert_eq!(source.findings, [], "{yaml}");
    source.record.unwrap()
}

/// The sample with lines replaced by key, or added.
pub(crate) fn with(lines: &[&str]) -> String {
    let mut text = SAMPLE.to_owned();
    for line in lines {
        let key = line.split(':').next().unwrap();
        let kept: Vec<&str> = text
            .split_inclusive('\n')
            .filter(|old| {
                !(old.starts_with(&format!("{key}:"))
                    || key == "compensating_controls" && old.starts_with("  - "))
            })
            .collect();
        text = kept.concat() + line + "\n";
    }
    text
}

fn words(events: &[ChangeEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.as_str()).collect()
}

/// Lines before, lines after, and the events.
type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

const DATES: &[Case] = &[
    (&[], &["expires: 2026-12-21"], &["extended"]),
    (&[], &["expires: 2026-12-19"], &["shortened"]),
    (
        &["event_ends: 2026-12-19"],
        &["expires: 2026-12-10", "event_ends: 2026-12-10"],
        &["shortened"],
    ),
    (&["event_ends: 2026-12-19"], &["event_ends: 2026-12-10"], &["amended"]),
    (
        &["event_ends: 2026-12-10"],
        &["expires: 2026-12-10", "event_ends: 2026-12-12"],
        &["shortened", "amended"],
    ),
    (&[], &["expires: 2026-12-21T00:00:00Z"], &["amended"]),
    (&["expires: 2026-12-21T00:00:00Z"], &["expires: 2026-12-21T01:00:00+01:00"], &[]),
    (
        &[],
        &[
            "expires: 2026-12-30",
            "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2026-12-30, reason: More time}]",
        ],
        &["renewed"],
    ),
    (
        &[],
        &[
            "expires: 2026-12-31",
            "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2026-12-30, reason: More time}]",
        ],
        &["extended"],
    ),
    (
        &["renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2026-12-30, reason: More time}]"],
        &[],
        &["amended"],
    ),
    (&[], &["starts: 2026-11-20"], &["amended"]),
    (&[], &["review_every: 7d"], &["amended"]),
];

const SCOPES: &[Case] = &[
    (&[], &["scope: {resources: [a]}"], &["scope-widened"]),
    (&["scope: {resources: [a]}"], &[], &["scope-widened"]),
    (&["scope: {resources: [a]}"], &["scope: {resources: [a, b]}"], &["scope-widened"]),
    (&["scope: {resources: [a, b]}"], &["scope: {resources: [a]}"], &["scope-narrowed"]),
    (
        &["scope: {resources: [a]}"],
        &["scope: {resources: [b]}"],
        &["scope-widened", "scope-narrowed"],
    ),
    (&["scope: {resources: [a, b]}"], &["scope: {resources: [b, a]}"], &["amended"]),
    (
        &["scope: {resources: [a]}"],
        &["scope: {resources: [a], actions: [read]}"],
        &["scope-widened"],
    ),
    (
        &["scope: {resources: [a], actions: [read]}"],
        &["scope: {resources: [a]}"],
        &["scope-widened"],
    ),
    (
        &["scope: {resources: [a]}"],
        &["scope: {resources: [a], not_waived: [b]}"],
        &["scope-narrowed"],
    ),
    (
        &["scope: {resources: [a], not_waived: [b]}"],
        &["scope: {resources: [a]}"],
        &["scope-widened"],
    ),
    (
        &["scope: {findings: [{id: CVE-1, tool: trivy}]}"],
        &["scope: {findings: [{id: CVE-1}]}"],
        &["scope-widened", "scope-narrowed"],
    ),
    (
        &["subject: {application: a}"],
        &["subject: {application: a, aliases: [b]}"],
        &["scope-widened"],
    ),
    (
        &["subject: {application: a, aliases: [b]}"],
        &["subject: {application: a}"],
        &["scope-narrowed"],
    ),
    (&["subject: {application: a}"], &["subject: {application: b}"], &["amended"]),
    (
        &["deviates_from: {rule: r, controls: [soc2:A]}"],
        &["deviates_from: {rule: r, controls: [soc2:A, soc2:B]}"],
        &["scope-widened"],
    ),
    (&["deviates_from: {rule: r}"], &["deviates_from: {rule: s}"], &["amended"]),
];

const PARTS: &[Case] = &[
    (&[], &["compensating_controls: []"], &["control-dropped"]),
    (
        &[],
        &[
            "compensating_controls: [{id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: withdrawn}]",
        ],
        &["control-dropped"],
    ),
    (
        &["compensating_controls: []"],
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: planned}]",
        ],
        &["control-added"],
    ),
    (
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: planned}]",
        ],
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: active, verified: 2026-11-20}]",
        ],
        &["attested"],
    ),
    (
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: active, verified: 2026-11-20}]",
        ],
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: active, verified: 2026-11-21, evidence: [{kind: log, url: \"https://example.com\"}]}]",
        ],
        &["attested"],
    ),
    (
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: active, verified: 2026-11-20}]",
        ],
        &[
            "compensating_controls: [{id: C, description: d, owner: a@example.com, status: active, verified: 2026-11-19}]",
        ],
        &["amended"],
    ),
    (
        &["compensating_controls: [{id: C, description: d, owner: a@example.com, status: active}]"],
        &["compensating_controls: [{id: C, description: e, owner: a@example.com, status: active}]"],
        &["amended"],
    ),
    (&["risk: {level: low}"], &["risk: {level: high}"], &["risk-raised"]),
    (
        &["risk: {level: critical}"],
        &["risk: {level: high, blast_radius: All of it}"],
        &["risk-lowered", "amended"],
    ),
    (&[], &["owner: {name: Lee Chen, email: lee@example.com}"], &["owner-changed"]),
    (
        &[],
        &[
            "owner: {name: Lee Chen, email: lee@example.com}",
            "transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com}]",
        ],
        &["transferred"],
    ),
    (
        &[],
        &["owner: {name: Ana Ruiz, email: ana@example.com, backup: lee@example.com}"],
        &["amended"],
    ),
    (&[], &["reviews: [{date: 2026-12-01, by: a@example.com, outcome: reduce}]"], &["reviewed"]),
    (
        &["reviews: [{date: 2026-12-01, by: a@example.com, outcome: reduce}]"],
        &["reviews: [{date: 2026-12-02, by: a@example.com, outcome: reduce}]"],
        &["amended"],
    ),
    (&[], &["handling: [{date: 2026-12-01, stage: triage, by: a@example.com}]"], &["noted"]),
    (
        &["triggers: [{id: T1, when: now, then: close}]"],
        &[
            "triggers: [{id: T1, when: now, then: close}]",
            "fired: [{date: 2026-12-01, trigger: T1, by: a@example.com}]",
        ],
        &["fired"],
    ),
    (
        &[],
        &["closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}"],
        &["closed"],
    ),
    (
        &[],
        &["closure: {outcome: rejected, date: 2026-12-01, by: a@example.com, reason: No}"],
        &["rejected"],
    ),
    (
        &["closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}"],
        &[
            "closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done, reviewed: {date: 2026-12-02, by: b@example.com, outcome: effective}}",
        ],
        &["post-reviewed"],
    ),
    (
        &["closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}"],
        &[],
        &["reopened"],
    ),
    (&[], &["title: Another"], &["amended"]),
    (&["x: {a: 1}"], &["x: {a: 2}"], &["amended"]),
];

#[test]
fn each_change_of_meaning_has_its_name() {
    for (before, after, expected) in DATES.iter().chain(SCOPES).chain(PARTS) {
        let [old, new] = [before, after].map(|lines| record(&with(lines)));
        assert_eq!(words(&events(Some(&old), &new)), *expected, "{before:?} -> {after:?}");
        assert_eq!(events(Some(&new), &new), []);
        let changed = !differ::differences(Some(&old), &new).is_empty();
        assert_eq!(changed, !expected.is_empty(), "{before:?} -> {after:?}");
    }
    assert_eq!(words(&events(None, &record(SAMPLE))), ["filed"]);
}

#[test]
fn a_version_is_named_by_what_happened_to_its_files_too() {
    let repo = filed();
    repo.by("ana").replace(ID, "class:", "# why\nclass:").commit("Comment");
    repo.by("ana").rename(ID, "exceptions/a/EXC-2026-7F3KQ.yaml").commit("Move");
    repo.by("ana").write("exceptions/a/EXC-2026-7F3KQ.yaml", "id: [").commit("Break");
    repo.by("ana")
        .write("exceptions/a/EXC-2026-7F3KQ.yaml", &SAMPLE.replace("12-20", "12-10"))
        .commit("Mend");
    repo.by("ana").remove("exceptions/a").commit("Remove");
    repo.by("ana").write(ID, SAMPLE).commit("Again");
    let trail = repo.trail(ID);
    let named: Vec<Vec<&str>> =
        trail.versions.iter().map(|it| words(&of_version(&trail, it))).collect();
    let expected: &[&[&str]] = &[
        &["filed"],
        &["reformatted"],
        &["moved"],
        &["broken"],
        &["shortened", "restored"],
        &["removed"],
        &["restored"],
    ];
    assert_eq!(named, expected);
}

#[test]
fn the_table_of_fields_is_the_schemas() {
    let schema: Value = serde_json::from_str(&schema::exception()).unwrap();
    let stated: Vec<&str> =
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let table: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(table, stated);
}

#[test]
fn differences_are_values_by_field() {
    let old = record(&with(&["reviews: [{date: 2026-12-01, by: a@example.com, outcome: reduce}]"]));
    let new = record(&with(&["expires: 2026-12-21", "fix: {target: data, plan: Mend it}"]));
    let found: Vec<(String, Value, Value)> = differ::differences(Some(&old), &new)
        .into_iter()
        .map(|it| (it.field, it.from, it.to))
        .collect();
    let review = json!({"date": "2026-12-01", "by": "a@example.com", "outcome": "reduce"});
    assert_eq!(
        found,
        [
            ("fix".to_owned(), Value::Null, json!({"target": "data", "plan": "Mend it"})),
            ("expires".to_owned(), json!("2026-12-20"), json!("2026-12-21")),
            ("reviews".to_owned(), json!([review]), Value::Null),
        ]
    );
}
