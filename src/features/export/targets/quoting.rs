//! Texts as values of YAML and TOML: plain where every reader takes them for a text, else in double quotes.
//!
//! Pure. Start at [`double`] and [`plain`].

use std::fmt::Write as _;

use crate::record::time::{Day, Instant};
use crate::yaml::splice;

/// Returns a text in double quotes, as JSON, YAML and TOML all read it: one line, whatever it contains.
pub fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Readers of YAML 1.1 break lines at some of these.
            character if character.is_control() || is_break(character) => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

fn is_break(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Returns a text as a YAML value: plain if no reader takes it for anything else, such as a date, else in double quotes.
pub fn plain(text: &str) -> String {
    let is_date = Day::new(text).is_some() || Instant::parse(text).is_some();
    if !is_date && splice::quote(text) == text { text.to_owned() } else { double(text) }
}
