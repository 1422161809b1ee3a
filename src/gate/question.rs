//! A question as one line of JSON: the keys of `question`, and `at`.
//!
//! Uses record's times and words. Pure. Start at [`read`]. Follows `docs/spec/cli.md`, check, `--stdin`.

use serde_json::Value;
use std::fmt;

use crate::gate::Question;
use crate::record::time::{Day, Instant};
use crate::record::word::{Risk, Word};

/// A question, and the instant that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The instant; `None` for now.
    pub at: Option<Instant>,
}

/// Why a line is no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoQuestion {
    /// It is no JSON object.
    NoObject,
    /// A key that questions don't have.
    UnknownKey(String),
    /// A key whose value is of another kind.
    WrongValue(String),
    /// It names neither identity, asset, application, credential, finding nor reference.
    NoSubject,
    /// It asks for a deployment of nothing.
    NoApplication,
}

impl fmt::Display for NoQuestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoQuestion::NoObject => write!(out, "the line is no JSON object"),
            NoQuestion::UnknownKey(key) => write!(out, "`{key}` is no key of a question"),
            NoQuestion::WrongValue(key) => write!(out, "the value of `{key}` can't be read"),
            NoQuestion::NoSubject => write!(
                out,
                "it names neither identity, asset, application, credential, finding nor reference"
            ),
            NoQuestion::NoApplication => {
                write!(out, "it asks for a deployment and names no application")
            }
        }
    }
}

impl std::error::Error for NoQuestion {}

/// Reads a question from one line.
///
/// # Errors
/// [`NoQuestion`] says why the line is none; the answer to it is `unknown`.
pub fn read(line: &[u8]) -> Result<Asked, NoQuestion> {
    let Ok(Value::Object(keys)) = serde_json::from_slice(line) else {
        return Err(NoQuestion::NoObject);
    };
    let mut question = Question::default();
    let mut at = None;
    for (key, value) in keys {
        let wrong = || NoQuestion::WrongValue(key.clone());
        if key == "deploy" {
            question.deploy = match value {
                Value::Bool(deploy) => deploy,
                Value::Null => false,
                _ => return Err(wrong()),
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
            "finding" => finding(&text).is_some(),
            _ => true,
        };
        if !is_read {
            return Err(wrong());
        }
        let slot = question
            .slot(&key)
            .ok_or_else(|| NoQuestion::UnknownKey(key.clone()))?;
        *slot = Some(text);
    }
    if !question.names_a_subject() {
        return Err(NoQuestion::NoSubject);
    }
    if question.deploy && question.application.is_none() {
        return Err(NoQuestion::NoApplication);
    }
    Ok(Asked { question, at })
}

/// Returns the tool and the id of a finding that is asked.
pub fn finding(text: &str) -> Option<(&str, &str)> {
    let (tool, id) = text.split_once(':')?;
    (!tool.trim().is_empty() && !id.trim().is_empty()).then_some((tool, id))
}

/// Returns the instant of a text; a day means its last second.
fn instant(text: &str) -> Option<Instant> {
    Instant::parse(text).or_else(|| Day::new(text).map(Day::last_instant))
}

impl Question {
    /// Tells whether the question names something that a record can be about.
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
        .any(|asked| asked.is_some())
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<String>> {
        Some(match key {
            "identity" => &mut self.identity,
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
