//! References to controls, as `catalog:id` or in the looser forms that people write.
//!
//! Pure. Start at [`ControlRef`]. Follows `docs/spec/record.md`; the policy's catalogs resolve the loose forms.

use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A control as it is written: `catalog:id`, or an id alone, such as `NHI-02`.
///
/// The catalog's name ends at the first colon; the id may hold further ones.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ControlRef(String);

impl ControlRef {
    /// Parses a reference; `None` for a blank text.
    pub fn new(text: &str) -> Option<ControlRef> {
        (!text.trim().is_empty()).then(|| ControlRef(text.to_owned()))
    }

    /// Returns the reference as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the catalog's name; empty if none is written.
    pub fn catalog(&self) -> &str {
        self.0.split_once(':').map_or("", |(catalog, _)| catalog)
    }

    /// Returns the control's id within its catalog, as written.
    pub fn id(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(_, id)| id)
    }
}

impl fmt::Display for ControlRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Scalar for ControlRef {
    fn parse(text: &str) -> Result<Self, ParseError> {
        ControlRef::new(text).ok_or_else(|| {
            ParseError::new(
                "a control without a name",
                "write it as catalog:id, such as nist-csf:ID.RA-07",
            )
            .such_as("nist-csf:ID.RA-07")
        })
    }
}

/// Tells whether two texts are the same internal rule, ignoring case and the amount of white space.
pub fn is_same_rule(one: &str, other: &str) -> bool {
    let folded = |rule: &str| {
        let words: Vec<&str> = rule.split_whitespace().collect();
        words.join(" ").to_lowercase()
    };
    one == other || folded(one) == folded(other)
}

/// Tells whether a text has the form of a ticket: `ABC-12`, `ABC0012345`, `#12`, `owner/repo#12`, an http(s) URL.
pub fn is_ticket(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_web(text) {
        return true;
    }
    if let Some((place, digits)) = text.rsplit_once('#') {
        return number(digits) && (place.is_empty() || is_repository(place));
    }
    let (key, digits) = match text.rsplit_once('-') {
        Some(parts) => parts,
        None => text.split_at(text.trim_end_matches(|c: char| c.is_ascii_digit()).len()),
    };
    let is_key = key.starts_with(|first: char| first.is_ascii_uppercase())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_key && number(digits)
}

/// Tells whether a text is `owner/repo`, with nested groups as forges allow them.
fn is_repository(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    text.contains('/') && text.split('/').all(is_name)
}

/// Tells whether a text is an http or https URL.
pub fn is_web(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        let is_scheme = |head: &str| head.eq_ignore_ascii_case(scheme);
        text.get(..scheme.len()).is_some_and(is_scheme)
            && text.get(scheme.len()..).is_some_and(is_place)
    })
}

/// Tells whether a text is a URL of any scheme: `scheme://host/…`.
pub fn is_address(text: &str) -> bool {
    let Some((scheme, place)) = text.split_once("://") else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && is_place(place)
}

fn is_place(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphanumeric() || first == '[')
        && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// Tells whether a text can be a commit id: 7 to 64 hexadecimal digits.
pub fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
