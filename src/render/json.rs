//! `json`: the promised object, for scripts.
//!
//! Uses `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use super::Format;
use super::Offered;
use super::Style;
use super::visible;
use crate::view::doc;

/// Two spaces a level, keys in their promised order, one final line break.
pub const FORMAT: Format = Format {
    name: "json",
    offered: Offered::Always,
    summary: "one object with stable keys",
    render,
};

fn render(doc: &doc::Doc, _style: &Style) -> Vec<u8> {
    let mut text = escaped(format!("{:#}", doc.json));
    text.push('\n');
    text.into_bytes()
}

/// Writes hidden characters as JSON's own escapes: the same value, but nothing that a terminal acts on.
///
/// The serializer escapes those below U+0020 itself; line breaks outside texts stay.
pub(super) fn escaped(json: String) -> String {
    if json.bytes().all(|byte| byte < 0x7f) {
        return json;
    }
    let acts = |char: char| char != '\n' && visible::hidden(char);
    let mut out = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if !acts(char) {
            out.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}
