//! Text formats that only one field has: ends, terms of records, digests, weaknesses, versions, uses.
//!
//! Pure. Each function has the signature of `Scalar::parse`. Follows `docs/spec/record.md`, values.

use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use crate::record::time::{MomentOrTerm, Term, When};
use crate::record::version;
use serde::de::{Deserializer, Error, Visitor};
use std::fmt;

const ENDLESS: &[&str] = &[
    "never",
    "none",
    "no",
    "forever",
    "permanent",
    "indefinite",
    "unlimited",
    "infinite",
    "always",
];

/// Reads the end of an exception: a day or an instant, never `never`.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn end(text: &str) -> Result<When, ParseError> {
    When::parse(text).map_err(|error| endless(text).unwrap_or(error))
}

/// Reads the end of an exception that is going to be filed: as [`end`], or a duration.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn end_or_term(text: &str) -> Result<MomentOrTerm, ParseError> {
    MomentOrTerm::parse(text).map_err(|error| endless(text).unwrap_or(error))
}

fn endless(text: &str) -> Option<ParseError> {
    let is_endless = ENDLESS.contains(&text.trim().to_lowercase().as_str());
    is_endless.then(|| {
        ParseError::new(
            format!("`{text}` is not an end: every exception has an end"),
            "write the date on which it ends, such as 2026-12-20; renew it if it is needed longer",
        )
    })
}

/// Reads a term that is not zero: `0d` has no meaning in a record.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn term(text: &str) -> Result<Term, ParseError> {
    let term = Term::parse(text)?;
    if term.is_zero() {
        Err(ParseError::new(
            format!("`{text}` is zero"),
            "write a longer duration, such as 30d, or remove the field",
        )
        .such_as("30d"))
    } else {
        Ok(term)
    }
}

/// Reads a number of uses, from 1.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn uses(text: &str) -> Result<u32, ParseError> {
    let help = "write a whole number, at least 1";
    match u32::parse(text) {
        Ok(0) => Err(ParseError::new("`0` uses would allow none", help)),
        Ok(number) => Ok(number),
        Err(error) => Err(ParseError::new(error.message, help)),
    }
}

pub(super) fn uses_written<'d, D: Deserializer<'d>>(from: D) -> Result<u32, D::Error> {
    from.deserialize_any(UsesWritten)
}

struct UsesWritten;

impl Visitor<'_> for UsesWritten {
    type Value = u32;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a whole number, at least 1")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u32, E> {
        uses(text).map_err(|error| E::custom(error.message))
    }
}

/// Reads a SHA-256 in hexadecimal.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn sha256(text: &str) -> Result<String, ParseError> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest {
        Ok(text.to_owned())
    } else {
        Err(ParseError::new(
            "this is not a SHA-256",
            "write the 64 hexadecimal digits that `sha256sum` prints",
        ))
    }
}

/// Reads a weakness, `CWE-79`.
///
/// # Errors
/// [`ParseError`] for any other text.
pub fn cwe(text: &str) -> Result<String, ParseError> {
    let number = text.strip_prefix("CWE-").unwrap_or_default();
    let is_weakness = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_weakness {
        Ok(text.to_owned())
    } else {
        Err(ParseError::new(format!("`{text}` is not a weakness"), "write it as CWE-79"))
    }
}

/// Checks a range of versions and returns its text.
///
/// # Errors
/// [`ParseError`] if the text is not a range.
pub fn versions(text: &str) -> Result<String, ParseError> {
    version::Range::parse(text).map(|_| text.to_owned())
}
