//! Text that Markdown must show as it is: no link, no mention, no table, no HTML.
//!
//! Uses no other module. Pure. Start at [`text`].

/// Returns a text for a cell, heading or paragraph, in which nothing has a meaning.
///
/// `_` inside of a word and `@` inside of an address mean nothing, so names and addresses stay readable.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    // As the forges count words when they look for mentions: by ASCII alone.
    let mut in_word = false;
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        match char {
            '<' => out.push_str("&lt;"),
            // Forges look for mentions in the text after entities are read, so a zero-width space follows.
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

/// Returns a text for the inside of an HTML tag, in which Markdown means nothing anyway.
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

/// Escapes what means something at the start of a line: lists, headings, quotes, and GitLab's quick actions.
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
