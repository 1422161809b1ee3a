//! Official schemas of third-party formats, and their judgement.

#[cfg(feature = "house-schema")]
use serde_json::Value;

use crate::support::project;

/// Returns a schema below `tests/data/schemas`.
pub(crate) fn read(name: &str) -> String {
    let path = project::root().join("tests/data/schemas").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Checks a value against a schema of that folder.
#[cfg(feature = "house-schema")]
pub(crate) fn check_json(schema: &str, instance: &Value) {
    let schema: Value = serde_json::from_str(&read(schema)).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
