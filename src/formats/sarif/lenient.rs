//! Reads a text where the standard requires one, and ignores anything else: a malformed detail
//! does not invalidate a result.
//!
//! Pure. Start at [`Lenient`].

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Lenient<'t> {
    /// Nothing, or `null`.
    #[default]
    Absent,
    Text(Cow<'t, str>),
    /// A number, as written.
    Number(String),
    /// A list, object or boolean.
    Other,
}

impl Lenient<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Lenient::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text, or the number as text: tools write scores as either.
    pub(super) fn written(&self) -> Option<&str> {
        match self {
            Lenient::Number(number) => Some(number),
            _ => self.text(),
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Lenient<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Lenient<'t>, D::Error> {
        from.deserialize_any(Anything)
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct OwnedText(pub(super) Lenient<'static>);

impl OwnedText {
    pub(super) fn text(&self) -> Option<&str> {
        self.0.text()
    }
}

impl<'de> Deserialize<'de> for OwnedText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OwnedText, D::Error> {
        Ok(OwnedText(match Lenient::deserialize(from)? {
            Lenient::Text(text) => Lenient::Text(text.into_owned().into()),
            Lenient::Number(number) => Lenient::Number(number),
            Lenient::Absent => Lenient::Absent,
            Lenient::Other => Lenient::Other,
        }))
    }
}

/// One text or number, or a list of them; empty for anything else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Option<serde_json::Value>")]
pub(super) struct LenientTexts(pub(super) Vec<String>);

impl From<Option<serde_json::Value>> for LenientTexts {
    fn from(value: Option<serde_json::Value>) -> LenientTexts {
        use serde_json::Value;
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        LenientTexts(match &value {
            Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        })
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Lenient<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("anything")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Text(text.to_owned().into()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Text(text.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Absent)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Other)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Number(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Number(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Lenient<'de>, E> {
        Ok(Lenient::Number(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Lenient<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Lenient<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient::Other)
    }
}

/// Returns an error of `serde_json` without its place, which it counts from the start of a piece.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}
