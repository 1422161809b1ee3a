//! Texts of entries: what a record can hold of them, and what it can't.
//!
//! Uses record. Pure. Start at [`plain`].

use crate::record::credential;
use crate::record::pattern;
use crate::record::subject::FindingKey;

/// The maximum length of the text of one entry, in characters.
const MOST: usize = 4_000;

/// Returns a text without control characters and blanks at the ends of its lines; `None` if nothing is left, or if it
/// contains what looks like a credential, which is never copied.
pub fn plain(text: &str) -> Option<String> {
    let line = |line: &str| {
        let clean: String =
            line.chars().map(|it| if it.is_control() { ' ' } else { it }).take(MOST).collect();
        clean.trim().to_owned()
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    let text: String = lines.join("\n").trim().chars().take(MOST).collect();
    let is_secret = text.lines().any(credential::is_in);
    (!text.is_empty() && !is_secret).then_some(text)
}

/// Tells whether a text contains what looks like a credential.
pub fn is_secret(text: &str) -> bool {
    text.lines().any(credential::is_in)
}

/// Returns the part of a finding key that looks like a credential; `allowed` are patterns of values that are none.
pub fn secret_part(key: &FindingKey, allowed: &[String]) -> Option<&'static str> {
    let is_one = |value: &str| {
        is_secret(value) && !allowed.iter().any(|pattern| pattern::matches(pattern, value))
    };
    let one = |value: &Option<String>| value.as_deref().is_some_and(is_one);
    let any = |values: &Option<Vec<String>>| values.iter().flatten().any(|value| is_one(value));
    let parts = [
        ("tool", one(&key.tool)),
        ("id", one(&key.id)),
        ("package", one(&key.purl)),
        ("path", any(&key.paths)),
        ("resource", any(&key.resources)),
    ];
    parts.into_iter().find(|(_, is_secret)| *is_secret).map(|(part, _)| part)
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
