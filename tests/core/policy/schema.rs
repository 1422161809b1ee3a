//! The generated JSON Schema of a policy is complete.

use exledger::policy::schema;
use serde_json::{Value, json};

fn visit(value: &Value, look: &mut dyn FnMut(&serde_json::Map<String, Value>)) {
    if let Value::Object(map) = value {
        look(map);
    }
    let inner: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().for_each(|value| visit(value, look));
}

#[test]
fn every_key_is_explained_and_no_other_is_allowed() {
    let schema: Value = serde_json::from_str(&schema::policy()).unwrap();
    let mut n_properties = 0;
    visit(&schema, &mut |object| {
        let Some(Value::Object(properties)) = object.get("properties") else {
            return;
        };
        n_properties += properties.len();
        for (name, property) in properties {
            assert!(property.get("description").is_some(), "{name}");
        }
        assert_eq!(object.get("additionalProperties"), Some(&json!(false)));
    });
    assert!(n_properties > 90, "{n_properties}");
    assert_eq!(schema["required"], json!(["version"]));
    assert_eq!(schema["properties"]["version"]["const"], json!(1));
}

#[test]
fn the_keys_of_the_schema_are_those_that_the_reader_knows() {
    let schema: Value = serde_json::from_str(&schema::policy()).unwrap();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for key in keys.iter().filter(|key| **key != "version") {
        // Nothing after the colon: a known key is empty, an unknown one is unknown.
        let yaml = format!("version: 1\n{key}:\n");
        let found = exledger::policy::read::read(yaml.as_bytes()).findings;
        let codes: Vec<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(codes, ["missing-field"], "{key}");
    }
}
