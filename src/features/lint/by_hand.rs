//! What of one side of a conflict has to be written again by hand, since no command writes it.
//!
//! Pure. Start at [`edits`].

use crate::yaml::screen;
use crate::yaml::splice::quote;
use serde_json::Value;

pub(super) const AGAIN: &str = "edit again";

// Returns a line for each value that the other side has, and that it did not have from the base; each names its place in the
// landed version. Without a base, what the landed side alone has stays as it is.
pub(super) fn edits(base: Option<&Value>, landed: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", base, [landed, other], &mut found);
    found
}

fn compare(path: &str, base: Option<&Value>, sides: [&Value; 2], found: &mut Vec<String>) {
    let [landed, other] = sides;
    if landed == other || base == Some(other) {
        return;
    }
    match (landed, other) {
        (Value::Object(own), Value::Object(new)) => {
            let added = new.keys().filter(|key| !own.contains_key(*key));
            for key in own.keys().chain(added) {
                let inside = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let of = |value: &Value| value.get(key).cloned().unwrap_or(Value::Null);
                compare(&inside, base.map(of).as_ref(), [&of(landed), &of(other)], found);
            }
        }
        (Value::Array(own), Value::Array(new)) => {
            let before = base.map(|base| base.as_array().map_or(&[][..], Vec::as_slice));
            compare_entries(path, before, [own, new], found);
        }
        (_, Value::Null) if base.is_none() => {}
        _ => found.push(line(path, other)),
    }
}

// Compares lists by what identifies their entries: the id, else the whole value.
fn compare_entries(
    path: &str,
    base: Option<&[Value]>,
    [landed, other]: [&[Value]; 2],
    found: &mut Vec<String>,
) {
    let was = |entry: &Value| base.and_then(|base| base.iter().find(|known| is_same(known, entry)));
    for entry in other {
        match landed.iter().position(|known| is_same(known, entry)) {
            Some(at) => {
                let before = base.map(|_| was(entry).unwrap_or(&Value::Null));
                let own = landed.get(at).unwrap_or(&Value::Null);
                compare(&format!("{path}[{at}]"), before, [own, entry], found);
            }
            None if was(entry) == Some(entry) => {}
            None => found.push(comment(&format!("{path}: add {}", written(entry)))),
        }
    }
    let removed = |entry: &&Value| !other.iter().any(|known| is_same(known, entry));
    for entry in base.into_iter().flatten().filter(removed) {
        if let Some(at) = landed.iter().position(|known| is_same(known, entry)) {
            found.push(line(&format!("{path}[{at}]"), &Value::Null));
        }
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one.get("id"), other.get("id")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn line(place: &str, value: &Value) -> String {
    comment(&format!("{place}: {}", written(value)))
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn comment(what: &str) -> String {
    remark(AGAIN, what)
}

// Returns a comment of a shell, on one line whatever the record says.
pub(super) fn remark(intro: &str, what: &str) -> String {
    let mut text = format!("# {intro}: ");
    for character in what.chars() {
        match character.is_control() || screen::is_unseen(character) {
            true => text.extend(character.escape_unicode()),
            false => text.push(character),
        }
    }
    text
}
