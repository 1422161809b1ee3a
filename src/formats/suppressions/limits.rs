//! What an entry of a file limits itself to, beyond what a finding key can say: compared to tell whether a branch widens it.
//!
//! Pure. Start at [`of_node`] and [`of_table`].

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use toml_edit::{Item, TableLike, Value as TomlValue};

use crate::rules::scan::suppression::EntryLimits;
use crate::yaml::node::{Node, Value};

/// Returns the fields of an entry by their paths, except those that say why, until when, or what it is called. The
/// items of a list are the values of one field.
pub fn of_node(node: &Node, except: &[&str]) -> EntryLimits {
    let mut limits = EntryLimits::new();
    match &node.value {
        Value::Map(entries) => {
            for entry in entries.iter().filter(|entry| !except.contains(&entry.key.as_str())) {
                add(&entry.key, &entry.value, &mut limits);
            }
        }
        _ => add("", node, &mut limits),
    }
    limits
}

fn add(path: &str, node: &Node, limits: &mut EntryLimits) {
    for entry in node.entries() {
        add(&format!("{path}.{}", entry.key), &entry.value, limits);
    }
    for item in node.items() {
        match item.text() {
            Some(text) => insert(limits, path, text),
            None => insert(limits, path, &format!("{:?}", of_node(item, &[]))),
        }
    }
    if let Some(text) = node.text() {
        insert(limits, path, text);
    }
}

fn insert(limits: &mut EntryLimits, path: &str, text: &str) {
    limits.entry(path.to_owned()).or_default().insert(text.trim().to_owned());
}

/// Returns the same of a table of TOML.
pub fn of_table(table: &dyn TableLike, except: &[&str]) -> EntryLimits {
    let mut limits = EntryLimits::new();
    for (key, item) in table.iter().filter(|(key, _)| !except.contains(key)) {
        add_item(key, item, &mut limits);
    }
    limits
}

fn add_item(path: &str, item: &Item, limits: &mut EntryLimits) {
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            add_item(&format!("{path}.{key}"), item, limits);
        }
    } else if let Some(values) = item.as_array() {
        for value in values {
            insert(limits, path, &plain(value));
        }
    } else if let Some(value) = item.as_value() {
        insert(limits, path, &plain(value));
    }
}

fn plain(value: &TomlValue) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.clone().decorated("", "").to_string(),
    }
}

/// Returns an only limit.
pub fn one(field: &str, value: &str) -> EntryLimits {
    EntryLimits::from([(field.to_owned(), BTreeSet::from([value.to_owned()]))])
}

/// Returns a limit to a text that must not be kept, such as the hash of a secret.
pub fn hidden(field: &str, value: &str) -> EntryLimits {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    one(field, &hasher.finish().to_string())
}
