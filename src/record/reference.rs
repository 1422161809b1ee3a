//! References to controls, as `catalog:id`, or in the looser forms that people write.
//!
//! Uses record's own words. Pure. Start at [`ControlRef`]. Follows `docs/spec/record.md`; what a loose form
//! stands for, the catalogs of the policy say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::record::scalar::{Flaw, Scalar};

/// A control as it is written: `catalog:id`, or an id alone, such as `NHI-02`.
///
/// The catalog's name ends at the first colon; the id may hold further ones.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ControlRef(String);

impl ControlRef {
    /// Returns the reference that a text is; `None` of blanks.
    pub fn new(text: &str) -> Option<ControlRef> {
        (!text.trim().is_empty()).then(|| ControlRef(text.to_owned()))
    }

    /// Returns the reference as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the catalog's name; empty where none is written.
    pub fn catalog(&self) -> &str {
        self.0.split_once(':').map_or("", |(catalog, _)| catalog)
    }

    /// Returns the control's id within its catalog, as it is written.
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
    fn parse(text: &str) -> Result<Self, Flaw> {
        ControlRef::new(text).ok_or_else(|| {
            Flaw::new(
                "a control without a name",
                "write it as catalog:id, such as nist-csf:ID.RA-07",
            )
        })
    }
}
