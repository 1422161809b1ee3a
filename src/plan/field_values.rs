//! The fields of a record that have a flag, and the answers that values of flags give.
//!
//! Pure. Start at [`fill`]. Follows `docs/spec/cli.md`, flags that scripts use. The flags of `new` and the arguments of a
//! request by an agent are read here, so that both mean the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ledger;
use crate::plan::answers::Answers;
use crate::plan::part;
use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::{self, Ask, FieldPath, ValueShape};

/// The key of the list whose items are given by several flags, the n-th of each for the n-th item.
const CONTROLS: &str = "compensating_controls";

/// The values given for fields, by the path of the field; one value each, except for repeatable fields.
pub type FieldValues = BTreeMap<String, Vec<String>>;

/// Why values are not answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldValueError {
    /// A part of a control is given more often than controls; the flag of that part.
    #[error("more {0} than --compensating-control: give one for each, in order")]
    MoreThanControls(&'static str),
    /// A trigger or a finding is malformed.
    #[error("{0}")]
    Malformed(String),
}

/// Returns the fields that have a flag, in the order of the record.
pub fn flag_fields() -> impl Iterator<Item = (FieldPath, Ask)> {
    let fields = spec::walk(Record::FIELDS).into_iter();
    fields.filter_map(|field| {
        let ask = field.spec.ask.filter(|ask| !ask.flag.is_empty())?;
        Some((field, ask))
    })
}

/// Tells whether a flag may be given several times.
pub fn is_repeatable(field: &FieldPath) -> bool {
    field.is_of_item || matches!(field.spec.shape, ValueShape::List(_))
}

/// Adds values to the answers, overriding known ones.
///
/// # Errors
/// [`FieldValueError`].
pub fn fill(given: &FieldValues, answers: &mut Answers) -> Result<(), FieldValueError> {
    for (field, _) in flag_fields().filter(|(field, _)| !field.is_of_item) {
        if let Some(values) = given.get(&field.path) {
            let value = answer(&field, values).map_err(FieldValueError::Malformed)?;
            answers.set(&field.path, value);
        }
    }
    fill_controls(given, answers)
}

fn fill_controls(given: &FieldValues, answers: &mut Answers) -> Result<(), FieldValueError> {
    let parts = flag_fields().filter(|(field, _)| field.is_of_item);
    let mut controls: Vec<Value> = Vec::new();
    for (field, ask) in parts {
        let values = given.get(&field.path).map_or(&[][..], Vec::as_slice);
        let key = field.spec.key;
        if key == "description" {
            controls = values.iter().map(|text| json!({"description": text})).collect();
        } else if values.len() > controls.len() {
            return Err(FieldValueError::MoreThanControls(ask.flag));
        }
        for (control, value) in controls.iter_mut().zip(values) {
            if let Some(control) = control.as_object_mut() {
                control.insert(key.to_owned(), json!(value));
            }
        }
    }
    if !controls.is_empty() {
        answers.set(CONTROLS, controls);
    }
    Ok(())
}

fn answer(field: &FieldPath, values: &[String]) -> Result<Value, String> {
    let texts = || values.iter().map(String::as_str);
    match field.path.as_str() {
        "scope.findings" => texts().map(part::finding).collect(),
        "triggers" => {
            let numbered = texts().enumerate();
            numbered.map(|(n, text)| part::trigger(text, n + 1)).collect()
        }
        "references.supersedes" => Ok(texts().map(ledger::id_of).collect::<String>().into()),
        _ if is_repeatable(field) => Ok(json!(values)),
        _ => Ok(texts().collect::<String>().into()),
    }
}

/// Returns the flags that give answers, each with its value.
pub fn flags_of(answers: &Answers) -> Vec<(&'static str, String)> {
    let mut flags = Vec::new();
    for (field, ask) in flag_fields() {
        let list = if field.is_of_item { field.path.rsplit_once('.') } else { None };
        let values = match (list, answers.get(list.map_or(field.path.as_str(), |(list, _)| list))) {
            (Some((_, key)), Some(Value::Array(items))) => {
                items.iter().filter_map(|item| item.get(key)).map(text_of).collect()
            }
            (None, Some(Value::Array(items))) => items.iter().map(text_of).collect(),
            (None, Some(value)) => vec![text_of(value)],
            (_, _) => Vec::new(),
        };
        flags.extend(values.into_iter().map(|value| (ask.flag, value)));
    }
    flags
}

fn text_of(value: &Value) -> String {
    let part = |key: &str| value.get(key).and_then(Value::as_str);
    match (value, part("when"), part("then"), part("tool"), part("id")) {
        (Value::String(text), ..) => text.clone(),
        (_, Some(when), Some(then), ..) => format!("{when} => {then}"),
        (_, _, _, Some(tool), Some(id)) => format!("{tool}:{id}"),
        (other, ..) => other.to_string(),
    }
}
