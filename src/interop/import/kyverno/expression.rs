//! Conditions of exceptions in CEL, as far as locators of resources can express them.
//!
//! Uses nothing else. Pure. Start at [`resources`]. Anything that is not understood makes the whole unknown.

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
        if matches!(part, "has(object.metadata.namespace)" | "has(object.metadata.name)") {
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
        return quoted(rest.trim());
    }
    let call = |name: &str| {
        quoted(comparison.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')?.trim())
    };
    if let Some(text) = call(".startsWith") {
        return Some(format!("{text}*"));
    }
    if let Some(text) = call(".endsWith") {
        return Some(format!("*{text}"));
    }
    let text = call(".matches")?;
    let inner = text.strip_prefix('^')?.strip_suffix('$')?.replace(".*", "*");
    let inner = inner.replace("\\\\.", ".").replace("\\.", ".").replace("[.]", ".");
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | '*' | '_');
    inner.chars().all(is_plain).then_some(inner)
}

fn quoted(text: &str) -> Option<String> {
    let inner =
        ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inner.contains(['\'', '"'])).then(|| inner.to_owned())
}
