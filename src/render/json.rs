//! `json`: the promised object, for scripts.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};

use crate::render::visible;
use crate::view::doc;

/// Indented by two spaces, keys in their promised order, with a final line break.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "json",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Json,
    summary: "one object with stable keys",
    render: Render::Pieces(write),
};

fn write(doc: &doc::Doc<'_>, _: &OutputStyle, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaped(&mut *out), &WholeAnswer(doc))?;
    out.write_all(b"\n")
}

/// Writes JSON with hidden characters escaped. The serializer never splits a character between two writes.
struct Escaped<'o>(&'o mut dyn Write);

impl Write for Escaped<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(&String::from_utf8_lossy(json)).as_bytes())?;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The promised object; its long array is written member by member.
struct WholeAnswer<'d, 'a>(&'d doc::Doc<'a>);

impl Serialize for WholeAnswer<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (Some(object), Some(long)) = (self.0.json.as_object(), &self.0.long) else {
            return self.0.json.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(object.len()))?;
        for (key, value) in object {
            if key == long.key() {
                map.serialize_entry(key, &Members(long))?;
            } else {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}

struct Members<'d, 'a>(&'d doc::Long<'a>);

impl Serialize for Members<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.members())
    }
}

/// Returns a value on one line.
pub fn line(value: &serde_json::Value) -> String {
    format!("{}\n", escaped(&value.to_string()))
}

/// Escapes hidden characters in JSON's own way: the value stays the same, but a terminal can't interpret it.
/// The serializer itself escapes those below U+0020; line breaks outside texts are kept.
pub(super) fn escaped(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| byte < 0x7f) {
        return Cow::Borrowed(json);
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
    Cow::Owned(out)
}
