//! Converts a scalar of a file to a value of a type, or explains what is wrong with it.
//!
//! Pure. Start at [`Scalar`]. Follows `docs/spec/record.md`, values.

use crate::record::near_miss;
use crate::record::parse_error::ParseError;
use crate::record::spec::ValueShape;
use crate::record::vocabulary::{self, Vocabulary};
use crate::yaml::node::Repair;

/// A value that is written as one scalar.
pub trait Scalar: Sized {
    /// The shape of its values.
    const SHAPE: ValueShape = ValueShape::Text;

    /// Parses the value; an error becomes a finding at the scalar's position.
    fn parse(text: &str) -> Result<Self, ParseError>;

    /// Parses the value of a key; if many fields have the type, the error names the key.
    fn parse_of(text: &str, _key: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }

    /// Returns the value if it is free text.
    fn as_free_text(&self) -> Option<&str> {
        None
    }
}

impl Scalar for String {
    fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(text.to_owned())
    }

    fn as_free_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Scalar for bool {
    fn parse(text: &str) -> Result<Self, ParseError> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => {
                let near = near_miss::word(text, &["true", "false"]);
                let repair = near.map_or_else(
                    || Repair::Example("false".to_owned()),
                    |near| Repair::Write(near.to_owned()),
                );
                let message = format!("`{text}` is neither true nor false");
                Err(ParseError::new(message, "write true or false").ended_by(repair))
            }
        }
    }
}

impl Scalar for u32 {
    const SHAPE: ValueShape = ValueShape::Number;

    fn parse(text: &str) -> Result<Self, ParseError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'));
        let number = is_plain.then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| {
            ParseError::new(
                format!("`{text}` is not a whole number"),
                "write only digits, such as 3",
            )
            .ended_by(number_word(text))
        })
    }
}

fn number_word(text: &str) -> Repair {
    let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let meant = words.iter().position(|word| *word == text.trim());
    meant
        .map_or_else(|| Repair::Example("1".to_owned()), |number| Repair::Write(number.to_string()))
}

impl<W: Vocabulary> Scalar for W {
    const SHAPE: ValueShape =
        ValueShape::Word { words: W::words, meaning: |word| W::from_word(word).map(W::meaning) };

    fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_of(text, "allowed value")
    }

    fn parse_of(text: &str, key: &str) -> Result<Self, ParseError> {
        W::from_word(text).ok_or_else(|| unknown_word::<W>(text, key))
    }
}

/// Returns the error for a text that is not in a vocabulary, with the word to suggest.
pub fn unknown_word<W: Vocabulary>(text: &str, key: &str) -> ParseError {
    let words = W::words();
    let usual = || match near_miss::word(text, &words) {
        Some(word) => format!("`{text}` is not a valid {key}: did you mean `{word}`?"),
        None => format!("`{text}` is not a valid {key}"),
    };
    let refusal = W::refusal(text);
    let meant = if refusal.is_none() { near_miss::word(text, &words) } else { None };
    let repair = Repair::nearest_or(meant, Some(&vocabulary::usual(key, &words)));
    let help = format!("use one of {}", words.join(", "));
    ParseError::new(refusal.unwrap_or_else(usual), help).ended_by(repair)
}
