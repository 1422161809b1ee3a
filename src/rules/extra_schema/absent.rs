//! The schema check in a build without the feature `house-schema`: unavailable.
//!
//! Pure. Start at [`SchemaJudge::compile`].

use crate::rules::extra_schema::refusal::SchemaRefusal;
use serde_json::Value;

/// A compiled schema, which can't exist in this build.
#[derive(Debug)]
pub(super) enum SchemaJudge {}

impl SchemaJudge {
    pub(super) fn compile(_: &Value) -> Result<SchemaJudge, String> {
        Err("this program was built without the feature house-schema".to_owned())
    }

    pub(super) fn refusals(&self, _: &Value) -> Vec<SchemaRefusal> {
        match *self {}
    }
}
