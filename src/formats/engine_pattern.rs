//! Patterns of a record as regular expressions of policy engines.
//!
//! Pure. Start at [`regex()`]. Follows `docs/spec/interop.md`, finding keys: only `*`, `**` and `?` are special.

/// Returns a regular expression without anchors that matches what a pattern does, in the common part of RE2 and Python.
pub fn regex(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' => {
                let mut is_any = false;
                while characters.next_if_eq(&'*').is_some() {
                    is_any = true;
                }
                out.push_str(if is_any { ".*" } else { "[^/]*" });
            }
            '?' => out.push('.'),
            '.' | '+' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

/// Returns the same without a `*`, for a tool that replaces each of them before it reads the expression.
pub fn regex_without_stars(pattern: &str) -> String {
    // A star in the expression is always a repetition: none of a pattern is literal.
    regex(pattern).replace('*', "{0,}")
}

/// Returns the pattern that a regular expression without anchors stands for; `None` if no pattern says the same.
///
/// Reads back what [`regex()`] and [`regex_without_stars`] write.
pub fn of_regex(expression: &str) -> Option<String> {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(character) = rest.chars().next() {
        let forms =
            [("[^/]*", "*"), (".*", "**"), ("[^/]{0,}", "*"), (".{0,}", "**"), ("[.]", ".")];
        let form = forms.iter().find_map(|(form, text)| Some((rest.strip_prefix(form)?, *text)));
        if let Some((after, text)) = form {
            out.push_str(text);
            rest = after;
            continue;
        }
        let mut after = rest.chars();
        after.next();
        match character {
            '.' => out.push('?'),
            // A letter after the backslash is a class, and a pattern has no literal wildcards.
            '\\' => {
                let literal = |it: &char| !it.is_alphanumeric() && !matches!(it, '*' | '?');
                out.push(after.next().filter(literal)?);
            }
            '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            _ => out.push(character),
        }
        // A repetition belongs to what it follows.
        if after.as_str().starts_with(['*', '+', '?', '{']) {
            return None;
        }
        rest = after.as_str();
    }
    Some(out)
}

/// Returns what stands between the anchors of a regular expression; `None` if it has not both.
pub fn between_anchors(expression: &str) -> Option<&str> {
    expression.strip_prefix('^')?.strip_suffix('$')
}

/// Tells whether a text is a pattern rather than a name.
pub fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}
