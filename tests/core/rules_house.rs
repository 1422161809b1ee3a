//! `house-schema`: a team's own schema for the keys below `x`. Follows `docs/spec/record.md`. Start at [`found`].

use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// The rules that these tests are about.
const RULES: &[Code] = &[Code::HouseSchema, Code::DuplicateKey, Code::YamlFeature, Code::BadValue];

const SCHEMA: &str = r##"{
  "type": "object",
  "properties": {
    "cost_centre": {"type": "string", "pattern": "^[0-9]{4}$"},
    "budget": {"type": "integer", "maximum": 100},
    "paid": {"type": "boolean"},
    "contacts": {"type": "array", "items": {"$ref": "#/$defs/contact"}},
    "note": {"enum": ["a", "b"]}
  },
  "$defs": {"contact": {"type": "object", "properties": {"mail": {"format": "email"}}, "required": ["mail"]}},
  "required": ["cost_centre"],
  "additionalProperties": false
}"##;

fn found(x: &str, schema: &str) -> Vec<Finding> {
    let tree = MapTree::of([
        (PATH, format!("{SAMPLE}{x}\n")),
        ("exledger.yaml", "version: 1\nextra_schema: schemas/house.json\n".to_owned()),
        ("schemas/house.json", schema.to_owned()),
    ]);
    findings_of(RULES, &tree, None)
}

/// Returns `line field` of each finding.
fn places(x: &str) -> Vec<String> {
    let found = found(x, SCHEMA);
    let places = found.iter().map(|finding| {
        assert_eq!(finding.rule.as_str(), "house-schema", "{finding:#?}");
        format!("{} {}", finding.pos.unwrap().line, finding.field.as_deref().unwrap())
    });
    places.collect()
}

#[test]
fn what_the_schema_refuses_is_found_at_its_place() {
    let last = SAMPLE.lines().count() + 1;
    let at = |lines: usize, field: &str| format!("{} {field}", last + lines);
    let none = Vec::<String>::new();
    assert_eq!(places("x: {cost_centre: '1234', budget: 0x10, paid: true, note: b}"), none);
    assert_eq!(places("x:\n  cost_centre: 1234"), [at(1, "x.cost_centre")]);
    assert_eq!(places("x:\n  cost_centre: '12345'"), [at(1, "x.cost_centre")]);
    assert_eq!(places("x: {note: a}"), [at(0, "x.cost_centre")]);
    let several = "x:\n  budget: 101\n  paid: yes\n  other: 1\n  further: 2\n  cost_centre: '1234'";
    assert_eq!(
        places(several),
        [at(1, "x.budget"), at(2, "x.paid"), at(3, "x.other"), at(4, "x.further")]
    );
    let deep = "x:\n  cost_centre: '1234'\n  contacts:\n    - {mail: ana@example.com}\n    - {name: Lee}\n    - {mail: Lee}";
    assert_eq!(places(deep), [at(4, "x.contacts[1].mail"), at(5, "x.contacts[2].mail")]);
}

#[test]
fn a_record_without_x_holds_an_empty_map_there() {
    assert_eq!(places(""), ["1 x.cost_centre"]);
    assert_eq!(places("x: {}").len(), 1);
    assert_eq!(found("", "{\"required\": []}"), []);
}

#[test]
fn no_message_repeats_a_value() {
    let found = found("x: {cost_centre: Winter2026, note: Winter2026, budget: Winter2026}", SCHEMA);
    assert_eq!(found.len(), 3, "{found:#?}");
    for finding in found {
        assert!(!finding.message.contains("Winter"), "{}", finding.message);
        assert!(!finding.message.contains("  "), "{}", finding.message);
    }
}

#[test]
fn a_record_with_faults_below_x_is_left_to_them() {
    let found = found("x: {cost_centre: '1234', cost_centre: 12, note: &a b}", SCHEMA);
    assert!(!found.is_empty());
    assert!(found.iter().all(|finding| finding.rule.as_str() != "house-schema"), "{found:#?}");
}

#[test]
fn a_schema_that_cannot_be_used_is_a_finding_of_the_policy() {
    for schema in [
        r#"{"type": 5}"#,
        r#"{"properties": {"a": {"pattern": "("}}}"#,
        r#"{"$ref": "https://example.com/other.json"}"#,
        r#"{"$ref": "file:///etc/passwd"}"#,
        r#"{"$ref": "other.json"}"#,
        r##"{"$ref": "#/$defs/nothing"}"##,
        "[]",
    ] {
        let found = found("x: {cost_centre: 1}", schema);
        assert_eq!(found.len(), 1, "{schema}: {found:#?}");
        assert_eq!(
            (found[0].rule.as_str(), found[0].path.as_str(), found[0].field.as_deref()),
            ("house-schema", "exledger.yaml", Some("extra_schema")),
            "{schema}"
        );
        assert_eq!(found[0].pos.unwrap().line, 2, "{schema}");
        assert!(!found[0].message.contains("root:"), "{}", found[0].message);
    }
    let found = found("", "{not json");
    assert!(found.iter().all(|finding| finding.rule.as_str() != "house-schema"), "{found:#?}");
}
