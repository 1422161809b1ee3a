//! Writes a text so that every YAML reader reads it back as that text.
//!
//! Pure. Start at [`plain_or_quoted`].

use std::fmt::Write;

use crate::yaml::node::NodeStyle;
use crate::yaml::portable::Context;
use crate::yaml::screen;

/// Returns the shortest form: plain, else in single quotes, else in double quotes.
pub(super) fn plain_or_quoted(text: &str, context: Context) -> String {
    if is_plain(text, context) && !is_typed(text) {
        text.to_owned()
    } else {
        quoted(text, NodeStyle::Single)
    }
}

/// Returns a text in the style of the one that it replaces.
/// A plain word that some readers take for a number or truth value stays plain, as its author had it.
pub(super) fn like(text: &str, style: NodeStyle, context: Context) -> String {
    match style {
        NodeStyle::Plain => plain_or_quoted(text, context),
        style => quoted(text, style),
    }
}

/// Returns a text in quotes: double quotes if requested, or if single quotes can't express it.
fn quoted(text: &str, style: NodeStyle) -> String {
    let is_open = !text.chars().any(needs_escape);
    if style != NodeStyle::Double && is_open {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        escape(&mut out, character);
    }
    out.push('"');
    out
}

fn escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if needs_escape(character) => {
            let number = u32::from(character);
            // Writing to a string can't fail.
            let _ = match number {
                0..=0xFF => write!(out, "\\x{number:02X}"),
                0x100..=0xFFFF => write!(out, "\\u{number:04X}"),
                _ => write!(out, "\\U{number:08X}"),
            };
        }
        _ => out.push(character),
    }
}

fn needs_escape(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\t') || screen::is_unseen(character)
}

/// Tells whether a text without quotes is read back unchanged, if it is read as a text.
pub(super) fn is_plain(text: &str, context: Context) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let follows = text.chars().nth(1);
    let begins = match first {
        '-' => follows.is_some_and(|next| next != ' ') && !text.starts_with("---"),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\''
        | '"' | '%' | '@' | '`' => false,
        _ => true,
    };
    begins
        && !text.starts_with("...")
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(needs_escape)
        && context_allows(text, context)
}

fn context_allows(text: &str, context: Context) -> bool {
    let is_flow = context == Context::Flow;
    !is_flow || !(text.contains([',', '[', ']', '{', '}']) || text.contains(":?"))
}

/// Tells whether some reader takes a plain text for something other than text. Dates and instants are left plain, as
/// is usual in YAML files.
pub(super) fn is_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_keyword = matches!(
        lower.as_str(),
        "" | "~"
            | "null"
            | "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "y"
            | "n"
            | "="
            | "<<"
            | ".inf"
            | "-.inf"
            | "+.inf"
            | ".nan"
    );
    is_keyword || is_number(&lower) || is_clock(text)
}

/// Tells whether a text in lower case is a number to YAML 1.1, 1.2 or JSON.
fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let of = |digits: &str, is_digit: fn(&u8) -> bool| {
        !digits.is_empty() && digits.bytes().all(|byte| byte == b'_' || is_digit(&byte))
    };
    if let Some(digits) = bare.strip_prefix("0x") {
        return of(digits, u8::is_ascii_hexdigit);
    }
    if let Some(digits) = bare.strip_prefix("0o").or(bare.strip_prefix("0b")) {
        return of(digits, u8::is_ascii_digit);
    }
    let (mantissa, exponent) = match bare.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        of(digits, u8::is_ascii_digit)
    });
    let digits = mantissa.replacen('.', "", 1);
    is_exponent && digits.contains(|c: char| c.is_ascii_digit()) && of(&digits, u8::is_ascii_digit)
}

/// Tells whether a text is a number to the base of 60, or a time stamp that is not an RFC 3339 instant.
fn is_clock(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins = unsigned.starts_with(|c: char| c.is_ascii_digit());
    let is_sexagesimal = unsigned.contains(':')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'_'));
    let is_stamp = text.contains(['-']) && text.contains([' ', 't']) && text.contains(':');
    let is_stamp =
        is_stamp && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:. TtZz+".contains(&byte));
    begins && (is_sexagesimal || is_stamp)
}
