//! The generated JSON Schemas: stored as files, which the program prints, up to date, and no stricter than the reader.
//!
//! Follows `docs/spec/record.md`, schema and edits. `UPDATE_GOLDEN=1 cargo test` rewrites the files.

use exledger::policy;
use exledger::record::schema;
use serde_json::Value;

use crate::support::project;

#[test]
fn the_schemas_in_the_repository_are_what_the_types_say() {
    let schemas = [
        ("schemas/exception.schema.json", schema::exception()),
        ("schemas/policy.schema.json", policy::schema::policy()),
        ("schemas/redesign.schema.json", policy::schema::redesign()),
        ("schemas/hooks.schema.json", policy::schema::hooks()),
    ];
    for (name, fresh) in schemas {
        let path = project::root().join(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(kept == fresh, "{name} is stale: UPDATE_GOLDEN=1 rewrites it");
    }
}

#[test]
fn every_field_is_explained_and_none_may_be_null() {
    let schema: Value = serde_json::from_str(&schema::exception()).unwrap();
    let mut n_properties = 0;
    visit(&schema, &mut |object| {
        assert_ne!(object.get("type"), Some(&Value::from("null")));
        for (name, property) in object.get("properties").into_iter().flat_map(entries) {
            n_properties += 1;
            assert!(property.get("description").is_some(), "{name}");
            assert!(property.get("default").is_none(), "{name}");
        }
        if object.contains_key("properties") {
            assert_eq!(object.get("additionalProperties"), Some(&Value::Bool(false)));
        }
    });
    assert!(n_properties > 100, "{n_properties}");
}

#[test]
fn free_text_may_look_like_a_number_or_a_truth_value() {
    let schema: Value = serde_json::from_str(&schema::exception()).unwrap();
    let title = &schema["properties"]["title"]["type"];
    assert_eq!(title, &serde_json::json!(["string", "number", "boolean"]));
    let fix = &schema["properties"]["fix"]["anyOf"][1];
    assert_eq!(fix, &serde_json::json!({"type": "object", "maxProperties": 0}));
}

#[test]
fn every_vocabulary_is_a_list_with_what_each_word_means() {
    let schema: Value = serde_json::from_str(&schema::exception()).unwrap();
    let mut n_words = 0;
    visit(&schema, &mut |object| {
        if let Some(words) = object.get("enum").and_then(Value::as_array) {
            let meanings = object["markdownEnumDescriptions"].as_array().unwrap();
            assert_eq!(meanings.len(), words.len(), "{words:?}");
            assert!(meanings.iter().all(|it| it.as_str().is_some_and(|it| !it.is_empty())));
            n_words += words.len();
        }
        let choices = object.get("oneOf").and_then(Value::as_array);
        let is_word = |choice: &Value| choice.get("const").is_some();
        assert!(!choices.into_iter().flatten().any(is_word), "{object:?}");
    });
    assert!(n_words > 40, "{n_words}");
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn visit(value: &Value, look: &mut dyn FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            look(map);
            map.values().for_each(|inner| visit(inner, look));
        }
        Value::Array(items) => items.iter().for_each(|inner| visit(inner, look)),
        _ => {}
    }
}

#[test]
#[cfg(feature = "house-schema")]
fn editors_refuse_days_and_instants_that_no_calendar_has() {
    let schema: Value = serde_json::from_str(&schema::exception()).unwrap();
    let record: Value = serde_yaml::from_str(crate::support::samples::SAMPLE).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (text, is_fine) in [
        ("2026-12-20", true),
        ("2026-12-20T18:00:00Z", true),
        ("2026-12-20T18:00:00+01:00", true),
        ("2026-13-20", false),
        ("2026-00-20", false),
        ("2026-12-32", false),
        ("2026-12-20T24:00:00Z", false),
        ("2026-12-20T18:60:00Z", false),
        ("2026-12-20T18:00:00", false),
    ] {
        let mut record = record.clone();
        record["expires"] = text.into();
        assert_eq!(validator.is_valid(&record), is_fine, "{text}");
    }
}
