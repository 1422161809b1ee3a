//! The arguments of a tool call: every key is known and of its kind, or the call is refused.
//!
//! Start at [`Arguments`]. Follows `docs/spec/cli.md`, mcp: a limit that is misspelt must not be left out, because the
//! question would then ask for less than the agent is about to do.

use serde_json::{Map, Value};

use exledger::gate::answer::Question;
use exledger::gate::question::{self, BoundIdentity, LONGEST_LINE};
use exledger::gate::withheld;
use exledger::record::id::Id;

pub(super) const QUESTION_TEXTS: &[(&str, &str)] = &[
    ("identity", "Identity that acts"),
    ("asset", "The asset"),
    ("application", "The application"),
    ("credential", "Reference to the credential"),
    ("control", "Control that is deviated from, as catalog:id"),
    ("rule", "Internal rule that is deviated from, word for word"),
    ("action", "The action"),
    ("resource", "The resource"),
    ("environment", "The environment"),
    ("finding", "Finding reported by a scanner, as TOOL:ID"),
    ("purl", "Package of the finding, as a package URL"),
    ("path", "File of the finding, relative to the root of the repository"),
    ("severity", "Severity of the finding"),
    ("reference", "Change, incident, ticket or onboarding record, such as CHG-1234"),
];

pub(super) const DEPLOY: &str = "deploy";

/// The key of the line, which is a number.
pub(super) use exledger::gate::question::LINE;

pub(super) const LEDGER: &str = "ledger";

/// The maximum length of a name that an error repeats, in characters.
const LONGEST_NAME: usize = 100;

/// The arguments of one call, from which each key is taken once.
pub(super) struct Arguments {
    map: Map<String, Value>,
}

/// Why a call is refused: a sentence without a full stop.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadArgument {
    #[error("`{0}` is not an argument of this tool")]
    Unknown(String),
    #[error("`{key}` must be {kind}")]
    WrongKind { key: &'static str, kind: &'static str },
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`identity` is {0} in this session: leave it out")]
    AnotherIdentity(String),
    #[error("`ledger` is not one of {0}")]
    NoLedger(String),
    #[error("the question is longer than {LONGEST_LINE} bytes")]
    TooLong,
    #[error("{0}")]
    NoQuestion(String),
}

impl Arguments {
    pub(super) fn new(map: Option<Map<String, Value>>) -> Arguments {
        Arguments { map: map.unwrap_or_default() }
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, BadArgument> {
        match self.map.shift_remove(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) => Err(BadArgument::WrongKind { key, kind: "a text that is not empty" }),
        }
    }

    pub(super) fn id(&mut self, key: &'static str) -> Result<Id, BadArgument> {
        let text = self.text(key)?.ok_or(BadArgument::Missing(key))?;
        let kind = "the whole id of a record, such as EXC-2026-7F3KQ";
        Id::new(&text.to_ascii_uppercase()).ok_or(BadArgument::WrongKind { key, kind })
    }

    pub(super) fn seconds(
        &mut self,
        key: &'static str,
        (least, most): (u64, u64),
        kind: &'static str,
    ) -> Result<Option<u64>, BadArgument> {
        match self.map.shift_remove(key) {
            None => Ok(None),
            Some(value) => {
                // JSON does not tell 1.0 from 1.
                let text = if value.is_number() { value.to_string() } else { String::new() };
                let whole = text.strip_suffix(".0").unwrap_or(&text);
                let number =
                    whole.parse().ok().filter(|number: &u64| (least..=most).contains(number));
                number.map(Some).ok_or(BadArgument::WrongKind { key, kind })
            }
        }
    }

    /// Takes the name of a ledger, which must be given if there are several.
    pub(super) fn ledger<'n>(
        &mut self,
        mut names: impl ExactSizeIterator<Item = &'n str> + Clone,
    ) -> Result<usize, BadArgument> {
        if names.len() < 2 {
            return Ok(0);
        }
        let named = self.text(LEDGER)?.ok_or(BadArgument::Missing(LEDGER))?;
        let listed = names.clone().collect::<Vec<_>>().join(", ");
        names.position(|name| name == named).ok_or(BadArgument::NoLedger(listed))
    }

    fn bind_identity(&mut self, identity: Option<&BoundIdentity>) -> Result<(), BadArgument> {
        let Some(identity) = identity else {
            return Ok(());
        };
        match self.text("identity")? {
            Some(given) if given != identity.name => {
                return Err(BadArgument::AnotherIdentity(identity.name.clone()));
            }
            _ => {}
        }
        identity.bind(&mut self.map);
        Ok(())
    }

    /// Takes everything that is left, as a question.
    pub(super) fn question(
        self,
        identity: Option<&BoundIdentity>,
    ) -> Result<Question, BadArgument> {
        let mut arguments = self;
        for (key, value) in &arguments.map {
            let text = QUESTION_TEXTS.iter().find(|(text, _)| text == key);
            match (text, value) {
                (Some(_), Value::String(text)) if !text.trim().is_empty() => {}
                (Some((key, _)), _) => {
                    return Err(BadArgument::WrongKind { key, kind: "a text that is not empty" });
                }
                (None, Value::Bool(_)) if key == DEPLOY => {}
                (None, Value::Number(_)) if key == LINE => {}
                (None, _) if key == LINE => {
                    return Err(BadArgument::WrongKind { key: LINE, kind: "the number of a line" });
                }
                (None, _) if key == DEPLOY => {
                    return Err(BadArgument::WrongKind { key: DEPLOY, kind: "true or false" });
                }
                (None, _) => return Err(unknown(key)),
            }
        }
        arguments.bind_identity(identity)?;
        let line = Value::Object(arguments.map).to_string();
        if line.len() > LONGEST_LINE {
            return Err(BadArgument::TooLong);
        }
        let read = question::read(line.as_bytes()).question;
        read.map(|timed| timed.question).map_err(|error| BadArgument::NoQuestion(error.to_string()))
    }

    pub(super) fn rest(self) -> Map<String, Value> {
        self.map
    }

    /// Refuses keys that were not taken.
    pub(super) fn finish(self) -> Result<(), BadArgument> {
        self.map.keys().next().map_or(Ok(()), |key| Err(unknown(key)))
    }
}

fn unknown(key: &str) -> BadArgument {
    let key: String = withheld::escaped(key).chars().take(LONGEST_NAME).collect();
    BadArgument::Unknown(key)
}
