//! The tests of triggers, which scanner results and catalogs can answer.
//!
//! Pure. Start at [`TriggerTest`]. Follows `docs/spec/record.md`, triggers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use crate::record::near;
use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use crate::yaml::node::Repair;

/// A test of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerTest {
    /// A fixed release exists.
    FixAvailable,
    /// The finding is no longer reported.
    FindingGone,
    /// The reported value has changed.
    ValueChanged,
    /// It is exploited, as CISA's catalog says.
    KnownExploited,
    /// EPSS expects exploitation with at least this probability.
    Epss(EpssScore),
}

/// A probability of EPSS, in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpssScore(u32);

const WORDS: &[(&str, TriggerTest)] = &[
    ("fix-available", TriggerTest::FixAvailable),
    ("finding-gone", TriggerTest::FindingGone),
    ("value-changed", TriggerTest::ValueChanged),
    ("known-exploited", TriggerTest::KnownExploited),
];

const EPSS: &str = "epss>=";

impl EpssScore {
    /// Parses a number from 0 to 1; `None` for any other text.
    pub fn parse(text: &str) -> Option<EpssScore> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let score =
            text.parse::<f64>().ok().filter(|score| is_number && (0.0..=1.0).contains(score))?;
        let digits = format!("{score:.9}").replace('.', "");
        digits.parse().ok().map(EpssScore)
    }
}

impl TriggerTest {
    /// Tells whether a report in which a finding stands answers it.
    pub fn is_of_report(self) -> bool {
        !matches!(self, TriggerTest::KnownExploited | TriggerTest::Epss(_))
    }
}

impl fmt::Display for EpssScore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Display for TriggerTest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TriggerTest::Epss(score) => write!(out, "{EPSS}{score}"),
            test => {
                let word = WORDS.iter().find(|(_, known)| known == test);
                out.write_str(word.map_or("", |(word, _)| word))
            }
        }
    }
}

impl Scalar for TriggerTest {
    fn parse(text: &str) -> Result<TriggerTest, ParseError> {
        let known = WORDS.iter().find(|(word, _)| *word == text).map(|(_, test)| *test);
        let score = || EpssScore::parse(text.strip_prefix(EPSS)?).map(TriggerTest::Epss);
        known.or_else(score).ok_or_else(|| {
            let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
            let meant = near::nearest(text, words.iter().copied());
            let example = if text.starts_with("epss") { "epss>=0.5" } else { "fix-available" };
            ParseError::new(
                format!("`{text}` is not a valid test"),
                format!("use one of {}, {EPSS}N with N from 0 to 1", words.join(", ")),
            )
            .ended_by(Repair::nearest_or(meant, Some(example)))
        })
    }
}

impl Serialize for TriggerTest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'d> Deserialize<'d> for TriggerTest {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<TriggerTest, D::Error> {
        let text = String::deserialize(from)?;
        TriggerTest::parse(&text).map_err(|error| D::Error::custom(error.message))
    }
}

impl JsonSchema for TriggerTest {
    fn schema_name() -> Cow<'static, str> {
        "TriggerTest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({
            "type": "string",
            "description": "What scanner results and catalogs can answer.",
            "pattern": format!("^({}|{EPSS}[0-9.eE+-]+)$", words.join("|")),
        })
    }
}
