//! The JSON Schema of a policy, for editors: generated from the types, committed, never written by hand.
//!
//! Uses policy's types. Pure. Start at [`policy`]. Follows `docs/spec/policy.md`.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};

use crate::policy::Policy;

/// Returns the JSON Schema of `exledger.yaml`, in the dialect 2020-12.
pub fn policy() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Policy>()
}

pub(crate) fn version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": 1 })
}

pub(crate) fn prefixes(_: &mut SchemaGenerator) -> Schema {
    let prefix = serde_json::json!({ "type": "string", "pattern": "^[A-Z][A-Z0-9]{1,9}$" });
    json_schema!({ "anyOf": [prefix, { "type": "array", "items": prefix, "minItems": 1 }] })
}

pub(crate) fn matches(generator: &mut SchemaGenerator) -> Schema {
    let one = generator.subschema_for::<crate::policy::tiers::Match>();
    json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}

pub(crate) fn only_true(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": true })
}

pub(crate) fn levels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "enum": crate::policy::codes::CONTENT },
        "additionalProperties": { "enum": ["error", "warning", "off", "warn"] },
    })
}

pub(crate) fn checks(generator: &mut SchemaGenerator) -> Schema {
    let items = generator.subschema_for::<Vec<String>>();
    json_schema!({ "type": "object", "additionalProperties": items })
}

pub(crate) fn word_map(_: &mut SchemaGenerator) -> Schema {
    let word = serde_json::json!({ "type": ["string", "number", "boolean"] });
    json_schema!({
        "type": "object",
        "additionalProperties": { "anyOf": [word, { "type": "array", "items": word }] },
    })
}
