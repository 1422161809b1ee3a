//! What the entries of one record say of each field: together, or differently, which a person must then decide.
//!
//! Pure. Start at [`agreed`]. Follows `docs/spec/interop.md`, 4, grouping, and `docs/decisions.md`, 0050: nothing that an
//! entry states is replaced by a flag or a default.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::formats::suppressions::exception::ForeignException;
use crate::formats::suppressions::text;
use crate::plan::answers::Answers;
use crate::plan::imported::todo;
use crate::record::scalar::Scalar;
use crate::record::time::{Day, When};
use crate::record::vocabulary::{Risk, Vocabulary};

/// The name of a row, which grants nothing: the record gets one of its own, and keeps those of its rows.
const TITLE: &str = "title";

/// The list of which a record keeps what any entry states: a safeguard never widens.
const CONTROLS: &str = "compensating_controls";

const MOST_SHOWN: usize = 3;

/// What the entries of a record say.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// The fields on which they agree, and the strictest value where values have an order.
    pub answers: Answers,
    /// The marks of fields that a person must decide, by their paths.
    pub open: Vec<(String, Value)>,
    /// The paths of all fields that they state differently.
    pub differs: Vec<String>,
}

/// Returns what the entries of a record say together. A flag or profile answers for an entry that states nothing.
pub fn agreed(group: &[&ForeignException], bulk: &Answers, today: Day) -> Agreed {
    let mut paths = BTreeSet::new();
    for entry in group {
        leaves("", entry.answers.fields(), &mut paths);
    }
    let mut found = Agreed::default();
    for path in paths {
        let stated = StatedValues::of(&path, group, bulk);
        match stated.only() {
            Some(value) => found.answers.set(&path, value.clone()),
            None if path == TITLE => {}
            None if path == CONTROLS => found.answers.set(&path, stated.together()),
            None => {
                match stated.strictest(&path, today) {
                    Some(value) => found.answers.set(&path, value),
                    None => found.open.push((path.clone(), stated.mark())),
                }
                found.differs.push(path);
            }
        }
    }
    found
}

fn leaves(above: &str, fields: &Map<String, Value>, found: &mut BTreeSet<String>) {
    for (key, value) in fields {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            Value::Object(inner) => leaves(&path, inner, found),
            _ => {
                found.insert(path);
            }
        }
    }
}

struct StatedValues<'v> {
    values: Vec<&'v Value>,
    /// Whether neither an entry nor a flag for it says anything.
    is_silent: bool,
}

impl<'v> StatedValues<'v> {
    fn of(path: &str, group: &[&'v ForeignException], bulk: &'v Answers) -> StatedValues<'v> {
        let mut values: BTreeMap<String, &Value> = BTreeMap::new();
        let mut is_silent = false;
        for entry in group {
            let own = if entry.answers.states(path) { &entry.answers } else { bulk };
            match own.get(path).filter(|_| own.states(path)) {
                Some(value) => {
                    values.insert(value.to_string(), value);
                }
                None => is_silent = true,
            }
        }
        StatedValues { values: values.into_values().collect(), is_silent }
    }

    fn only(&self) -> Option<&'v Value> {
        match self.values.as_slice() {
            [only] if !self.is_silent => Some(*only),
            _ => None,
        }
    }

    fn together(&self) -> Value {
        let mut items: Vec<&Value> = Vec::new();
        for item in self.values.iter().filter_map(|value| value.as_array()).flatten() {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        json!(items)
    }

    /// Returns the strictest value of a field whose values have an order: the highest risk, the latest start.
    fn strictest(&self, path: &str, today: Day) -> Option<Value> {
        let texts = || self.values.iter().map(|value| value.as_str());
        match path {
            "risk.level" if !self.is_silent => {
                let levels: Option<Vec<Risk>> =
                    texts().map(|text| Risk::from_word(text?)).collect();
                levels?.into_iter().max().map(|level| json!(level.as_str()))
            }
            // Without a start, an exception starts when it is filed.
            "starts" => {
                let starts: Option<Vec<When>> =
                    texts().map(|text| When::parse(text?).ok()).collect();
                let own = if self.is_silent { Some(When::Day(today)) } else { None };
                let latest = starts?.into_iter().chain(own).max_by_key(When::start);
                latest.map(|latest| json!(latest.to_string()))
            }
            _ => None,
        }
    }

    fn mark(&self) -> Value {
        let shown = self.values.iter().take(MOST_SHOWN).map(|value| match value {
            Value::String(stated) => text::one_line(stated),
            other => other.to_string(),
        });
        let mut shown: Vec<String> = shown.collect();
        if self.values.len() > MOST_SHOWN {
            shown.push("…".to_owned());
        }
        if self.is_silent {
            shown.push("nothing".to_owned());
        }
        let mark = todo(&format!("the entries differ: {}", shown.join(", ")));
        if self.values.iter().any(|value| value.is_array()) { json!([mark]) } else { json!(mark) }
    }
}
