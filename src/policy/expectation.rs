//! What a baseline calls normal: words, the identities of `expect` in file order, and the time since the last event.
//!
//! Pure. Start at [`Words`] and [`Expectations::of`]. Follows `docs/spec/policy.md`, baselines.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::policy::number::ExactNumber;
use crate::record::folded::{Spelling, folded};
use crate::record::parse_error::ParseError;
use crate::record::pattern::Pattern;
use crate::record::scalar::Scalar;
use crate::record::time::Term;
use crate::record::vocabulary::words;

/// The longest word or key, in bytes: matching takes time in proportion to its length.
pub const LONGEST_WORD: usize = 1_000;

/// Fields, each with its possible values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Words(
    /// The words by field.
    #[schemars(schema_with = "crate::policy::schema::word_map")]
    pub BTreeMap<String, Vec<BaselineWord>>,
);

/// A word that values of inputs are compared with: a pattern, or the limit of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineWord {
    text: String,
    test: WordTest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum WordTest {
    /// The value is this text.
    Literal,
    /// A pattern, and the same folded.
    Pattern(Pattern, Pattern),
    Number(NumberTest, ExactNumber),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumberTest {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// How a value compares with words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordMatch {
    /// It fits none of them.
    No,
    /// It fits none of them, and one compares numbers, which it is not.
    NotNumber,
    /// It fits one of them.
    Yes,
}

impl BaselineWord {
    /// Returns the word as the policy states it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn compare(&self, value: &str, spelling: Spelling) -> WordMatch {
        let is_match = match &self.test {
            WordTest::Literal => spelling.is_same(&self.text, value),
            WordTest::Pattern(pattern, folded_pattern) => {
                let matches_folded = || folded_pattern.matches(&folded(value));
                pattern.matches(value) || (spelling == Spelling::Folded && matches_folded())
            }
            WordTest::Number(comparison, limit) => match ExactNumber::parse(value) {
                None => return WordMatch::NotNumber,
                Some(number) => match comparison {
                    NumberTest::Less => number < *limit,
                    NumberTest::AtMost => number <= *limit,
                    NumberTest::More => number > *limit,
                    NumberTest::AtLeast => number >= *limit,
                },
            },
        };
        if is_match { WordMatch::Yes } else { WordMatch::No }
    }

    /// Compares a value with several words, one of which is enough; `None` is a value without a text, such as a map.
    pub fn compare_any(
        words: &[BaselineWord],
        value: Option<&str>,
        spelling: Spelling,
    ) -> WordMatch {
        let each = words.iter().map(|word| match (value, &word.test) {
            (Some(value), _) => word.compare(value, spelling),
            (None, WordTest::Number(..)) => WordMatch::NotNumber,
            (None, WordTest::Literal | WordTest::Pattern(..)) => WordMatch::No,
        });
        each.max().unwrap_or(WordMatch::No)
    }

    /// Returns words as one text.
    pub fn join(words: &[BaselineWord]) -> String {
        let texts: Vec<&str> = words.iter().map(BaselineWord::as_str).collect();
        texts.join(", ")
    }
}

impl Serialize for BaselineWord {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl Scalar for BaselineWord {
    fn parse(text: &str) -> Result<BaselineWord, ParseError> {
        not_too_long(text)?;
        let limits = [
            ("<=", NumberTest::AtMost),
            (">=", NumberTest::AtLeast),
            ("<", NumberTest::Less),
            (">", NumberTest::More),
        ];
        let mut limit = limits.into_iter();
        let limit =
            limit.find_map(|(sign, comparison)| Some((sign, comparison, text.strip_prefix(sign)?)));
        let test = match limit {
            Some((sign, comparison, number)) => {
                let number = ExactNumber::parse(number.trim()).ok_or_else(|| {
                    ParseError::new(
                        format!("`{text}` has no number after `{sign}`"),
                        format!(
                            "write a number, such as `{sign}5000000`; `?` stands for the sign itself"
                        ),
                    )
                    .such_as(format!("'{sign}5000000'"))
                })?;
                WordTest::Number(comparison, number)
            }
            None if is_pattern(text) => {
                WordTest::Pattern(Pattern::new(text), Pattern::folded(text))
            }
            None => WordTest::Literal,
        };
        Ok(BaselineWord { text: text.to_owned(), test })
    }
}

/// Refuses a word or key of a baseline that is too long to be compared with every input.
pub(crate) fn not_too_long(text: &str) -> Result<(), ParseError> {
    if text.len() <= LONGEST_WORD {
        return Ok(());
    }
    Err(ParseError::new(
        format!("it has {} bytes, and at most {LONGEST_WORD} are compared", text.len()),
        "shorten it: `*` stands for any characters but `/`, `**` for any",
    ))
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

words! {
    /// What an input is if no identity of `expect` fits.
    pub enum Others {
        /// It is material.
        Material,
        /// It is not material.
        Routine,
    }
}

/// What is normal for each identity, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    entries: Vec<(String, Words)>,
    literal: BTreeMap<String, usize>,
    patterns: Vec<(Pattern, usize)>,
}

impl Expectations {
    /// Collects the entries of `expect`, in file order; of equal keys the first counts.
    pub fn new(entries: Vec<(String, Words)>) -> Expectations {
        let mut literal = BTreeMap::new();
        let mut patterns = Vec::new();
        for (place, (key, _)) in entries.iter().enumerate() {
            literal.entry(key.clone()).or_insert(place);
            if is_pattern(key) {
                patterns.push((Pattern::new(key), place));
            }
        }
        Expectations { entries, literal, patterns }
    }

    /// Returns what is normal for an identity: by its literal key, else by the first key in file order that fits.
    pub fn of(&self, identity: &str) -> Option<&Words> {
        let by_pattern = || {
            let mut patterns = self.patterns.iter();
            patterns.find(|(pattern, _)| pattern.matches(identity)).map(|(_, place)| place)
        };
        let place = self.literal.get(identity).or_else(by_pattern)?;
        self.entries.get(*place).map(|(_, words)| words)
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether nothing is expected of anybody.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Serialize for Expectations {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.entries.len()))?;
        for (key, words) in &self.entries {
            map.serialize_entry(key, words)?;
        }
        map.end()
    }
}

impl JsonSchema for Expectations {
    fn schema_name() -> Cow<'static, str> {
        "Expectations".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, Words>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

/// How long after the last event with the same values an event is normal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SinceLast {
    /// The fields whose values tell which events belong together, such as `data.identity`.
    #[schemars(length(min = 1, max = 8))]
    pub by: Vec<String>,
    /// An event that comes sooner is material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Term>,
    /// An event that comes later is material, and so is silence for longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Term>,
}
