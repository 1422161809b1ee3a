//! The JSON Schemas of the tools: what they take, and what they answer.
//!
//! Start at [`question`] and [`receipt`]. Follows `docs/spec/cli.md`, mcp and answers: keys may be added to an answer, so
//! those of results are open, and those of arguments are not.

use serde_json::{Map, Value, json};

use crate::mcp::arguments::{DEPLOY, LEDGER, LINE, QUESTION_TEXTS};
use exledger::features::live::agent::{DUE_SCHEMA, MOST_DUE, STATUS_SCHEMA};
use exledger::features::request;
use exledger::gate::answer::GateVerdict;
use exledger::gate::receipt;
use exledger::record::vocabulary::{Risk, Vocabulary};
use exledger::status::state::Status;
use exledger::survey::due::Bucket;
use exledger::view::shape;

/// The bounds of how long `wait` waits, in seconds, and its default.
pub(super) const WAIT: (u64, u64, u64) = (1, 300, 60);

pub(super) fn question() -> Value {
    arguments(question_properties(), &[])
}

pub(super) fn wait() -> Value {
    let (least, most, default) = WAIT;
    let mut properties = question_properties();
    let seconds = json!({
        "type": "integer", "minimum": least, "maximum": most, "default": default,
        "description": "How long to wait while the answer is pending",
    });
    properties.insert("seconds".to_owned(), seconds);
    arguments(properties, &[])
}

pub(super) fn status() -> Value {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), text("The whole id of the record, such as EXC-2026-7F3KQ"));
    arguments(properties, &["id"])
}

pub(super) fn due() -> Value {
    let mut properties = Map::new();
    let within = "Records that end within this time, such as 30d; otherwise as the policy says";
    properties.insert("within".to_owned(), text(within));
    properties.insert("owner".to_owned(), text("Address or name of the owner"));
    arguments(properties, &[])
}

pub(super) fn request() -> Value {
    request::plan::schema()
}

pub(super) fn with_ledger(mut schema: Value, names: &[&str]) -> Value {
    let named = json!({"type": "string", "enum": names, "description": "Which ledger to ask"});
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(LEDGER.to_owned(), named);
    }
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let required: Vec<Value> = [LEDGER.into()].into_iter().chain(required).collect();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

fn question_properties() -> Map<String, Value> {
    let mut properties = Map::new();
    for (key, help) in QUESTION_TEXTS {
        properties.insert((*key).to_owned(), text(help));
    }
    if let Some(severity) = properties.get_mut("severity").and_then(Value::as_object_mut) {
        severity.insert("enum".to_owned(), Risk::words().into());
    }
    let deploy = "Ask whether the application may be deployed";
    properties.insert(DEPLOY.to_owned(), json!({"type": "boolean", "description": deploy}));
    let line = "Line of the file, from 1, for exceptions that accept some text alone";
    let line = json!({"type": "integer", "minimum": 1, "description": line});
    properties.insert(LINE.to_owned(), line);
    properties
}

fn arguments(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text(description: &str) -> Value {
    json!({"type": "string", "minLength": 1, "description": description})
}

pub(super) fn receipt() -> Value {
    let mut question: Map<String, Value> =
        QUESTION_TEXTS.iter().map(|(key, _)| ((*key).to_owned(), maybe("string"))).collect();
    question.insert("identity_type".to_owned(), maybe("string"));
    question.insert(DEPLOY.to_owned(), json!({"type": "boolean"}));
    question.insert(LINE.to_owned(), json!({"type": "integer"}));
    let verdicts: Vec<&str> = GateVerdict::ALL.iter().map(|it| it.as_str()).collect();
    let considered = answer(&[
        ("id", json!({"type": "string"})),
        ("status", json!({"type": "string"})),
        ("why_not", maybe("string")),
    ]);
    let mut scope = answer(&[
        ("resources", maybe_texts()),
        ("actions", maybe_texts()),
        ("not_waived", maybe_texts()),
    ]);
    if let Some(Value::Object(properties)) = scope.get_mut("properties") {
        properties.insert("content".to_owned(), maybe_texts());
    }
    let verdict = "Only allow is a yes";
    answer(&[
        ("schema", json!({"const": receipt::SCHEMA})),
        ("question", json!({"type": "object", "properties": question})),
        ("verdict", json!({"type": "string", "enum": verdicts, "description": verdict})),
        ("reason", json!({"type": "string"})),
        ("record", maybe("string")),
        ("digest", maybe("string")),
        ("approved_digest", maybe("string")),
        ("not_after", maybe_instant("The first instant at which it is no longer allowed")),
        ("scope", scope),
        ("ledger", json!({"type": "object"})),
        ("considered", json!({"type": "array", "items": considered})),
        ("simulated", json!({"type": "boolean"})),
        ("next", json!({"type": "null"})),
        ("warnings", json!({"type": "array", "items": {"type": "string"}})),
        ("id", json!({"type": ["string", "integer", "null"]})),
        ("seq", maybe("integer")),
        ("previous", maybe("string")),
    ])
}

pub(super) fn status_answer() -> Value {
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let next = answer(&[
        ("action", json!({"type": "string"})),
        ("command", maybe("string")),
        ("waits_for", people()),
        ("since", maybe_instant("Since when it waits")),
        ("days", maybe("integer")),
        ("deadline", maybe_instant("Until when it must be done")),
    ]);
    let texts = answer(&[
        ("title", maybe("string")),
        ("justification", maybe("string")),
        ("owner", maybe("string")),
    ]);
    answer(&[
        ("schema", json!({"const": STATUS_SCHEMA})),
        ("id", json!({"type": "string"})),
        ("status", json!({"type": "string", "enum": words})),
        ("in_force", json!({"type": "boolean"})),
        ("not_after", maybe_instant("The first instant at which it no longer grants anything")),
        ("reasons", json!({"type": "array", "items": {"type": "string"}})),
        ("next", next),
        ("texts", texts),
    ])
}

pub(super) fn due_answer() -> Value {
    let buckets: Vec<&str> = Bucket::ALL.iter().map(|bucket| bucket.as_str()).collect();
    let record = answer(&[
        ("id", json!({"type": "string"})),
        ("bucket", json!({"type": "string", "enum": buckets})),
        ("since", maybe_instant("Since when it is due")),
        ("not_after", maybe_instant("The first instant at which it no longer grants anything")),
    ]);
    answer(&[
        ("schema", json!({"const": DUE_SCHEMA})),
        ("records", json!({"type": "array", "items": record, "maxItems": MOST_DUE})),
        ("hidden", json!({"type": "integer", "description": "How many more are due"})),
    ])
}

pub(super) fn request_answer() -> Value {
    answer(&[
        ("schema", json!({"const": shape::schema("request")})),
        ("id", json!({"type": "string"})),
        ("branch", maybe("string")),
        ("commit", maybe("string")),
        ("yaml", json!({"type": "string"})),
        ("needed", json!({"type": "object"})),
        ("findings", json!({"type": "array", "items": {"type": "object"}})),
    ])
}

fn answer(keys: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
    let properties: Map<String, Value> =
        keys.iter().map(|(key, schema)| ((*key).to_owned(), schema.clone())).collect();
    json!({"type": "object", "properties": properties, "required": names})
}

fn maybe(kind: &str) -> Value {
    json!({"type": [kind, "null"]})
}

fn maybe_instant(description: &str) -> Value {
    json!({"type": ["string", "null"], "format": "date-time", "description": description})
}

fn maybe_texts() -> Value {
    json!({"type": ["array", "null"], "items": {"type": "string"}})
}

fn people() -> Value {
    let person = answer(&[("email", maybe("string")), ("name", maybe("string"))]);
    json!({"type": "array", "items": person})
}
