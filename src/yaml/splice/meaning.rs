//! The content of a file without places, to check that an edit changes exactly what it should.
//!
//! Pure. Start at [`Meaning`].

use crate::yaml::node::{MapEntry, Node, NodeStyle, Value};

#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Nothing,
    Text(String),
    /// A text that an edit writes. In block style, its last line break depends on whether a line follows.
    NewText(String),
    List(Vec<Meaning>),
    Map(Vec<(String, Meaning)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MeaningStep {
    /// To the value of a key.
    Key(String),
    Index(usize),
}

impl Meaning {
    pub(super) fn of(node: &Node) -> Meaning {
        Meaning::with(node, Meaning::Text)
    }

    pub(super) fn of_new(node: &Node) -> Meaning {
        Meaning::with(node, Meaning::NewText)
    }

    fn with(node: &Node, text: fn(String) -> Meaning) -> Meaning {
        match &node.value {
            Value::Null | Value::Unreadable => Meaning::Nothing,
            Value::Scalar(scalar) => text(scalar.text.clone()),
            Value::List(items) => {
                Meaning::List(items.iter().map(|item| Meaning::with(item, text)).collect())
            }
            Value::Map(entries) => {
                let pair =
                    |entry: &MapEntry| (entry.key.clone(), Meaning::with(&entry.value, text));
                Meaning::Map(entries.iter().map(pair).collect())
            }
        }
    }

    /// Sets a child value: replaces it, or adds it behind another entry, or at the end.
    pub(super) fn put(
        &mut self,
        step: &MeaningStep,
        value: Meaning,
        after: Option<&MapEntry>,
    ) -> Option<()> {
        match (self, step) {
            (Meaning::Map(entries), MeaningStep::Key(key)) => {
                match entries.iter_mut().find(|(known, _)| known == key) {
                    Some((_, known)) => *known = value,
                    None => {
                        let is_before = |(known, _): &(String, Meaning)| {
                            after.is_some_and(|after| after.key == *known)
                        };
                        let before = entries.iter().position(is_before);
                        let at = before.map_or(entries.len(), |before| before + 1);
                        entries.insert(at, (key.clone(), value));
                    }
                }
                Some(())
            }
            (Meaning::List(items), MeaningStep::Index(index)) => {
                *items.get_mut(*index)? = value;
                Some(())
            }
            _ => None,
        }
    }

    pub(super) fn take(&mut self, step: &MeaningStep) -> Option<()> {
        match (self, step) {
            (Meaning::Map(entries), MeaningStep::Key(key)) => {
                let index = entries.iter().position(|(known, _)| known == key)?;
                entries.remove(index);
                Some(())
            }
            (Meaning::List(items), MeaningStep::Index(index)) if *index < items.len() => {
                items.remove(*index);
                Some(())
            }
            _ => None,
        }
    }

    pub(super) fn at(&mut self, steps: &[MeaningStep]) -> Option<&mut Meaning> {
        let Some((first, rest)) = steps.split_first() else {
            return Some(self);
        };
        let below = match (self, first) {
            (Meaning::Map(entries), MeaningStep::Key(key)) => {
                let entry = entries.iter_mut().find(|(known, _)| known == key)?;
                &mut entry.1
            }
            (Meaning::List(items), MeaningStep::Index(index)) => items.get_mut(*index)?,
            _ => return None,
        };
        below.at(rest)
    }

    pub(super) fn matches(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Meaning::Nothing, Value::Null) => true,
            (Meaning::Text(text), Value::Scalar(scalar)) => *text == scalar.text,
            (Meaning::NewText(text), Value::Scalar(scalar)) => {
                let is_block = matches!(scalar.style, NodeStyle::Literal | NodeStyle::Folded);
                let ended = |text: &str| text.strip_suffix('\n').unwrap_or(text).to_owned();
                *text == scalar.text || (is_block && ended(text) == ended(&scalar.text))
            }
            (Meaning::List(meanings), Value::List(items)) => {
                meanings.len() == items.len()
                    && meanings.iter().zip(items).all(|(meaning, item)| meaning.matches(item))
            }
            (Meaning::Map(meanings), Value::Map(entries)) => {
                meanings.len() == entries.len()
                    && meanings.iter().zip(entries).all(|((key, meaning), entry)| {
                        *key == entry.key && meaning.matches(&entry.value)
                    })
            }
            _ => false,
        }
    }
}
