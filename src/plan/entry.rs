//! An entry of a decision as YAML: on one line, or as the lines of a map.
//!
//! Pure. Start at [`EntryPairs`]. Follows `docs/spec/record.md`, schema and edits.

use crate::yaml::splice;

/// Keys with their values, in order; absent values are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPairs {
    pairs: Vec<(String, String)>,
}

impl EntryPairs {
    /// Returns an entry without keys.
    pub fn new() -> EntryPairs {
        EntryPairs::default()
    }

    #[must_use]
    pub fn text(mut self, key: &str, value: impl ToString) -> EntryPairs {
        let value = value.to_string();
        let pair = (splice::quote(key), splice::quote(value.trim()));
        self.pairs.push(pair);
        self
    }

    /// Adds a text that is present and not blank.
    #[must_use]
    pub fn text_or_none(self, key: &str, value: Option<impl ToString>) -> EntryPairs {
        match value.map(|value| value.to_string()) {
            Some(value) if !value.trim().is_empty() => self.text(key, value),
            _ => self,
        }
    }

    /// Adds a map, unless it is empty.
    #[must_use]
    pub fn map(mut self, key: &str, map: EntryPairs) -> EntryPairs {
        if !map.is_empty() {
            self.pairs.push((splice::quote(key), map.line()));
        }
        self
    }

    /// Adds a list of maps, unless it is empty.
    #[must_use]
    pub fn list(mut self, key: &str, maps: &[EntryPairs]) -> EntryPairs {
        if !maps.is_empty() {
            let maps: Vec<String> = maps.iter().map(EntryPairs::line).collect();
            let list = format!("[{}]", maps.join(", "));
            self.pairs.push((splice::quote(key), list));
        }
        self
    }

    /// Tells whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Returns the entry on one line: `{date: 2026-12-04, by: lee@example.com}`.
    pub fn line(&self) -> String {
        let pairs: Vec<String> = self.pairs().collect();
        format!("{{{}}}", pairs.join(", "))
    }

    /// Returns the entry as lines, one key each.
    pub fn lines(&self) -> String {
        let pairs: Vec<String> = self.pairs().collect();
        pairs.join("\n")
    }

    fn pairs(&self) -> impl Iterator<Item = String> + '_ {
        self.pairs.iter().map(|(key, value)| format!("{key}: {value}"))
    }
}
