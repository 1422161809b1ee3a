//! Flags with fixed words: the help and the shell list them, and the reader of records refuses what is none.
//!
//! Start at [`Words`]. A flag and a file are so refused with the same sentence.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use exledger::record::vocabulary::Vocabulary;

/// Takes any text, and lists some.
#[derive(Clone, Debug)]
pub(crate) struct Words(Vec<&'static str>);

impl Words {
    /// Lists the words of a vocabulary.
    pub(crate) fn of<W: Vocabulary>() -> Words {
        Words(W::words())
    }

    /// Lists the words of another vocabulary too.
    pub(crate) fn and<W: Vocabulary>(mut self) -> Words {
        self.0.extend(Words::of::<W>().0);
        self
    }

    /// Leaves a word out.
    pub(crate) fn without(mut self, word: &str) -> Words {
        self.0.retain(|known| *known != word);
        self
    }
}

impl From<Vec<&'static str>> for Words {
    fn from(words: Vec<&'static str>) -> Words {
        Words(words)
    }
}

impl TypedValueParser for Words {
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
