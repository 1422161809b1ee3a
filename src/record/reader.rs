//! The strict reader of records and policies: converts located nodes to typed values and notes every error.
//!
//! Pure. Start at [`NodeReader`] and [`Read`]; the keys of a map are read in `fields`. Reading never stops at the first
//! error. Follows `docs/spec/record.md` (nothing there) and `docs/spec/rules.md` (shape, where a finding points).

use crate::diag::Pos;
use crate::diag::code::Code;
use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use crate::yaml::node::{MapEntry, Node, Repair, SyntaxError, Value};
use crate::yaml::splice;
use std::collections::BTreeMap;

/// A value that is read from a node; errors are noted on the way.
pub trait Read: Sized {
    /// Whether `{}` is a meaningful value here; otherwise it counts as absent.
    const IS_STATED_EMPTY: bool = false;

    /// Returns the value, or `None` after noting why there is none.
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Self>;
}

/// The current position of reading, and the errors so far.
///
/// The path is kept as steps and formatted only for errors.
#[derive(Debug)]
pub struct NodeReader<'n> {
    path: Vec<ReadStep<'n>>,
    noted: ReadNotes,
    /// What is being read: `a record`, `the policy`.
    whole: &'static str,
}

/// The errors of a reading.
#[derive(Debug, Default)]
pub struct ReadNotes {
    /// The errors, in reading order.
    pub faults: Vec<SyntaxError>,
    /// The fields that misspelled keys were meant for: neither stated nor absent.
    pub misspelled: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum ReadStep<'n> {
    Entry { entry: &'n MapEntry, is_required: bool },
    Item(usize, &'n Node),
}

/// Reads the value of a node, with all errors; `whole` names what is read, such as `a record`.
pub fn read<T: Read>(node: &Node, whole: &'static str) -> (Option<T>, ReadNotes) {
    let mut reader = NodeReader { path: Vec::new(), noted: ReadNotes::default(), whole };
    let value = T::read(node, &mut reader);
    (value, reader.noted)
}

impl<'n> NodeReader<'n> {
    /// Parses a scalar; notes an empty one and anything but a scalar.
    pub fn scalar<T>(
        &mut self,
        node: &'n Node,
        parse: impl FnOnce(&str) -> Result<T, ParseError>,
    ) -> Option<T> {
        match &node.value {
            Value::Scalar(scalar) if scalar.text.trim().is_empty() => self.hollow(node),
            Value::Scalar(scalar) => match parse(&scalar.text) {
                Ok(value) => Some(value),
                Err(error) => self.fault(node, error),
            },
            _ => self.refuse(node, "a text", "write a single value"),
        }
    }

    /// Reads the value of an entry.
    pub fn entry<T>(
        &mut self,
        entry: &'n MapEntry,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<T> {
        self.below(ReadStep::Entry { entry, is_required: false }, &entry.value, read)
    }

    pub(super) fn required<T>(
        &mut self,
        entry: &'n MapEntry,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<T> {
        self.below(ReadStep::Entry { entry, is_required: true }, &entry.value, read)
    }

    /// Reads an item of a list.
    pub fn item<T>(
        &mut self,
        index: usize,
        item: &'n Node,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<T> {
        self.below(ReadStep::Item(index, item), item, read)
    }

    fn below<T>(
        &mut self,
        step: ReadStep<'n>,
        node: &'n Node,
        read: impl FnOnce(&'n Node, &mut NodeReader<'n>) -> Option<T>,
    ) -> Option<T> {
        self.path.push(step);
        let value = read(node, self);
        self.path.pop();
        value
    }

    /// Notes an error in the value at the current path.
    pub fn fault<T>(&mut self, node: &Node, error: ParseError) -> Option<T> {
        let field = self.field(None);
        self.note(error.code, node.pos, field, error);
        None
    }

    /// Notes that a required value is empty.
    pub fn hollow<T>(&mut self, node: &Node) -> Option<T> {
        let help = match self.path.last() {
            Some(ReadStep::Entry { is_required: true, .. }) => match self.outer() {
                Some(outer) => format!("fill it in: `{outer}` needs it"),
                None => format!("fill it in: {} needs it", self.whole),
            },
            _ => "fill it in, or remove it".to_owned(),
        };
        let message = format!("{} is empty", self.name());
        self.fault(node, ParseError::coded(Code::MissingField, message, help))
    }

    /// Notes that something else was found instead of `expected`; silent if the value already has a fault.
    pub fn refuse<T>(&mut self, node: &Node, expected: &str, help: &str) -> Option<T> {
        let found = match &node.value {
            Value::Unreadable => return None,
            Value::Null => return self.hollow(node),
            Value::Scalar(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        };
        let message = format!("{} is {found}, but {expected} is expected", self.name());
        self.fault(node, ParseError::coded(Code::WrongType, message, help))
    }

    pub(super) fn note(&mut self, code: Code, pos: Pos, field: Option<String>, error: ParseError) {
        self.noted.faults.push(SyntaxError {
            code,
            pos: Some(pos),
            field,
            message: error.message,
            help: error.help,
            repair: error.repair,
        });
    }

    /// Notes that a misspelled key of the current map was meant for this one.
    pub(super) fn note_misspelled(&mut self, key: &str) {
        self.noted.misspelled.extend(self.field(Some(key)));
    }

    /// Returns the position for something missing: the parent's key, the item's beginning, or line 1.
    pub(super) fn anchor(&self) -> Pos {
        match self.path.last() {
            None => Pos::START,
            Some(ReadStep::Entry { entry, .. }) => entry.key_pos,
            Some(ReadStep::Item(_, node)) => node.pos,
        }
    }

    /// Returns the dotted path of the current value, or of one of its keys; `None` for the whole file.
    pub(super) fn field(&self, key: Option<&str>) -> Option<String> {
        let mut path = String::new();
        let steps = self.path.iter().copied();
        for step in steps {
            match step {
                ReadStep::Entry { entry, .. } => push(&mut path, &entry.key),
                ReadStep::Item(index, _) => path.push_str(&format!("[{index}]")),
            }
        }
        if let Some(key) = key {
            push(&mut path, key);
        }
        if path.is_empty() { None } else { Some(path) }
    }

    /// Returns the key of the current value, or of the list around it; empty for the whole file.
    pub(super) fn key(&self) -> &'n str {
        let mut steps = self.path.iter().rev();
        let key = steps.find_map(|step| match step {
            ReadStep::Entry { entry, .. } => Some(entry.key.as_str()),
            ReadStep::Item(..) => None,
        });
        key.unwrap_or_default()
    }

    /// Returns the dotted path of the map that contains the current value; `None` at the top level.
    fn outer(&self) -> Option<String> {
        let field = self.field(None)?;
        let (outer, _) = field.rsplit_once('.')?;
        Some(outer.to_owned())
    }

    pub(super) fn name(&self) -> String {
        self.field(None).map_or("the file".to_owned(), |field| format!("`{field}`"))
    }
}

fn push(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

pub(super) fn is_absent(node: &Node, is_stated_empty: bool) -> bool {
    !is_stated_empty && matches!(&node.value, Value::Map(entries) if entries.is_empty())
}

impl<T: Scalar> Read for T {
    const IS_STATED_EMPTY: bool = true;

    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<T> {
        let key = at.key();
        at.scalar(node, |text| T::parse_of(text, key))
    }
}

impl<T: Read> Read for Vec<T> {
    const IS_STATED_EMPTY: bool = true;

    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Vec<T>> {
        let Value::List(items) = &node.value else {
            let refused = at.refuse(node, "a list", "write it as a list: `[first, second]`");
            let (one, noted) = read::<T>(node, at.whole);
            if let (Some(text), Some(_), true) = (node.text(), one, noted.faults.is_empty())
                && let Some(fault) = at.noted.faults.last_mut()
            {
                fault.repair = Repair::Write(format!("[{}]", splice::quote(text)));
            }
            return refused;
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = at.item(index, item, |node, at| {
                if is_absent(node, T::IS_STATED_EMPTY) {
                    at.hollow(node)
                } else {
                    T::read(node, at)
                }
            });
            values.extend(value);
        }
        (values.len() == items.len()).then_some(values)
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<BTreeMap<String, T>> {
        let Value::Map(entries) = &node.value else {
            return at.refuse(node, "a map", "write it as keys with values, `key: value`");
        };
        let mut values = BTreeMap::new();
        for entry in entries {
            if let Some(value) = at.entry(entry, T::read) {
                values.insert(entry.key.clone(), value);
            }
        }
        (values.len() == entries.len()).then_some(values)
    }
}
