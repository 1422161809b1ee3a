//! The id of a record, such as `EXC-2026-7F3KQ`.
//!
//! Pure. Start at [`Id`]. Follows `docs/spec/record.md`.

use crate::diag::code::Code;
use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The characters of the last part: Crockford's base 32, without I, L, O and U.
pub const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The id of a record: prefix, year and five characters of Crockford's base 32, in upper case.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Id(
    #[schemars(regex(pattern = r"^[A-Z][A-Z0-9]{1,9}-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{5}$"))] String,
);

impl Id {
    /// Parses an id; `None` if the text does not have the form of one.
    pub fn new(text: &str) -> Option<Id> {
        let mut parts = text.split('-');
        let (prefix, year, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let well_formed = parts.next().is_none()
            && is_prefix(prefix)
            && year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && rest.len() == 5
            && rest.chars().all(|character| ALPHABET.contains(character));
        if well_formed { Some(Id(text.to_owned())) } else { None }
    }

    /// Builds an id from a prefix, a year and a number, of which the lowest 25 bits are used.
    pub fn made(prefix: &str, year: i32, number: u32) -> Option<Id> {
        let letters: Vec<char> = ALPHABET.chars().collect();
        let rest: String = (0..5)
            .rev()
            .filter_map(|place| letters.get((number >> (5 * place) & 31) as usize))
            .collect();
        Id::new(&format!("{prefix}-{year:04}-{rest}"))
    }

    /// Returns the text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the first hyphen, which the policy must list.
    pub fn prefix(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

/// Tells whether a text can be an id prefix: 2 to 10 of `A-Z 0-9`, starting with a letter.
pub fn is_prefix(text: &str) -> bool {
    (2..=10).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Scalar for Id {
    fn parse(text: &str) -> Result<Self, ParseError> {
        Id::new(text).ok_or_else(|| {
            ParseError::coded(
                Code::BadId,
                format!("`{text}` does not have the form of an id"),
                "write prefix, year and five characters of 0-9 A-Z without I L O U, such as EXC-2026-7F3KQ",
            )
        })
    }
}
