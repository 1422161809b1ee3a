//! References to controls, as `catalog:id`.
//!
//! Uses record's own words. Pure. Start at [`ControlRef`]. Follows `docs/spec/record.md`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::record::scalar::{Flaw, Scalar};

/// A control of a catalog; the catalog's name ends at the first colon, the id may hold further ones.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ControlRef(#[schemars(regex(pattern = r"^[^:\s]+:.+$"))] String);

impl ControlRef {
    /// Returns the reference that a text is, when it names a catalog and an id.
    pub fn new(text: &str) -> Option<ControlRef> {
        let (catalog, id) = text.split_once(':')?;
        let well_formed =
            !catalog.is_empty() && !catalog.contains(char::is_whitespace) && !id.trim().is_empty();
        well_formed.then(|| ControlRef(text.to_owned()))
    }

    /// Returns the reference as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the catalog's name.
    pub fn catalog(&self) -> &str {
        self.0.split_once(':').map_or("", |(catalog, _)| catalog)
    }

    /// Returns the control's id within its catalog, as it is written.
    pub fn id(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, id)| id)
    }
}

impl fmt::Display for ControlRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Scalar for ControlRef {
    fn parse(text: &str) -> Result<Self, Flaw> {
        ControlRef::new(text).ok_or_else(|| {
            Flaw::new(
                format!("`{text}` names no catalog"),
                "write it as catalog:id, such as nist-csf:ID.RA-07",
            )
        })
    }
}
