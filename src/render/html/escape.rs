//! Escapes text for HTML, between tags and within quoted attributes.
//!
//! Pure. Start at [`line`].

use crate::render::visible;

pub(super) fn line(shown: &str) -> String {
    text(&visible::line(shown))
}

pub(super) fn lines(shown: &str) -> String {
    text(&visible::lines(shown)).replace('\n', "<br>")
}

/// Returns a text without any markup; hidden characters are made visible first.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}
