//! `json`: the promised object, for scripts.
//!
//! Uses `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Format;
use super::Offered;
use super::Style;
use super::visible;
use crate::view::doc;

/// Two spaces a level, keys in their promised order, one final line break.
pub const FORMAT: Format = Format {
    name: "json",
    offered: Offered::Always,
    reads: doc::Reads::Json,
    summary: "one object with stable keys",
    render,
};

fn render(doc: &doc::Doc, _style: &Style) -> Vec<u8> {
    let room = doc.long.as_ref().map_or(0, doc::Long::bytes);
    let mut text = Vec::with_capacity(room + room / 2 + 4096);
    // Writing to memory can't fail, and JSON is UTF-8.
    let _ = serde_json::to_writer_pretty(&mut text, &Whole(doc));
    let mut text = escaped(String::from_utf8(text).unwrap_or_default());
    text.push('\n');
    text.into_bytes()
}

/// The promised object, its long array written member by member.
struct Whole<'d>(&'d doc::Doc);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (Some(object), Some(long)) = (self.0.json.as_object(), &self.0.long) else {
            return self.0.json.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(object.len()))?;
        for (key, value) in object {
            match key == long.key() {
                true => map.serialize_entry(key, &Members(long))?,
                false => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

struct Members<'d>(&'d doc::Long);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.members())
    }
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
