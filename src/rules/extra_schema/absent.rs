//! The judge of a build without the feature `house-schema`: there is none.
//!
//! Pure. Start at [`Judge::of`].

use crate::rules::extra_schema::refusal::Refusal;
use serde_json::Value;

/// A schema that is ready to judge.
#[derive(Debug)]
pub(super) enum Judge {}

impl Judge {
    /// Returns why no schema can be used.
    pub(super) fn of(_: &Value) -> Result<Judge, String> {
        Err("this program was built without the feature house-schema".to_owned())
    }

    /// Returns what the schema refuses of a map.
    pub(super) fn refusals(&self, _: &Value) -> Vec<Refusal> {
        match *self {}
    }
}
