//! How a scalar of a file becomes a value of a type, or what is wrong with it.
//!
//! Uses record's own words. Pure. Start at [`Scalar`]. Follows `docs/spec/record.md`, values.

use crate::record::word::Word;

/// What is wrong with a value, and the way out. The value itself is named by who reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Flaw {
    /// Returns a flaw from its two halves.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Flaw {
        Flaw {
            message: message.into(),
            help: help.into(),
        }
    }
}

/// A value that is written as one scalar.
pub trait Scalar: Sized {
    /// Returns the value that a text stands for.
    ///
    /// # Errors
    /// The [`Flaw`] of a text that stands for none; it becomes `bad-value` at the scalar's place.
    fn parse(text: &str) -> Result<Self, Flaw>;
}

impl Scalar for String {
    fn parse(text: &str) -> Result<Self, Flaw> {
        Ok(text.to_owned())
    }
}

impl<W: Word> Scalar for W {
    fn parse(text: &str) -> Result<Self, Flaw> {
        W::from_word(text).ok_or_else(|| {
            let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
            Flaw::new(
                format!("`{text}` is not one of the words"),
                format!("use one of {}", words.join(", ")),
            )
        })
    }
}
