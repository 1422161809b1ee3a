//! Patterns of a record in the languages of policy engines: regular expressions, and the globs of OPA.
//!
//! Uses no other module. Pure. Start at [`regex`]. Follows `docs/spec/interop.md`, finding keys: only `*`, `**` and `?`
//! are special.

/// Returns a regular expression without anchors that matches what a pattern does, in the common part of RE2 and Python.
pub(crate) fn regex(pattern: &str) -> String {
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

/// Returns a pattern for `glob.match` of OPA with the delimiter `/`, in which brackets and braces are special too.
pub(crate) fn opa_glob(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for character in pattern.chars() {
        if matches!(character, '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Tells whether a text is a pattern rather than a name.
pub(crate) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::{opa_glob, regex};

    #[test]
    fn only_three_wildcards_are_special() {
        assert_eq!(regex("billing-batch-*"), "billing-batch-[^/]*");
        assert_eq!(regex("a.b/**/c?"), r"a\.b/.*/c.");
        assert_eq!(regex(r"[x]{1}\(|^$+)"), r"\[x\]\{1\}\\\(\|\^\$\+\)");
        assert_eq!(opa_glob(r"a[1]{b}\*"), r"a\[1\]\{b\}\\*");
    }
}
