//! A compiled JSON Schema.
//!
//! Uses jsonschema, which is built without access to files and the network. Pure. Start at [`SchemaJudge::compile`].

use crate::rules::extra_schema::refusal::{SchemaRefusal, SchemaStep};
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use jsonschema::paths::LocationSegment;
use jsonschema::types::JsonType;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct SchemaJudge {
    validator: jsonschema::Validator,
    schema: Value,
}

impl SchemaJudge {
    /// Compiles a schema, by its `$schema` or by draft 2020-12; `format` is checked too.
    pub(super) fn compile(schema: &Value) -> Result<SchemaJudge, String> {
        let options = jsonschema::options().should_validate_formats(true);
        let ready = |validator| SchemaJudge { validator, schema: schema.clone() };
        options.build(schema).map(ready).map_err(|error| {
            let place = error.instance_path().as_str().to_owned();
            match place.as_str() {
                "" => error.to_string(),
                place => format!("{place}: {error}"),
            }
        })
    }

    pub(super) fn refusals(&self, map: &Value) -> Vec<SchemaRefusal> {
        let errors = self.validator.iter_errors(map);
        errors.flat_map(|error| refused(&error, &self.schema)).collect()
    }
}

fn description(error: &ValidationError<'_>, schema: &Value, below: &str) -> Option<String> {
    let path = error.schema_path().as_str();
    let (around, _) = path.rsplit_once('/')?;
    let of = match below {
        "" => around.to_owned(),
        key => format!("{around}/properties/{}", key.replace('~', "~0").replace('/', "~1")),
    };
    let text = schema.pointer(&of)?.get("description")?.as_str()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn wants_text(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Single(kind) => *kind == JsonType::String,
        TypeKind::Multiple(kinds) => kinds.contains(JsonType::String),
    }
}

/// Returns the refusals of one error, each at the position where a reader looks for it.
fn refused(error: &ValidationError<'_>, schema: &Value) -> Vec<SchemaRefusal> {
    let segments = error.instance_path().into_iter();
    let path: Vec<SchemaStep> = segments
        .map(|segment| match segment {
            LocationSegment::Property(key) => SchemaStep::Key(key.into_owned()),
            LocationSegment::Index(index) => SchemaStep::Item(index),
        })
        .collect();
    let below = |key: &str, message: &str| SchemaRefusal {
        path: [&path[..], &[SchemaStep::Key(key.to_owned())]].concat(),
        message: message.to_owned(),
        description: description(error, schema, key),
        wants_text: false,
    };
    match error.kind() {
        Kind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            vec![below(key, "is required")]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let keys = unexpected.iter();
            keys.map(|key| below(key, "is not a key that the schema allows")).collect()
        }
        Kind::PropertyNames { .. } => vec![SchemaRefusal {
            path,
            message: "has a key whose name the schema does not allow".to_owned(),
            description: description(error, schema, ""),
            wants_text: false,
        }],
        kind => vec![SchemaRefusal {
            path,
            message: error.masked_with("").to_string().trim_start().to_owned(),
            description: description(error, schema, ""),
            wants_text: matches!(kind, Kind::Type { kind } if wants_text(kind))
                && matches!(**error.instance(), Value::Number(_) | Value::Bool(_)),
        }],
    }
}
