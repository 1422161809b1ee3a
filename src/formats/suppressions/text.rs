//! Texts of entries: what a record can hold of them, and what it can't.
//!
//! Pure. Start at [`plain`].

use serde_json::Value;

use crate::formats::suppressions::exception::ForeignException;
use crate::plan::answers::Answers;
use crate::record::subject::FindingKey;
use crate::record::{credential, pattern};
use crate::yaml::screen;

/// The maximum length of the text of one entry, in characters.
const MOST: usize = 4_000;

/// Returns a text without control characters, characters that nobody sees, and blanks at the ends of its lines; `None` if
/// nothing is left, or if it contains what looks like a credential, which is never copied.
pub fn plain(text: &str) -> Option<String> {
    let line = |line: &str| {
        let clean: String =
            line.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).take(MOST).collect();
        clean.trim().to_owned()
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    let cut: String = lines.join("\n").trim().chars().take(MOST).collect();
    let text = screen::without_hidden(&cut);
    let is_secret = text.lines().any(credential::is_in);
    if !text.is_empty() && !is_secret { Some(text) } else { None }
}

/// Removes what no record can hold from the texts of an entry: control characters, and characters that nobody sees.
pub fn clean(exception: &mut ForeignException) {
    fn strip(value: &mut Value) {
        match value {
            Value::String(text) if screen::hidden_in(text).is_some() => {
                *text = screen::without_hidden(text);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(map) => map.values_mut().for_each(strip),
            _ => {}
        }
    }
    if let Some(text) = exception.text.as_mut() {
        *text = screen::without_hidden(text);
    }
    let mut fields = Value::Object(exception.answers.fields().clone());
    strip(&mut fields);
    exception.answers = Answers::of_json(fields).unwrap_or_default();
}

fn texts(stated: &Option<Vec<String>>) -> Vec<&str> {
    stated.iter().flatten().map(String::as_str).collect()
}

fn parts(key: &FindingKey) -> [(&'static str, Vec<&str>); 5] {
    [
        ("tool", Vec::from_iter(key.tool.as_deref())),
        ("id", Vec::from_iter(key.id.as_deref())),
        ("package", Vec::from_iter(key.purl.as_deref())),
        ("path", texts(&key.paths)),
        ("resource", texts(&key.resources)),
    ]
}

/// Returns which part of a finding key has a character that no record can hold.
pub fn hidden_part(key: &FindingKey) -> Option<String> {
    let found = |text: &str| text.chars().find(|ch| ch.is_control()).or(screen::hidden_in(text));
    parts(key).into_iter().find_map(|(part, texts)| {
        let code = u32::from(texts.into_iter().find_map(found)?);
        Some(format!("its {part} has the character U+{code:04X}, which no record can hold"))
    })
}

/// Tells whether a text contains what looks like a credential.
pub fn is_secret(text: &str) -> bool {
    text.lines().any(credential::is_in)
}

/// Returns the part of a finding key that looks like a credential; `allowed` are patterns of values that are not.
pub fn secret_part(key: &FindingKey, allowed: &[String]) -> Option<&'static str> {
    let is_one = |value: &str| {
        is_secret(value) && !allowed.iter().any(|pattern| pattern::matches(pattern, value))
    };
    let has_one = |texts: &[&str]| texts.iter().any(|text| is_one(text));
    parts(key).into_iter().find(|(_, texts)| has_one(texts)).map(|(part, _)| part)
}

/// Returns a text on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a note if a path is literal in the tool, but a pattern in a record.
pub fn path_notes<'p>(paths: impl IntoIterator<Item = &'p str>) -> Option<String> {
    paths
        .into_iter()
        .any(|path| path.contains(['*', '?']))
        .then(|| "wider: `*` and `?` in the path".to_owned())
}
