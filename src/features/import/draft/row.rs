//! What tells an entry without findings from others, such as a row of a register, so that it is drafted once.
//!
//! Pure. Start at [`name`]. Follows `docs/spec/interop.md`, 4, known.

use serde_json::Value;

use crate::formats::suppressions::exception::ForeignException;
use crate::formats::suppressions::text;
use crate::yaml::screen;

/// The field of a record that keeps the names of rows that its title does not give.
pub const NAMED: &str = "x.imported";

/// The maximum length of a name, in characters.
const LONGEST: usize = 300;

/// Returns the name of an entry: its title, else everything that it states. `None` if all of it looks like credentials,
/// which no draft repeats.
pub fn name(entry: &ForeignException) -> Option<String> {
    if let Some(title) = entry.answers.text("title").and_then(copied) {
        return Some(title);
    }
    let mut stated = Vec::new();
    for (key, value) in entry.answers.fields() {
        texts(key, value, &mut stated);
    }
    stated.extend(entry.text.as_deref().and_then(copied));
    let joined = stated.join("; ");
    if joined.is_empty() { None } else { Some(cut(&joined)) }
}

/// Returns the names of the entries of a group without findings which the title of their draft does not give.
pub fn beside(group: &[&ForeignException], title: Option<&str>) -> Vec<String> {
    let own = title.map(text::one_line);
    let mut seen = std::collections::BTreeSet::new();
    let rows = group.iter().filter(|entry| entry.findings.is_empty());
    let names = rows.filter_map(|entry| name(entry)).filter(|name| Some(name) != own.as_ref());
    names.filter(|name| seen.insert(name.clone())).collect()
}

fn texts(path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(copied(text).map(|text| format!("{path} {text}"))),
        Value::Array(items) => items.iter().for_each(|item| texts(path, item, found)),
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| texts(&format!("{path}.{key}"), item, found));
        }
        _ => {}
    }
}

fn copied(stated: &str) -> Option<String> {
    text::plain(stated).map(|plain| cut(&text::one_line(&plain))).filter(|line| !line.is_empty())
}

fn cut(text: &str) -> String {
    screen::without_hidden(&text.chars().take(LONGEST).collect::<String>())
}
