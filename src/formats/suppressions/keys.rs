//! Keys of settings as the tools read them that take several spellings for one key.
//!
//! Pure. Start at [`respell`].

use std::collections::BTreeMap;
use std::mem;

use crate::yaml::node::{MapEntry, Node, Value};

/// Returns the one spelling that stands for all of a key.
pub type Spelling = fn(&str) -> String;

/// Letters of either case are the same, as in the settings that viper reads and in JSON that Go reads.
pub fn lower_case(key: &str) -> String {
    key.to_ascii_lowercase()
}

/// A hyphen is an underscore, as in the settings of ggshield.
pub fn with_underscores(key: &str) -> String {
    key.replace('-', "_")
}

/// Gives all keys in a tree one spelling. Lists under several spellings of a key become one.
pub fn respell(node: &mut Node, spelling: Spelling) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| respell(item, spelling)),
        Value::Map(entries) => {
            let mut kept: Vec<MapEntry> = Vec::with_capacity(entries.len());
            let mut places: BTreeMap<String, usize> = BTreeMap::new();
            for mut entry in mem::take(entries) {
                entry.key = spelling(&entry.key);
                respell(&mut entry.value, spelling);
                let place = *places.entry(entry.key.clone()).or_insert(kept.len());
                let same = kept.get_mut(place).map(|known| &mut known.value.value);
                match (same, &mut entry.value.value) {
                    (Some(Value::List(known)), Value::List(more)) => known.append(more),
                    _ => kept.push(entry),
                }
            }
            *entries = kept;
        }
        Value::Null | Value::Scalar(_) | Value::Unreadable => {}
    }
}
