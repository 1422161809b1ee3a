//! The ids of redesigns: as those of records, with a prefix that is the same in all ledgers.
//!
//! Uses record's ids. Pure. Follows `docs/spec/redesign.md`.

use crate::diag::code::Code;
use crate::record::id::Id;
use crate::record::parse_error::ParseError;

/// The prefix of the ids of redesigns.
pub const PREFIX: &str = "RED";

/// Reads the id of a redesign.
///
/// # Errors
/// [`ParseError`] for any other text, and for the id of a record.
pub fn read_id(text: &str) -> Result<Id, ParseError> {
    Id::new(text).filter(|id| id.prefix() == PREFIX).ok_or_else(|| {
        ParseError::coded(
            Code::BadId,
            format!("`{text}` does not have the form of a redesign's id"),
            "write RED, year and five characters of 0-9 A-Z without I L O U, such as RED-2026-4T9PK",
        )
    })
}

/// Tells whether a text is written as the id of a redesign, whether or not there is one.
pub fn is_id(text: &str) -> bool {
    text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("RED-"))
}
