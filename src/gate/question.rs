//! Reads a question from one line of JSON: the keys of `question`, `at`, and an `id` chosen by the caller.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/cli.md`, check, `--stdin`.

use serde_json::{Map, Value};

use crate::gate::answer::Question;
use crate::record::json;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::{IdentityType, Risk, Vocabulary};

/// A question, and the instant that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedQuestion {
    pub question: Question,
    /// The instant; `None` for now.
    pub at: Option<Instant>,
}

/// The identity that every question of a session is about, whatever its asker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundIdentity {
    pub name: String,
    pub identity_type: IdentityType,
}

/// A parsed line, with the caller's id.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionLine {
    /// A text or an integer, which the receipt repeats; otherwise null.
    pub id: Value,
    /// The question, or why the line is not one.
    pub question: Result<TimedQuestion, NoQuestion>,
}

/// The key of the line of a file, which is a number.
pub const LINE: &str = "line";

/// The maximum length of a line, in bytes.
pub const LONGEST_LINE: usize = 64 << 10;

/// The maximum length of an id, in characters.
const LONGEST_ID: usize = 256;

/// Why a line is not a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoQuestion {
    #[error("the line is longer than {LONGEST_LINE} bytes")]
    TooLong,
    #[error("the line is not UTF-8")]
    NoText,
    #[error("the line is not JSON: {0}")]
    NoJson(String),
    #[error("the line is not a JSON object")]
    NoObject,
    #[error("`{0}` is not a key of a question")]
    UnknownKey(String),
    #[error("the value of `{0}` can't be read")]
    WrongValue(String),
    #[error("it names neither identity, asset, application, credential, finding nor reference")]
    NoSubject,
    #[error("it asks about a deployment but names no application")]
    NoApplication,
    #[error("it states a line but no path")]
    NoPath,
}

/// Reads a question from one line. An invalid line is answered with `unknown`.
pub fn read(line: &[u8]) -> QuestionLine {
    let keys = match keys(line) {
        Ok(keys) => keys,
        Err(error) => {
            return QuestionLine { id: Value::Null, question: Err(error) };
        }
    };
    let id = keys.get("id").filter(|id| is_id(id));
    QuestionLine { id: id.cloned().unwrap_or_default(), question: parse(keys) }
}

fn keys(line: &[u8]) -> Result<Map<String, Value>, NoQuestion> {
    if std::str::from_utf8(line).is_err() {
        return Err(NoQuestion::NoText);
    }
    match json::value(line) {
        Ok(Value::Object(keys)) => Ok(keys),
        Ok(_) => Err(NoQuestion::NoObject),
        Err(error) => Err(NoQuestion::NoJson(error.to_string())),
    }
}

fn is_id(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= LONGEST_ID,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

pub(crate) fn parse(keys: Map<String, Value>) -> Result<TimedQuestion, NoQuestion> {
    let mut question = Question::default();
    let mut at = None;
    for (key, value) in keys {
        let wrong = || NoQuestion::WrongValue(key.clone());
        if key == "id" {
            if value.is_null() || is_id(&value) {
                continue;
            }
            return Err(wrong());
        }
        if key == "deploy" {
            question.deploy = match value {
                Value::Bool(deploy) => deploy,
                Value::Null => false,
                _ => return Err(wrong()),
            };
            continue;
        }
        if key == LINE {
            question.line = match value {
                Value::Null => None,
                value => Some(value.as_u64().filter(|line| *line > 0).ok_or_else(wrong)?),
            };
            continue;
        }
        let text = match value {
            Value::String(text) if !text.trim().is_empty() => text,
            Value::Null => continue,
            _ => return Err(wrong()),
        };
        if key == "at" {
            at = Some(instant(&text).ok_or_else(wrong)?);
            continue;
        }
        let is_read = match key.as_str() {
            "severity" => Risk::from_word(&text).is_some(),
            "identity_type" => IdentityType::from_word(&text).is_some(),
            "finding" => finding(&text).is_some(),
            _ => true,
        };
        if !is_read {
            return Err(wrong());
        }
        let slot = question.slot(&key).ok_or_else(|| NoQuestion::UnknownKey(key.clone()))?;
        *slot = Some(text);
    }
    if !question.names_a_subject() {
        return Err(NoQuestion::NoSubject);
    }
    if question.deploy && question.application.is_none() {
        return Err(NoQuestion::NoApplication);
    }
    if question.line.is_some() && question.path.is_none() {
        return Err(NoQuestion::NoPath);
    }
    Ok(TimedQuestion { question, at })
}

/// Splits a finding into its tool and id.
pub fn finding(text: &str) -> Option<(&str, &str)> {
    let (tool, id) = text.split_once(':')?;
    (!tool.trim().is_empty() && !id.trim().is_empty()).then_some((tool, id))
}

/// Parses an instant; a day means its last second.
fn instant(text: &str) -> Option<Instant> {
    Instant::parse(text).or_else(|| Day::new(text).map(Day::last_instant))
}

impl BoundIdentity {
    /// Replaces what the keys of a question say about who acts.
    pub fn bind(&self, keys: &mut Map<String, Value>) {
        keys.insert("identity".to_owned(), self.name.as_str().into());
        keys.insert("identity_type".to_owned(), self.identity_type.as_str().into());
    }
}

impl Question {
    /// Tells whether the question names a subject that a record can be about.
    pub fn names_a_subject(&self) -> bool {
        [
            &self.identity,
            &self.asset,
            &self.application,
            &self.credential,
            &self.finding,
            &self.reference,
        ]
        .iter()
        .any(|value| value.is_some())
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<String>> {
        Some(match key {
            "identity" => &mut self.identity,
            "identity_type" => &mut self.identity_type,
            "asset" => &mut self.asset,
            "application" => &mut self.application,
            "credential" => &mut self.credential,
            "control" => &mut self.control,
            "rule" => &mut self.rule,
            "action" => &mut self.action,
            "resource" => &mut self.resource,
            "environment" => &mut self.environment,
            "finding" => &mut self.finding,
            "purl" => &mut self.purl,
            "path" => &mut self.path,
            "severity" => &mut self.severity,
            "reference" => &mut self.reference,
            _ => return None,
        })
    }
}
