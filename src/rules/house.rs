//! The team's own schema for what records hold below `x:`, made ready once and asked for each record.
//!
//! Uses policy's governance. Pure. Start at [`House::of`]. Without the feature `house-schema` every schema is one
//! that can't be used, which is said: nothing passes unjudged. Follows `docs/spec/record.md` (schema and edits).

#[cfg_attr(not(feature = "house-schema"), path = "house/absent.rs")]
mod judge;

use serde_json::Value;

use crate::policy::governance::Governance;
use crate::rules::house::judge::Judge;

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

/// Something that a schema refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What it is about: keys and list indices, from the map on down.
    pub path: Vec<Step>,
    /// What is wrong, without the value, which may be a secret.
    pub message: String,
    /// What the schema says of the value that it wants; `None` where it says nothing.
    pub description: Option<String>,
    /// Whether a text is wanted, and the value is another scalar.
    pub wants_text: bool,
}

/// One step down into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "house-schema"),
    expect(dead_code, reason = "nothing is refused where nothing judges")
)]
pub(super) enum Step {
    Key(String),
    Item(usize),
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
