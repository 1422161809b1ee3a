//! The address of a person, as records and policies write it.
//!
//! Pure. Start at [`Address`]. Follows `docs/spec/record.md`, values.

use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Returns an address in the form for comparison: Unicode lower case. Every comparison of addresses or logins, whether
/// from records, policies, git or keys, uses this.
pub fn lower(text: &str) -> String {
    // Most are ASCII, which is ten times as fast.
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// An email address in lower case, which is how addresses are compared.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(from = "String", into = "String")]
#[schemars(extend("pattern" = r"^[^\s@<>,]+@[^\s@<>,]+$"))]
pub struct Address(String);

impl Address {
    /// Parses an address and returns it in lower case; `None` if the text does not have the form of one.
    pub fn new(text: &str) -> Option<Address> {
        let (local, domain) = text.split_once('@')?;
        let odd = |character: char| {
            character.is_whitespace()
                || character.is_control()
                || matches!(character, '@' | '<' | '>' | ',')
        };
        let well_formed = !local.is_empty()
            && !domain.is_empty()
            && !local.contains(odd)
            && !domain.contains(odd);
        if well_formed { Some(Address(lower(text))) } else { None }
    }

    /// Returns the address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Address {
    fn from(text: String) -> Address {
        Address(lower(&text))
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Scalar for Address {
    fn parse(text: &str) -> Result<Self, ParseError> {
        Address::new(text).ok_or_else(|| {
            ParseError::new(format!("`{text}` is not an address"), "write it as name@example.com")
                .such_as("ana@example.com")
        })
    }
}
