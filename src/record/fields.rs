//! The keys of one map: known keys are read by name, all others reported.
//!
//! Pure. Start at [`Fields`], which [`NodeReader::map`] provides. Read every key before the first `?`, so that no error
//! hides another. Follows `docs/spec/rules.md` (`unknown-key`, `missing-field`).

use crate::diag::code::Code;
use crate::diag::renamed;
use crate::record::near_miss;
use crate::record::parse_error::ParseError;
use crate::record::reader::{self, NodeReader, Read};
use crate::yaml::node::{MapEntry, Node, Repair, Value};

/// The keys of one map while being read.
#[derive(Debug)]
pub struct Fields<'n, 'r> {
    entries: &'n [MapEntry],
    reader: &'r mut NodeReader<'n>,
    known: Vec<&'static str>,
    /// Bit set of the entries read so far, by index; entries beyond the 64th are looked up again at the end.
    taken: u64,
    /// The index where the next key is looked for first: files mostly keep the order of the format.
    next: usize,
    missing: Vec<MissingKey>,
}

#[derive(Clone, Copy, Debug)]
enum MissingKey {
    One(&'static str),
    AnyOf(&'static [&'static str]),
}

impl<'n> NodeReader<'n> {
    /// Reads the keys of a map; notes anything but a map, unknown keys and missing ones.
    pub fn map<T>(
        &mut self,
        node: &'n Node,
        read: impl FnOnce(&mut Fields<'n, '_>) -> Option<T>,
    ) -> Option<T> {
        let Value::Map(entries) = &node.value else {
            return self.refuse(node, "a map", "write it as keys with values, `key: value`");
        };
        let mut fields = Fields::new(entries, self);
        let value = read(&mut fields);
        if fields.close() { value } else { None }
    }
}

impl<'n, 'r> Fields<'n, 'r> {
    fn new(entries: &'n [MapEntry], reader: &'r mut NodeReader<'n>) -> Fields<'n, 'r> {
        Fields {
            entries,
            reader,
            known: Vec::with_capacity(entries.len() + 8),
            taken: 0,
            next: 0,
            missing: Vec::new(),
        }
    }

    /// Returns the value of a key; a missing key is noted as `missing-field`.
    pub fn required<T: Read>(&mut self, key: &'static str) -> Option<T> {
        match self.know(key) {
            Some(entry) => self.reader.required(entry, |node, at| {
                if reader::is_absent(node, T::IS_STATED_EMPTY) {
                    at.hollow(node)
                } else {
                    T::read(node, at)
                }
            }),
            None => {
                self.missing.push(MissingKey::One(key));
                None
            }
        }
    }

    /// Returns the value of a key: the outer `None` if it can't be read, the inner one if it is absent.
    pub fn optional<T: Read>(&mut self, key: &'static str) -> Option<Option<T>> {
        match self.know(key) {
            Some(entry) if !reader::is_absent(&entry.value, T::IS_STATED_EMPTY) => {
                self.reader.entry(entry, T::read).map(Some)
            }
            _ => Some(None),
        }
    }

    /// Returns the value of a key, or the type's empty value if absent.
    pub fn or_empty<T: Read + Default>(&mut self, key: &'static str) -> Option<T> {
        self.optional(key).map(Option::unwrap_or_default)
    }

    /// Returns the parsed text of a key; a missing key is noted as `missing-field`.
    pub fn required_as<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, ParseError>,
    ) -> Option<T> {
        self.required_with(key, |node, at| at.scalar(node, parse))
    }

    /// Returns the parsed text of a key, like [`Fields::optional`].
    pub fn optional_as<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, ParseError>,
    ) -> Option<Option<T>> {
        self.optional_with(key, |node, at| at.scalar(node, parse))
    }

    /// Reads a key's node with a custom function; a missing key is noted as `missing-field`.
    pub fn required_with<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<T> {
        let Some(entry) = self.know(key) else {
            self.missing.push(MissingKey::One(key));
            return None;
        };
        self.reader.required(entry, read)
    }

    /// Reads a key's node with a custom function, like [`Fields::optional`].
    pub fn optional_with<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.know(key) {
            Some(entry) => self.reader.entry(entry, read).map(Some),
            None => Some(None),
        }
    }

    /// Returns the node of a key without reading it.
    pub fn node(&self, key: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// Returns the entries of the map, in file order.
    pub fn entries(&self) -> &'n [MapEntry] {
        self.entries
    }

    /// Notes an error in a key's value.
    pub fn fault(&mut self, key: &str, error: ParseError) {
        if let Some(entry) = self.entries.iter().find(|entry| entry.key == key) {
            self.reader.entry(entry, |node, at| at.fault::<()>(node, error));
        }
    }

    /// Notes a missing key that another key requires.
    pub fn need(&mut self, key: &'static str) {
        if self.node(key).is_none() {
            self.missing.push(MissingKey::One(key));
        }
    }

    /// Notes that none of several keys is present, although at least one is required.
    pub fn need_any_of(&mut self, keys: &'static [&'static str]) {
        if keys.iter().all(|key| self.node(key).is_none()) {
            self.missing.push(MissingKey::AnyOf(keys));
        }
    }

    /// Notes the keys that were not read, and missing keys that none of them was meant for.
    /// Returns whether there was neither.
    fn close(mut self) -> bool {
        let is_all_known = self.entries.len() == self.taken.count_ones() as usize;
        if is_all_known && self.missing.is_empty() {
            return true;
        }
        let misspelled = self.unknown();
        let missing = std::mem::take(&mut self.missing);
        let is_complete =
            missing.is_empty() && self.entries.iter().all(|entry| self.is_known(entry));
        // A merged map may contain the missing keys.
        let is_merged = self.entries.iter().any(is_merge);
        for missing in missing.into_iter().filter(|_| !is_merged) {
            self.note_missing(missing, &misspelled);
        }
        is_complete
    }

    fn know(&mut self, key: &'static str) -> Option<&'n MapEntry> {
        self.known.push(key);
        let entries = || self.entries.iter().enumerate();
        let mut entries = entries().skip(self.next).chain(entries().take(self.next));
        let (index, entry) = entries.find(|(_, entry)| entry.key == key)?;
        self.next = index + 1;
        self.taken |=
            u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index)).unwrap_or(0);
        Some(entry)
    }

    fn is_known(&self, entry: &MapEntry) -> bool {
        self.known.contains(&entry.key.as_str()) || is_merge(entry)
    }

    /// Notes unknown keys; returns the keys that they were meant for.
    fn unknown(&mut self) -> Vec<&'static str> {
        let mut misspelled = Vec::new();
        let known = self.known.iter().copied();
        let absent: Vec<&'static str> = known.filter(|key| self.node(key).is_none()).collect();
        for entry in self.entries {
            if self.is_known(entry) {
                continue;
            }
            let name = &entry.key;
            let renamed = renamed::find(name);
            let renamed = absent.iter().copied().find(|key| renamed.as_deref() == Some(key));
            let meaning = renamed.or_else(|| near_miss::key(name, &absent));
            let error = match meaning {
                Some(key) if renamed.is_some() => ParseError::new(
                    format!("the key `{name}` is called `{key}` now"),
                    format!("write `{key}`"),
                )
                .ended_by(Repair::Rename(key.to_owned())),
                Some(key) => ParseError::new(
                    format!("unknown key `{name}`: did you mean `{key}`?"),
                    format!("write `{key}`, or remove the key"),
                )
                .ended_by(Repair::Rename(key.to_owned())),
                None if near_miss::is_computed(name) => ParseError::new(
                    format!(
                        "unknown key `{name}`: status and approvals are computed from git and never stored"
                    ),
                    "remove it",
                ),
                None => ParseError::new(
                    format!("unknown key `{name}`"),
                    format!("remove it; the keys here are {}", self.known.join(", ")),
                ),
            };
            if let Some(key) = meaning {
                misspelled.push(key);
                self.reader.note_misspelled(key);
            }
            let field = self.reader.field(Some(&entry.key));
            self.reader.note(Code::UnknownKey, entry.key_pos, field, error);
        }
        misspelled
    }

    fn note_missing(&mut self, missing: MissingKey, misspelled: &[&'static str]) {
        let (field, message, help) = match missing {
            MissingKey::One(key) if misspelled.contains(&key) => return,
            MissingKey::AnyOf(keys) if keys.iter().any(|key| misspelled.contains(key)) => return,
            MissingKey::One(key) => {
                let field = self.reader.field(Some(key));
                let message = format!("`{}` is missing", field.as_deref().unwrap_or(key));
                (field, message, format!("add `{key}: …`"))
            }
            MissingKey::AnyOf(keys) => {
                let words = keys.join(", ");
                let message = format!("{} needs one of {words}", self.reader.name());
                (self.reader.field(None), message, format!("add one of {words}"))
            }
        };
        let pos = self.reader.anchor();
        let error = ParseError::new(message, help);
        let error = match missing {
            MissingKey::AnyOf(keys) => {
                let key = keys.last().copied().unwrap_or_default();
                error.ended_by(Repair::Add(key.to_owned()))
            }
            MissingKey::One(_) => error,
        };
        self.reader.note(Code::MissingField, pos, field, error);
    }
}

/// Tells whether an entry merges another map into this one, which the YAML reader has already reported.
fn is_merge(entry: &MapEntry) -> bool {
    entry.key == "<<" && entry.value.value == Value::Unreadable
}
