//! Conditions of exceptions in CEL, as far as locators of resources can express them.
//!
//! Pure. Start at [`resources`]. Anything that is not understood makes the whole unknown.

use crate::formats::engine_pattern::{between_anchors, has_wildcard, of_regex};

/// Returns the locators that an expression means: alternatives of namespace, kind and name.
pub(super) fn resources(expression: &str) -> Option<Vec<String>> {
    expression.split("||").map(locator).collect()
}

fn locator(alternative: &str) -> Option<String> {
    let mut inner = alternative.trim();
    if let Some(rest) = inner.strip_prefix('(') {
        inner = rest.strip_suffix(')')?;
    }
    let (mut namespace, mut kind, mut name) = (None, None, None);
    for part in inner.split("&&").map(str::trim) {
        if matches!(part, "true" | "has(object.metadata.namespace)" | "has(object.metadata.name)") {
            continue;
        }
        if part == "!has(object.metadata.namespace)" {
            if namespace.replace(String::new()).is_some() {
                return None;
            }
            continue;
        }
        let field = |place: &str| part.strip_prefix(place).map(str::trim);
        let slot = if let Some(rest) = field("object.metadata.namespace") {
            (&mut namespace, rest)
        } else if let Some(rest) = field("object.metadata.name") {
            (&mut name, rest)
        } else {
            (&mut kind, field("object.kind")?)
        };
        let (slot, rest) = slot;
        if slot.replace(pattern(rest)?).is_some() {
            return None;
        }
    }
    let or_any = |stated: Option<String>| stated.unwrap_or_else(|| "*".to_owned());
    Some(format!("k8s:{}/{}/{}", or_any(namespace), or_any(kind), or_any(name)))
}

/// Returns the pattern of a comparison: `== 'x'`, `.startsWith('x')`, `.endsWith('x')`, `.matches('^x.*$')`.
fn pattern(comparison: &str) -> Option<String> {
    if let Some(rest) = comparison.strip_prefix("==") {
        return name(rest);
    }
    let call =
        |of: &str| Some(comparison.strip_prefix(of)?.strip_prefix('(')?.strip_suffix(')')?.trim());
    if let Some(text) = call(".startsWith") {
        return Some(format!("{}*", name(text)?));
    }
    if let Some(text) = call(".endsWith") {
        return Some(format!("*{}", name(text)?));
    }
    let expression = quoted(call(".matches")?)?;
    of_regex(between_anchors(&expression)?)
}

/// Returns a quoted text without wildcards: there, they stand for themselves.
fn name(literal: &str) -> Option<String> {
    quoted(literal.trim()).filter(|text| !has_wildcard(text))
}

fn quoted(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|ch| matches!(ch, '\'' | '"'))?;
    let mut rest = literal.strip_prefix(quote)?.strip_suffix(quote)?.chars();
    let mut text = String::new();
    while let Some(character) = rest.next() {
        text.push(match character {
            '\\' => rest.next().filter(|character| matches!(character, '\'' | '"' | '\\'))?,
            other if other == quote => return None,
            other => other,
        });
    }
    Some(text)
}
