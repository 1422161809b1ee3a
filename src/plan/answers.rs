//! The answers about a record to be filed, from flags, files, presets and prompts.
//!
//! Pure. Start at [`Answers`]. Values are texts as given; the record reader checks them once the draft is written.

use serde_json::{Map, Value};

use crate::yaml::node::Node;
use crate::yaml::{self};

/// The fields of a record, each a text, a list or a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    fields: Map<String, Value>,
}

impl Answers {
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Returns the answers in a node that has the form of a record; `None` if it is not a map.
    pub fn of_node(node: &Node) -> Option<Answers> {
        match value(node, "") {
            Value::Object(fields) => Some(Answers { fields }),
            _ => None,
        }
    }

    /// Returns the answers in a JSON value that has the form of a record; `None` if it is not a map.
    pub fn of_json(json: Value) -> Option<Answers> {
        match json {
            Value::Object(fields) => Some(Answers { fields: texts(fields) }),
            _ => None,
        }
    }

    /// Returns the value at a dotted path, where `name[0]` is the first item of a list.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let (first, index) = indexed(parts.next()?);
        let first = item(self.fields.get(first)?, index)?;
        parts.try_fold(first, |value, part| {
            let (name, index) = indexed(part);
            item(value.as_object()?.get(name)?, index)
        })
    }

    /// Returns the text at a dotted path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// Tells whether a path has a value: a text that is not blank, or a list or map that is not empty.
    pub fn states(&self, path: &str) -> bool {
        match self.get(path) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
            Some(Value::Bool(_) | Value::Number(_)) => true,
        }
    }

    /// Sets the value at a dotted path, replacing any other. An item of a list must exist.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let mut map = &mut self.fields;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let (name, index) = indexed(part);
            if parts.peek().is_none() {
                map.insert(name.to_owned(), value.into());
                return;
            }
            let mut inner = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Some(index) = index {
                let Some(item) = inner.get_mut(index) else {
                    return;
                };
                inner = item;
            }
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Some(inner) = inner.as_object_mut() else {
                return;
            };
            map = inner;
        }
    }

    /// Sets the value at a dotted path, if there is a value.
    pub fn set_given(&mut self, path: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(path, value);
        }
    }

    /// Sets the value at a dotted path unless it has one.
    pub fn set_default(&mut self, path: &str, value: impl Into<Value>) {
        if !self.states(path) {
            self.set(path, value);
        }
    }

    /// Overrides these answers with others: maps key by key, everything else as a whole.
    pub fn overlay(&mut self, other: &Answers) {
        merge(&mut self.fields, &other.fields);
    }

    /// Removes a key of a map.
    pub fn remove_at(&mut self, map: &str, key: &str) {
        if let Some(map) = self.fields.get_mut(map).and_then(Value::as_object_mut) {
            map.shift_remove(key);
        }
    }

    pub fn remove(&mut self, key: &str) {
        self.fields.shift_remove(key);
    }
}

/// Returns the content of a node, every scalar as its text.
pub fn texts_of(node: &Node) -> Value {
    value(node, "")
}

fn indexed(part: &str) -> (&str, Option<usize>) {
    let inside = part.strip_suffix(']').and_then(|rest| rest.split_once('['));
    match inside.and_then(|(name, index)| Some((name, index.parse().ok()?))) {
        Some((name, index)) => (name, Some(index)),
        None => (part, None),
    }
}

fn item(value: &Value, index: Option<usize>) -> Option<&Value> {
    match index {
        Some(index) => value.get(index),
        None => Some(value),
    }
}

fn merge(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => merge(under, over),
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Returns the content of a node; below `x:` with YAML types, elsewhere every scalar as text.
fn value(node: &Node, path: &str) -> Value {
    match &node.value {
        yaml::node::Value::Null | yaml::node::Value::Unreadable => Value::Null,
        yaml::node::Value::Scalar(scalar)
            if path == "x" && scalar.style == yaml::node::NodeStyle::Plain =>
        {
            typed(&scalar.text)
        }
        yaml::node::Value::Scalar(scalar) => Value::from(scalar.text.as_str()),
        yaml::node::Value::List(items) => items.iter().map(|item| value(item, path)).collect(),
        yaml::node::Value::Map(entries) => {
            let inner = |key: &str| {
                if path.is_empty() { key.to_owned() } else { path.to_owned() }
            };
            entries
                .iter()
                .map(|entry| (entry.key.clone(), value(&entry.value, &inner(&entry.key))))
                .collect()
        }
    }
}

/// Returns a plain scalar by YAML's core schema: a number, a boolean, otherwise the text.
fn typed(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
        _ => Value::from(text),
    }
}

/// Turns numbers and booleans into texts, except below `x`.
fn texts(fields: Map<String, Value>) -> Map<String, Value> {
    fn text(value: Value) -> Value {
        match value {
            Value::Bool(_) | Value::Number(_) => Value::from(value.to_string()),
            Value::Array(items) => items.into_iter().map(text).collect(),
            Value::Object(map) => map.into_iter().map(|(key, value)| (key, text(value))).collect(),
            Value::Null | Value::String(_) => value,
        }
    }
    fields
        .into_iter()
        .map(|(key, value)| if key == "x" { (key, value) } else { (key, text(value)) })
        .collect()
}
