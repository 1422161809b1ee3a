//! The team's own schema for the fields below `x:`, compiled once and applied to each record.
//!
//! Pure. Start at [`ExtraSchema::of`]. Without the feature `house-schema` every schema is reported as unusable: no field
//! passes unchecked. Follows `docs/spec/record.md` (schema and edits).

#[cfg_attr(not(feature = "house-schema"), path = "extra_schema/absent.rs")]
mod judge;
pub(crate) mod refusal;

use crate::policy::governance::Governance;
use crate::rules::extra_schema::judge::SchemaJudge;
use crate::rules::extra_schema::refusal::SchemaRefusal;
use serde_json::Value;

/// The team's own schema, if it is usable.
#[derive(Debug)]
pub struct ExtraSchema(SchemaState);

#[derive(Debug)]
enum SchemaState {
    Absent,
    Broken(String),
    Sound(SchemaJudge),
}

impl ExtraSchema {
    /// Returns the compiled schema of governance files.
    pub fn of(governance: &Governance) -> ExtraSchema {
        let judge = governance.extra_schema.as_ref().map(SchemaJudge::compile);
        ExtraSchema(match judge {
            None => SchemaState::Absent,
            Some(Ok(judge)) => SchemaState::Sound(judge),
            Some(Err(error)) => SchemaState::Broken(error),
        })
    }

    pub(super) fn error(&self) -> Option<&str> {
        match &self.0 {
            SchemaState::Broken(error) => Some(error),
            SchemaState::Absent | SchemaState::Sound(_) => None,
        }
    }

    pub(super) fn judges(&self) -> bool {
        matches!(self.0, SchemaState::Sound(_))
    }

    pub(super) fn refusals(&self, map: &Value) -> Vec<SchemaRefusal> {
        match &self.0 {
            SchemaState::Sound(judge) => judge.refusals(map),
            SchemaState::Absent | SchemaState::Broken(_) => Vec::new(),
        }
    }
}
