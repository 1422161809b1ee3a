//! Text that a browser must show as it is, between tags as within quoted attributes.
//!
//! Uses `visible`. Pure. Start at [`line`].

use crate::render::visible;

/// Returns a text on one line.
pub(super) fn line(shown: &str) -> String {
    text(&visible::line(shown))
}

/// Returns a text with its line breaks.
pub(super) fn lines(shown: &str) -> String {
    text(&visible::lines(shown)).replace('\n', "<br>")
}

/// Returns a text in which nothing has a meaning; hidden characters are made visible before.
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
