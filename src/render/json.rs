//! `json`: the promised object, for scripts.
//!
//! Uses `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::render::format::Offered;
use crate::render::format::OutputFormat;
use crate::render::format::Render;

use crate::render::visible;
use crate::view::doc;

/// Two spaces a level, keys in their promised order, one final line break.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "json",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Json,
    summary: "one object with stable keys",
    render: Render::Pieces(write),
};

fn write(doc: &doc::Doc<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaped(&mut *out), &WholeAnswer(doc))?;
    out.write_all(b"\n")
}

/// Writes JSON in which hidden characters are escaped. The serializer never parts a character.
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

/// The promised object, its long array written member by member.
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

/// Writes hidden characters as JSON's own escapes: the same value, but nothing that a terminal acts on.
///
/// The serializer escapes those below U+0020 itself; line breaks outside texts stay.
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
