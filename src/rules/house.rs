//! The team's own schema for what records hold below `x:`, made ready once and asked for each record.
//!
//! Uses policy's governance. Pure. Start at [`House::of`]. Without the feature `house-schema` every schema is one
//! that can't be used, which is said: nothing passes unjudged. Follows `docs/spec/record.md` (schema and edits).

#[cfg_attr(not(feature = "house-schema"), path = "house/absent.rs")]
mod judge;
pub(crate) mod refusal;

use crate::policy::governance::Governance;
use crate::rules::house::judge::Judge;
use crate::rules::house::refusal::Refusal;
use serde_json::Value;

/// The team's own schema, as far as it can be used.
#[derive(Debug)]
pub struct House(State);

#[derive(Debug)]
enum State {
    /// The policy names none.
    Absent,
    /// It can't be used.
    Broken(String),
    /// It judges.
    Sound(Judge),
}

impl House {
    /// Returns the schema of governance files, ready to judge.
    pub fn of(governance: &Governance) -> House {
        let judge = governance.extra_schema.as_ref().map(Judge::of);
        House(match judge {
            None => State::Absent,
            Some(Ok(judge)) => State::Sound(judge),
            Some(Err(flaw)) => State::Broken(flaw),
        })
    }

    /// Returns why the schema can't be used, where that is so.
    pub(super) fn flaw(&self) -> Option<&str> {
        match &self.0 {
            State::Broken(flaw) => Some(flaw),
            State::Absent | State::Sound(_) => None,
        }
    }

    /// Tells whether there is a schema that judges.
    pub(super) fn judges(&self) -> bool {
        matches!(self.0, State::Sound(_))
    }

    /// Returns what the schema refuses of a map.
    pub(super) fn refusals(&self, map: &Value) -> Vec<Refusal> {
        match &self.0 {
            State::Sound(judge) => judge.refusals(map),
            State::Absent | State::Broken(_) => Vec::new(),
        }
    }
}
