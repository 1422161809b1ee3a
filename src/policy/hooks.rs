//! The map from the tool calls of agents to questions: the file `exledger-hooks.yaml` beside the policy.
//!
//! Pure. Start at [`HookFile::read`]. Follows `docs/spec/policy.md`, hooks. What a map says about one call is decided in
//! `gate::tool_call`.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::diag::code::Code;
use crate::diag::{Finding, Pos};
use crate::policy::read::values::OneOrMany;
use crate::record::example;
use crate::record::fields::Fields;
use crate::record::map::MapSpec as _;
use crate::record::map::map;
use crate::record::mend;
use crate::record::parse_error::ParseError;
use crate::record::reader::{self, NodeReader, Read};
use crate::record::vocabulary::{Risk, words};
use crate::yaml::node::{Limits, MapEntry, Node, Repair, SyntaxError};
use crate::yaml::{self};

/// The file's name, beside the policy.
pub const FILE: &str = "exledger-hooks.yaml";

/// The limits of the file: 256 KiB, depth 8.
pub const LIMITS: Limits = Limits { bytes: 262_144, depth: 8 };

const MOST_RULES: usize = 1_000;

/// The maximum length of a pattern or template, in characters.
const LONGEST_TEXT: usize = 1_000;

words! {
    /// An agent runtime whose payloads are understood.
    pub enum HookRuntime {
        /// Claude Code.
        ClaudeCode,
        /// Codex.
        Codex,
        /// Cursor.
        Cursor,
        /// GitHub Copilot.
        Copilot,
        /// Gemini CLI.
        Gemini,
    }
}

words! {
    /// What happens to a call that no rule matches.
    pub enum UnmatchedCall {
        /// It is refused.
        Deny,
        /// It runs without a question.
        Pass,
    }
}

map! {
    /// Which tool calls run, are refused, or are asked about.
    pub struct HookMap (check few_rules) {
        /// The version of this file format: 1.
        required version: u32 = version as { #[schemars(schema_with = "crate::policy::schema::version")] },
        /// What happens to a call that no rule matches.
        required unmatched: UnmatchedCall,
        /// The rules; the first that matches decides.
        list rules: Vec<HookRule> as { #[schemars(length(max = 1000))] },
    }
}

map! {
    /// A rule about some tools: it has one of `pass`, `ask` and `deny`.
    pub struct HookRule (inline, check one_decision) {
        /// The tools, by the names that the runtime gives them; `*` and `?` are wildcards.
        required tool: Vec<String> as { #[schemars(schema_with = "tools_schema")] }; read (tools),
        /// The runtime that the rule is for; all of them by default.
        optional runtime: HookRuntime,
        /// Patterns that arguments of the call must match, by name; dots lead into nested arguments.
        list when: BTreeMap<String, String>; read (patterns),
        /// Whether matching calls run without a question.
        optional pass: bool = only_true as { #[schemars(schema_with = "crate::policy::schema::only_true")] },
        /// The question that a matching call is.
        optional ask: HookQuestion,
        /// Why matching calls are refused.
        optional deny: String = short_text,
    }
}

map! {
    /// A question; texts may contain `{tool}`, `{input.NAME}` and `{path.NAME}`.
    #[derive(Default)]
    pub struct HookQuestion (stated, inline) {
        /// Identity that acts; without placeholders.
        optional identity: String = identity,
        /// The asset.
        optional asset: String = template,
        /// The application.
        optional application: String = template,
        /// Reference to the credential.
        optional credential: String = template,
        /// Control that is deviated from, as catalog:id.
        optional control: String = template,
        /// Internal rule that is deviated from, word for word.
        optional rule: String = template,
        /// The action.
        optional action: String = template,
        /// The resource.
        optional resource: String = template,
        /// The environment.
        optional environment: String = template,
        /// Finding reported by a scanner, as TOOL:ID.
        optional finding: String = template,
        /// Package of the finding, as a package URL.
        optional purl: String = template,
        /// File of the finding, relative to the root of the repository.
        optional path: String = template,
        /// Severity of the finding.
        optional severity: Risk,
        /// Whether the application is to be deployed.
        optional deploy: bool,
        /// Change, incident, ticket or onboarding record named in the exception.
        optional reference: String = template,
    }
}

/// A map as read from its file.
#[derive(Clone, Debug, PartialEq)]
pub struct HookFile {
    /// The rules, and the positions of their questions; `None` if anything is wrong with the file.
    pub map: Option<HookMap>,
    /// The position of each rule's `ask`, or of the rule.
    pub rule_positions: Vec<Pos>,
    /// The problems found.
    pub findings: Vec<Finding>,
}

impl HookFile {
    /// Reads the bytes of a map; `path` is the file's name in findings.
    pub fn read(path: &str, bytes: &[u8]) -> HookFile {
        let document = yaml::parse(bytes, &LIMITS);
        let mut faults: Vec<SyntaxError> = document.faults;
        let mut map = None;
        let mut rule_positions = Vec::new();
        if let Some(root) = &document.root {
            let (read, noted) = reader::read::<HookMap>(root, "the map");
            faults.extend(noted.faults);
            map = read;
            let rules = root.get("rules").map(Node::items).unwrap_or_default();
            let position = |rule: &Node| rule.entry("ask").map_or(rule.pos, |ask| ask.key_pos);
            rule_positions = rules.iter().map(position).collect();
        }
        HookFile {
            map: if faults.is_empty() { map } else { None },
            rule_positions,
            findings: mend::findings(
                path,
                None,
                (&String::from_utf8_lossy(bytes), document.root.as_ref()),
                faults,
                &|field, root| example::find(HookMap::FIELDS, field, root),
            ),
        }
    }

    /// Returns the position of the first question that names no subject although no identity is given for it.
    pub fn without_subject(&self) -> Option<Pos> {
        let rules = &self.map.as_ref()?.rules;
        let lacks = |rule: &HookRule| rule.ask.as_ref().is_some_and(|ask| !ask.names_a_subject());
        let index = rules.iter().position(lacks)?;
        Some(self.rule_positions.get(index).copied().unwrap_or(Pos::START))
    }
}

impl HookQuestion {
    fn names_a_subject(&self) -> bool {
        let subjects = [
            &self.identity,
            &self.asset,
            &self.application,
            &self.credential,
            &self.finding,
            &self.reference,
        ];
        subjects.iter().any(|subject| subject.is_some())
    }

    /// Returns the stated texts with their keys; `identity` and `severity` are included, `deploy` is not.
    pub fn stated(&self) -> Vec<(&'static str, &str)> {
        let texts = [
            ("identity", &self.identity),
            ("asset", &self.asset),
            ("application", &self.application),
            ("credential", &self.credential),
            ("control", &self.control),
            ("rule", &self.rule),
            ("action", &self.action),
            ("resource", &self.resource),
            ("environment", &self.environment),
            ("finding", &self.finding),
            ("purl", &self.purl),
            ("path", &self.path),
            ("reference", &self.reference),
        ];
        let severity = self.severity.map(|severity| ("severity", severity.as_str()));
        let stated = texts.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?)));
        stated.chain(severity).collect()
    }
}

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePart<'t> {
    Text(&'t str),
    /// `{tool}`: the tool's name.
    Tool,
    /// `{input.NAME}`: an argument of the call, by its dotted name.
    Input(&'t str),
    /// `{path.NAME}`: an argument that is a path below the repository.
    Path(&'t str),
}

/// Returns the parts of a template.
///
/// # Errors
/// [`ParseError`] if a brace is not closed, or a placeholder is unknown.
pub fn template_parts(text: &str) -> Result<Vec<TemplatePart<'_>>, ParseError> {
    let help = "write {tool}, {input.NAME} or {path.NAME}";
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(TemplatePart::Text(before));
        }
        let Some((name, after)) = from.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        else {
            return Err(ParseError::new(format!("a brace in `{text}` has no partner"), help)
                .such_as("'{tool}'"));
        };
        let part = match name.split_once('.') {
            None if name == "tool" => Some(TemplatePart::Tool),
            Some(("input", name)) if is_argument(name) => Some(TemplatePart::Input(name)),
            Some(("path", name)) if is_argument(name) => Some(TemplatePart::Path(name)),
            _ => None,
        };
        let unknown = || {
            ParseError::new(format!("`{{{name}}}` is not a placeholder"), help).such_as("'{tool}'")
        };
        parts.push(part.ok_or_else(unknown)?);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(TemplatePart::Text(rest));
    }
    Ok(parts)
}

/// Tells whether a text can be the dotted name of an argument.
fn is_argument(name: &str) -> bool {
    !name.contains('{') && name.split('.').all(|part| !part.trim().is_empty())
}

fn short_text(text: &str) -> Result<String, ParseError> {
    not_too_long(text)?;
    Ok(text.to_owned())
}

fn template(text: &str) -> Result<String, ParseError> {
    not_too_long(text)?;
    template_parts(text)?;
    Ok(text.to_owned())
}

/// An identity is never taken from the arguments, which the agent chooses.
fn identity(text: &str) -> Result<String, ParseError> {
    not_too_long(text)?;
    if text.contains(['{', '}']) {
        return Err(ParseError::new(
            "`identity` takes no placeholder: the agent would choose who it is",
            "write the identity itself, or give it with --as",
        ));
    }
    Ok(text.to_owned())
}

fn not_too_long(text: &str) -> Result<(), ParseError> {
    if text.chars().count() <= LONGEST_TEXT {
        return Ok(());
    }
    let message = format!("the text is longer than {LONGEST_TEXT} characters");
    Err(ParseError::new(message, "shorten it"))
}

fn version(text: &str) -> Result<u32, ParseError> {
    match text {
        "1" => Ok(1),
        _ => Err(ParseError::new(
            format!("`{text}` is not a version of this format"),
            "write version: 1",
        )),
    }
}

fn only_true(text: &str) -> Result<bool, ParseError> {
    match text {
        "true" => Ok(true),
        _ => Err(ParseError::new(
            format!("`pass` is `{text}`, but only `true` has a meaning"),
            "write `pass: true`, or `deny` with a reason",
        )),
    }
}

fn tools<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Vec<String>> {
    let OneOrMany(names) = OneOrMany::<String>::read(node, at)?;
    if names.is_empty() {
        return at.hollow(node);
    }
    match names.iter().find_map(|name| not_too_long(name).err()) {
        Some(error) => at.fault(node, error),
        None => Some(names),
    }
}

fn patterns<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<BTreeMap<String, String>> {
    let entries: &[MapEntry] = node.entries();
    let patterns = BTreeMap::<String, String>::read(node, at)?;
    if entries.is_empty() {
        return at.hollow(node);
    }
    for entry in entries {
        let pattern = patterns.get(&entry.key)?;
        if !is_argument(&entry.key) {
            let message = format!("`{}` is not the name of an argument", entry.key);
            let error = ParseError::new(message, "write its name; dots lead into nested arguments");
            return at.entry(entry, |node, at| at.fault(node, error));
        }
        if let Err(error) = not_too_long(pattern) {
            return at.entry(entry, |node, at| at.fault(node, error));
        }
    }
    Some(patterns)
}

fn few_rules(map: &mut Fields<'_, '_>) -> Option<()> {
    let n_rules = map.node("rules").map_or(0, |rules| rules.items().len());
    if n_rules > MOST_RULES {
        let message = format!("there are {n_rules} rules, more than {MOST_RULES}");
        let error = ParseError::coded(Code::TooLarge, message, "write fewer rules, with wildcards");
        map.fault("rules", error);
        return None;
    }
    Some(())
}

/// The keys of which a rule has exactly one.
const DECISIONS: &[&str] = &["pass", "ask", "deny"];

fn one_decision(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(DECISIONS);
    let stated: Vec<&str> =
        DECISIONS.iter().copied().filter(|key| map.node(key).is_some()).collect();
    if let [first, second, ..] = stated.as_slice() {
        let message = format!("the rule has both `{first}` and `{second}`");
        let error = ParseError::new(message, "keep one of pass, ask and deny");
        // The stricter one stays.
        map.fault(first, error.ended_by(Repair::Remove));
        return None;
    }
    Some(())
}

fn tools_schema(_: &mut SchemaGenerator) -> Schema {
    let name = serde_json::json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT });
    json_schema!({ "anyOf": [name, { "type": "array", "items": name, "minItems": 1 }] })
}
