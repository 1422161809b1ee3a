//! The JSON Schema of a policy, for editors: generated from the types, committed, never edited by hand.
//!
//! Pure. Start at [`policy`]. Follows `docs/spec/policy.md`.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::diag::code::Code;
use crate::policy::Policy;
use crate::policy::hooks::HookMap;
use crate::policy::redesign::Redesign;
use crate::record;

/// Returns the JSON Schema of `exledger.yaml` as the text of `schemas/policy.schema.json`.
pub fn policy() -> String {
    record::schema::text::<Policy>("policy", "What a team demands of its exceptions")
}

/// Returns the JSON Schema of a redesign as the text of `schemas/redesign.schema.json`.
pub fn redesign() -> String {
    record::schema::text::<Redesign>(
        "redesign",
        "The change that will make the exceptions of a pattern unnecessary",
    )
}

/// Returns the JSON Schema of `exledger-hooks.yaml` as the text of `schemas/hooks.schema.json`.
pub fn hooks() -> String {
    record::schema::text::<HookMap>(
        "hooks",
        "Which tool calls of an agent run, are refused, or need an exception",
    )
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
        "propertyNames": { "enum": Code::adjustable().collect::<Vec<Code>>() },
        // YAML 1.1 readers take a plain `off` for false.
        "additionalProperties": { "enum": ["error", "warning", "off", "warn", false] },
    })
}

pub(crate) fn checks(generator: &mut SchemaGenerator) -> Schema {
    let items = generator.subschema_for::<Vec<String>>();
    json_schema!({ "type": "object", "additionalProperties": items })
}

pub(crate) fn word_map(_: &mut SchemaGenerator) -> Schema {
    let scalar = serde_json::json!({ "type": ["string", "number", "boolean"] });
    json_schema!({
        "type": "object",
        "additionalProperties": { "anyOf": [scalar, { "type": "array", "items": scalar }] },
    })
}

pub(crate) fn triggers(generator: &mut SchemaGenerator) -> Schema {
    let trigger = generator.subschema_for::<crate::policy::profile::ProfileTrigger>();
    let text = serde_json::json!({ "type": "string" });
    json_schema!({ "type": "array", "items": { "anyOf": [trigger, text] } })
}
