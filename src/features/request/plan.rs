//! A request for an exception by an agent: the arguments that it gives, and the draft that is made of them.
//!
//! Pure. Start at [`ExceptionRequest::read`]. Follows `docs/spec/cli.md`, requests by agents. The arguments are the flags
//! of `new` about content, without those by which a request would decide what only people decide, or would cover more than
//! it says.

use serde_json::{Map, Value, json};

use crate::diag::Finding;
use crate::gate::answer::GateVerdict;
use crate::gate::question::BoundIdentity;
use crate::plan::answers::Answers;
use crate::plan::field_values::{self, FieldValueError, FieldValues};
use crate::policy::tier::Needed;
use crate::record::near;
use crate::record::pattern;
use crate::record::spec::{Ask, FieldPath, ValueShape};
use crate::record::vocabulary::IdentityType;

/// The name of the argument that holds the receipt of a refused question.
pub const RECEIPT: &str = "receipt";

const WITHHELD: &[(&str, &str)] = &[
    ("class", "a request is always of class standard; people file the others"),
    ("supersedes", "people decide which record replaces another"),
    ("requester", "the requester is the person who runs the server"),
    ("identity_type", "whoever starts the server says of which type the identity is"),
    ("alias", "a former name would cover more than what is asked for"),
];

/// The fields that say what is covered: without wildcards, and as in the refused question, if its receipt is given.
const COVERED: &[&str] = &[
    "scope.resources",
    "scope.actions",
    FINDINGS,
    "subject.identity",
    "subject.asset",
    "subject.application",
    "subject.credential",
    "subject.environment",
];

const FINDINGS: &str = "scope.findings";

/// An argument of a request.
#[derive(Clone, Debug)]
pub struct RequestArgument {
    /// Its name: that of the flag, with `_` instead of `-`.
    pub name: String,
    field: FieldPath,
    help: &'static str,
}

/// What an agent asks for, before anything is read.
#[derive(Clone, Debug, Default)]
pub struct ExceptionRequest {
    /// The answers that the arguments give.
    pub answers: Answers,
    /// The receipt of a refused question, which gives the rest.
    pub receipt: Option<Value>,
}

/// Why arguments are not a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("unknown: `{name}` is not an argument of a request{hint}")]
    Unknown { name: String, hint: String },
    #[error("unknown: `{name}` is not an argument of a request: {why}")]
    Withheld { name: String, why: &'static str },
    #[error("unknown: `{name}` must be {wanted}")]
    WrongKind { name: String, wanted: &'static str },
    #[error("unknown: `{name}` is empty")]
    Empty { name: String },
    #[error(
        "`{name}` has `{text}`, which would cover more than one: name each, without `*`, `?`, `any` and `all`"
    )]
    Pattern { name: String, text: String },
    #[error("`receipt` answers allow: what it asks about needs no further exception")]
    Allowed,
    #[error("`identity` is {given}, but this server asks as {own}")]
    AnotherIdentity { given: String, own: String },
    #[error("{}", in_arguments(&.0.to_string()))]
    Malformed(FieldValueError),
}

/// A request that has been drafted.
#[derive(Clone, Debug)]
pub struct RequestedException {
    /// The id that the record has on the branch, or would have.
    pub id: String,
    /// The branch, if one was made.
    pub branch: Option<RequestBranch>,
    /// The text of the record's file.
    pub yaml: String,
    /// The approvals that it needs once it is proposed.
    pub needed: Needed,
    /// What the rules say about it, none of it an error.
    pub findings: Vec<Finding>,
}

/// The branch that holds a request, in one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestBranch {
    /// Its short name.
    pub name: String,
    /// The commit.
    pub commit: String,
}

/// Returns the arguments of a request, in the order of the record.
pub fn arguments() -> Vec<RequestArgument> {
    let all = field_values::flag_fields().map(|(field, ask)| argument(field, &ask));
    all.filter(|argument| withheld(&argument.name).is_none()).collect()
}

fn argument(field: FieldPath, ask: &Ask) -> RequestArgument {
    let help = match ask.help {
        "" => field.spec.doc.trim().trim_end_matches('.'),
        help => help.trim_end_matches("; repeatable"),
    };
    RequestArgument { name: ask.flag.trim_start_matches('-').replace('-', "_"), field, help }
}

fn withheld(name: &str) -> Option<&'static str> {
    WITHHELD.iter().find(|(known, _)| *known == name).map(|(_, why)| *why)
}

/// Returns the JSON Schema of the arguments.
pub fn schema() -> Value {
    let mut properties: Map<String, Value> =
        arguments().into_iter().map(|it| (it.name.clone(), it.schema())).collect();
    let receipt = "The receipt of a refused question, as JSON: it gives what is not stated here";
    properties.insert(RECEIPT.to_owned(), json!({"type": "object", "description": receipt}));
    json!({
        "type": "object",
        "properties": properties,
        "required": ["title", "justification", "risk_level"],
        "additionalProperties": false,
    })
}

impl RequestArgument {
    fn is_list(&self) -> bool {
        field_values::is_repeatable(&self.field)
    }

    fn schema(&self) -> Value {
        let help = in_arguments(self.help);
        let mut one = match self.field.spec.shape {
            ValueShape::Number => json!({"type": "integer", "minimum": 1}),
            ValueShape::Word { words, .. } => json!({"type": "string", "enum": words()}),
            _ => json!({"type": "string", "minLength": 1}),
        };
        if self.is_list() {
            one = json!({"type": "array", "minItems": 1, "items": one});
        }
        if let Some(schema) = one.as_object_mut() {
            schema.insert("description".to_owned(), help.into());
        }
        one
    }

    fn texts(&self, value: &Value) -> Result<Vec<String>, RequestError> {
        let wrong = |wanted| RequestError::WrongKind { name: self.name.clone(), wanted };
        let is_number = matches!(self.field.spec.shape, ValueShape::Number);
        let texts = match value {
            Value::Number(number) if is_number => vec![number.to_string()],
            _ if is_number => return Err(wrong("a number")),
            Value::Array(items) if self.is_list() => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().ok_or_else(|| wrong("a list of texts"))?
            }
            _ if self.is_list() => return Err(wrong("a list of texts")),
            Value::String(text) => vec![text.clone()],
            _ => return Err(wrong("a text")),
        };
        if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
            return Err(RequestError::Empty { name: self.name.clone() });
        }
        let path = self.field.path.as_str();
        let is_wider = |text: &&String| is_pattern(text) || path == FINDINGS && names_all(text);
        if COVERED.contains(&path)
            && let Some(text) = texts.iter().find(is_wider)
        {
            let (name, text) = (self.name.clone(), text.clone());
            return Err(RequestError::Pattern { name, text });
        }
        Ok(texts)
    }
}

fn is_pattern(text: &str) -> bool {
    !pattern::is_literal(text)
}

fn names_all(text: &str) -> bool {
    text.split_once(':').is_some_and(|(_, id)| pattern::is_everything(id))
}

impl ExceptionRequest {
    /// Reads the arguments of a request. With `identity`, the request is about that identity: one that states another
    /// is refused, as is a receipt about another.
    ///
    /// # Errors
    /// [`RequestError`]; no key is ever ignored, since the missing limit would widen the request.
    pub fn read(
        given: &Map<String, Value>,
        identity: Option<&BoundIdentity>,
    ) -> Result<ExceptionRequest, RequestError> {
        let known = arguments();
        let mut values = FieldValues::new();
        let mut receipt = None;
        for (name, value) in given {
            if name == RECEIPT {
                let wanted = "a receipt, as JSON";
                let is_receipt = value.is_object();
                let wrong = || RequestError::WrongKind { name: name.clone(), wanted };
                if value.get("verdict").and_then(Value::as_str) == Some(GateVerdict::Allow.as_str())
                {
                    return Err(RequestError::Allowed);
                }
                receipt = Some(is_receipt.then(|| value.clone()).ok_or_else(wrong)?);
                continue;
            }
            let argument = known.iter().find(|argument| argument.name == *name);
            let argument = argument.ok_or_else(|| unknown(name, &known))?;
            values.insert(argument.field.path.clone(), argument.texts(value)?);
        }
        let mut answers = Answers::default();
        field_values::fill(&values, &mut answers).map_err(RequestError::Malformed)?;
        if let Some(own) = identity {
            let asked = receipt.as_ref().and_then(|receipt| receipt.pointer("/question/identity"));
            let stated = [answers.text("subject.identity"), asked.and_then(Value::as_str)];
            if let Some(given) = stated.into_iter().flatten().find(|stated| *stated != own.name) {
                let (given, own) = (given.to_owned(), own.name.clone());
                return Err(RequestError::AnotherIdentity { given, own });
            }
            answers.set("subject.identity", own.name.as_str());
            answers.set("subject.identity_type", own.identity_type.as_str());
        }
        Ok(ExceptionRequest { answers, receipt })
    }
}

fn unknown(name: &str, known: &[RequestArgument]) -> RequestError {
    if let Some(why) = withheld(name) {
        return RequestError::Withheld { name: name.to_owned(), why };
    }
    let similar = near::nearest(name, known.iter().map(|argument| argument.name.as_str()));
    let hint = similar.map(|similar| format!("; did you mean `{similar}`?"));
    RequestError::Unknown { name: name.to_owned(), hint: hint.unwrap_or_default() }
}

/// Completes the answers of a request: an identity that the session does not choose is that of an agent, and the requester
/// is the filer.
pub fn complete(answers: &mut Answers, requester: Option<&str>) {
    if answers.states("subject.identity") {
        answers.set_default("subject.identity_type", IdentityType::AiAgent.as_str());
    }
    answers.set_given("requester", requester);
}

/// Returns the name of an argument by which a request would cover something else than the refused question did; `asked`
/// are the answers that its receipt gives.
pub fn differing(given: &Answers, asked: &Answers) -> Option<String> {
    let path = COVERED.iter().find(|path| {
        let values = given.get(path).zip(asked.get(path));
        given.states(path) && values.is_some_and(|(given, asked)| given != asked)
    })?;
    let argument = arguments().into_iter().find(|argument| argument.field.path == **path);
    Some(argument.map_or_else(|| (*path).to_owned(), |argument| argument.name))
}

/// Returns a text of the program with the names of arguments in place of flags, but in commands in backquotes.
pub fn in_arguments(text: &str) -> String {
    let mut pieces: Vec<String> = text.split('`').map(str::to_owned).collect();
    let n_pieces = pieces.len();
    for (n, piece) in pieces.iter_mut().enumerate() {
        // Every second piece is in backquotes, if they are closed.
        let is_quoted = n % 2 == 1 && n + 1 < n_pieces;
        if !(is_quoted && piece.starts_with("exledger ")) {
            *piece = without_dashes(piece);
        }
    }
    pieces.join("`")
}

fn without_dashes(text: &str) -> String {
    let mut parts = text.split("--");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_of_name = |letter: &char| letter.is_ascii_lowercase() || *letter == '-';
        let name: String = part.chars().take_while(is_of_name).collect();
        if name.is_empty() {
            out.push_str("--");
        }
        out.push_str(&name.replace('-', "_"));
        out.extend(part.chars().skip(name.chars().count()));
    }
    out
}
