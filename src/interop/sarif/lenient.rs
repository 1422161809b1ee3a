//! A text where the standard wants one, and nothing where something else stands: a detail that is wrong spoils no result.
//!
//! Uses nothing of the line. Pure. Start at [`Lenient`].

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text, where one stands; whatever else stands there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lenient<'t>(Option<Cow<'t, str>>);

impl Lenient<'_> {
    /// Returns the text.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'de: 't, 't> Deserialize<'de> for Lenient<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Lenient<'t>, D::Error> {
        from.deserialize_any(AnyText)
    }
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Lenient<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("anything")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<'de>, E> {
        Ok(Lenient(Some(text.to_owned().into())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Lenient<'de>, E> {
        Ok(Lenient(Some(text.into())))
    }

    fn visit_unit<E: Error>(self) -> Result<Lenient<'de>, E> {
        Ok(Lenient(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient<'de>, E> {
        Ok(Lenient(None))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Lenient<'de>, E> {
        Ok(Lenient(Some(number.to_string().into())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Lenient<'de>, E> {
        Ok(Lenient(Some(number.to_string().into())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Lenient<'de>, E> {
        Ok(Lenient(Some(number.to_string().into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Lenient<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Lenient<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient(None))
    }
}
