//! Escapes text for Markdown: no links, mentions, tables or HTML.
//!
//! Pure. Start at [`text`].

/// Returns a text for a cell, heading or paragraph, without any markup.
/// `_` inside a word and `@` inside an address are not markup, so names and addresses remain readable.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    // Forges look for mentions by ASCII words only.
    let mut in_word = false;
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        match char {
            '<' => out.push_str("&lt;"),
            // Forges look for mentions after entities are decoded, so a zero-width space is added.
            '@' if !in_word => out.push_str("&#64;&#8203;"),
            '&' if next.is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()) => {
                out.push_str("&amp;")
            }
            '_' if in_word && next.is_some_and(char::is_alphanumeric) => out.push('_'),
            '|' | '`' | '\\' | '*' | '_' | '[' | ']' | '~' | '$' => out.extend(['\\', char]),
            _ if crate::render::visible::hidden(char) => out.extend(char.escape_unicode()),
            _ => out.push(char),
        }
        in_word = char.is_ascii_alphanumeric() || char == '_';
    }
    out
}

/// Returns a text for the inside of an HTML tag, where Markdown is not interpreted.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;&#8203;"),
            _ if crate::render::visible::hidden(char) => out.extend(char.escape_unicode()),
            _ => out.push(char),
        }
    }
    out
}

/// Escapes markup at the start of a line: lists, headings, quotes, and GitLab's quick actions.
pub(super) fn start(line: &str) -> String {
    let trimmed = line.trim_start();
    let digits =
        trimmed.len() - trimmed.trim_start_matches(|char: char| char.is_ascii_digit()).len();
    match (trimmed.split_at_checked(digits), trimmed.chars().next()) {
        (_, Some('#' | '>' | '-' | '+' | '=' | '/')) => format!("\\{trimmed}"),
        (Some((number, rest)), _) if digits > 0 && rest.starts_with(['.', ')']) => {
            format!("{number}\\{rest}")
        }
        _ => trimmed.to_owned(),
    }
}
