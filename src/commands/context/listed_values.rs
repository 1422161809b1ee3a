//! Flags with a fixed set of values, which the help and the shell list; the record reader refuses other values.
//!
//! Start at [`ListedValues`]. Thus the error is the same for a flag and a file.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use exledger::record::vocabulary::Vocabulary;

/// Accepts any text, and lists the valid values.
#[derive(Clone, Debug)]
pub(crate) struct ListedValues(Vec<&'static str>);

impl ListedValues {
    pub(crate) fn of<W: Vocabulary>() -> ListedValues {
        ListedValues(W::words())
    }

    pub(crate) fn and<W: Vocabulary>(mut self) -> ListedValues {
        self.0.extend(ListedValues::of::<W>().0);
        self
    }

    pub(crate) fn without(mut self, word: &str) -> ListedValues {
        self.0.retain(|known| *known != word);
        self
    }
}

impl From<Vec<&'static str>> for ListedValues {
    fn from(values: Vec<&'static str>) -> ListedValues {
        ListedValues(values)
    }
}

impl TypedValueParser for ListedValues {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
