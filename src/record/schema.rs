//! The JSON Schema of a record, generated from its types, so that schema and reader can't disagree.
//!
//! Pure. Start at [`exception`]. A schema must not refuse what `lint` accepts: free text may look like a number, an
//! optional map may be empty. Follows `docs/spec/record.md`, schema and edits.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::record::Record;

/// Where a ledger keeps the JSON Schema of its records, if it does.
pub const PATH: &str = "schemas/exception.schema.json";

/// Returns the JSON Schema of a record as the text of [`PATH`].
pub fn exception() -> String {
    text::<Record>("exception", "An approved, temporary exception: one file of the ledger")
}

/// Returns the JSON Schema of a type as the text of a file.
pub fn text<T: JsonSchema>(name: &str, title: &str) -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    walk(&mut schema, &mut without_null);
    walk(&mut schema, &mut words);
    walk(&mut schema, &mut free_text);
    let demanding = list_demanding(&schema);
    walk(&mut schema, &mut |map| or_empty(map, &demanding));
    format!("{:#}\n", headed(schema, name, title))
}

/// Puts the keys that readers look for first at the front of the schema.
fn headed(schema: Value, name: &str, title: &str) -> Value {
    let mut headed = Map::new();
    headed.insert("$schema".to_owned(), json!(schema.get("$schema")));
    headed.insert("$id".to_owned(), json!(format!("urn:exledger:{name}")));
    headed.insert("title".to_owned(), json!(title));
    headed.insert("description".to_owned(), json!(schema.get("description")));
    if let Value::Object(rest) = schema {
        for (key, value) in rest {
            headed.entry(key).or_insert(value);
        }
    }
    Value::Object(headed)
}

/// Visits every object of a schema, the innermost first.
fn walk(value: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(|inner| walk(inner, visit));
            visit(map);
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}

/// An optional field is omitted, never null.
fn without_null(map: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let copy = only.clone();
            map.insert("type".to_owned(), copy);
        }
    }
    let Some(Value::Array(choices)) = map.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice != &json!({"type": "null"}));
    if let [Value::Object(only)] = &choices[..] {
        let copy = only.clone();
        map.remove("anyOf");
        for (key, value) in copy {
            map.entry(key).or_insert(value);
        }
    }
}

/// A vocabulary is one list, with the meanings beside it: for a choice between constants, an editor would explain the
/// key by its present value.
fn words(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get("oneOf") else {
        return;
    };
    let word = |choice: &Value| choice.get("const").filter(|value| value.is_string()).cloned();
    let Some(words) = choices.iter().map(word).collect::<Option<Vec<Value>>>() else {
        return;
    };
    let meanings: Vec<Value> = choices
        .iter()
        .map(|choice| choice.get("description").cloned().unwrap_or_default())
        .collect();
    map.remove("oneOf");
    map.insert("type".to_owned(), json!("string"));
    map.insert("enum".to_owned(), Value::from(words));
    if meanings.iter().all(Value::is_string) {
        map.insert("markdownEnumDescriptions".to_owned(), Value::from(meanings));
    }
}

/// A free text may look like a number or a boolean; it is read as written.
fn free_text(map: &mut Map<String, Value>) {
    let is_text = map.get("type") == Some(&json!("string"));
    let has_form = ["const", "enum", "pattern"].iter().any(|key| map.contains_key(*key));
    if is_text && !has_form {
        map.insert("type".to_owned(), json!(["string", "number", "boolean"]));
    }
    map.remove("format");
    map.remove("default");
}

/// Returns the references to the definitions that an empty map does not satisfy.
fn list_demanding(schema: &Value) -> Vec<String> {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let demands = |definition: &Value| {
        ["required", "oneOf", "anyOf"].iter().any(|key| definition.get(key).is_some())
            && definition.get("type") == Some(&json!("object"))
    };
    definitions
        .into_iter()
        .flatten()
        .filter(|(_, definition)| demands(definition))
        .map(|(name, _)| format!("#/$defs/{name}"))
        .collect()
}

/// An empty map counts as absent, so an optional field may have one.
fn or_empty(map: &mut Map<String, Value>, demanding: &[String]) {
    let required = map.get("required").cloned().unwrap_or_default();
    let is_required = |key: &str| {
        let names = required.as_array();
        names.is_some_and(|names| names.iter().any(|name| name == key))
    };
    let Some(Value::Object(properties)) = map.get_mut("properties") else {
        return;
    };
    for (key, property) in properties.iter_mut() {
        let Some(Value::String(reference)) = property.get("$ref") else {
            continue;
        };
        if is_required(key) || !demanding.contains(reference) {
            continue;
        }
        let choices = json!([{"$ref": reference}, {"type": "object", "maxProperties": 0}]);
        if let Value::Object(property) = property {
            property.remove("$ref");
            property.insert("anyOf".to_owned(), choices);
        }
    }
}
