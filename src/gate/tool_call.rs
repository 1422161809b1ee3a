//! What a map says about one tool call of an agent: it runs, it is refused, or it is a question.
//!
//! Pure. Start at [`decide`]. Follows `docs/spec/cli.md`, hook. The agent chooses the arguments: what can't be filled in
//! exactly is refused, and what is filled in is text, never a pattern.

use serde_json::{Map, Value};

use crate::gate::answer::Question;
use crate::gate::question::{self, BoundIdentity};
use crate::gate::withheld::escaped;
use crate::policy::hooks::{self, HookMap, HookQuestion, HookRule, HookRuntime};
use crate::policy::hooks::{TemplatePart, UnmatchedCall};
use crate::record::folded::Spelling;
use crate::record::pattern;

/// The maximum length of a text that is filled in, in characters.
const LONGEST_VALUE: usize = 1_000;

/// The maximum length of a text that patterns are compared with, in bytes.
const LONGEST_COMPARED: usize = 65_536;

/// One tool call, as the runtime states it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    pub runtime: HookRuntime,
    /// The tool's name, as the runtime says it.
    pub tool: String,
    /// The arguments; what the runtime itself states replaces an argument of that name.
    pub arguments: Map<String, Value>,
    /// The folders in which the agent works, as the runtime states them; the first is the working directory.
    pub folders: Vec<String>,
}

/// What is done with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallDecision {
    /// It runs without a question.
    Pass,
    /// It is refused, with the reason.
    Deny(String),
    /// It runs only if the answer to this question is `allow`.
    Ask(Box<Question>),
}

/// What is known besides the map and the call.
pub struct CallContext<'c> {
    /// The identity that acts, which wins over that of the map.
    pub identity: Option<&'c BoundIdentity>,
    /// Returns a path below the repository in which the agent works, without `..` and links; `None` if it is outside.
    pub below: &'c dyn Fn(&str) -> Option<String>,
}

/// Decides about a call: the first rule that matches it, otherwise `unmatched`. The first match can let a call run as
/// well as stop it, so the rules are read twice, by bytes and folded, and both must let it run.
pub fn decide(map: &HookMap, call: &ToolCall, context: &CallContext<'_>) -> CallDecision {
    let first = |spelling| first_match(map, call, spelling);
    let (exact, folded) = match (first(Spelling::Exact), first(Spelling::Folded)) {
        (Ok(exact), Ok(folded)) => (exact, folded),
        (Err(reason), _) | (_, Err(reason)) => return CallDecision::Deny(reason),
    };
    let decided = |rule: Option<&HookRule>| match rule {
        Some(rule) => of_rule(rule, call, context).unwrap_or_else(CallDecision::Deny),
        None => of_unmatched(map),
    };
    if exact == folded {
        return decided(exact);
    }
    match (decided(exact), decided(folded)) {
        (CallDecision::Deny(reason), _) | (_, CallDecision::Deny(reason)) => {
            CallDecision::Deny(reason)
        }
        (CallDecision::Pass, other) | (other, CallDecision::Pass) => other,
        (one, other) if one == other => one,
        (CallDecision::Ask(_), CallDecision::Ask(_)) => {
            let spelled = folded.and_then(|rule| other_spelling(rule, call));
            CallDecision::Deny(
                spelled.unwrap_or_else(|| "two rules ask different questions".to_owned()),
            )
        }
    }
}

fn of_unmatched(map: &HookMap) -> CallDecision {
    match map.unmatched {
        UnmatchedCall::Pass => CallDecision::Pass,
        UnmatchedCall::Deny => {
            CallDecision::Deny(format!("no rule of {} matches this call", hooks::FILE))
        }
    }
}

/// Returns the first rule that matches a call; an error if an argument is too long to be compared.
fn first_match<'m>(
    map: &'m HookMap,
    call: &ToolCall,
    spelling: Spelling,
) -> Result<Option<&'m HookRule>, String> {
    for rule in &map.rules {
        if matches(rule, call, spelling)? {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

fn other_spelling(rule: &HookRule, call: &ToolCall) -> Option<String> {
    let exactly = |name: &String| pattern::matches_in_scope(name, &call.tool);
    let tool = || rule.tool.iter().find(|name| names_tool(name, &call.tool, Spelling::Folded));
    let (text, expected) = if rule.tool.iter().any(exactly) {
        rule.when.iter().find_map(|(name, expected)| {
            let text = argument(call, name).and_then(text_of)?;
            (!pattern::matches_often(expected, &text)).then_some((text, expected))
        })?
    } else {
        (call.tool.clone(), tool()?)
    };
    Some(format!("{} is spelled {expected} in the map", escaped(&text)))
}

fn names_tool(name: &str, tool: &str, spelling: Spelling) -> bool {
    pattern::matches_in_scope(name, tool)
        || (spelling == Spelling::Folded && pattern::matches_folded(name, tool))
}

fn matches(rule: &HookRule, call: &ToolCall, spelling: Spelling) -> Result<bool, String> {
    let is_for = rule.runtime.is_none_or(|runtime| runtime == call.runtime);
    let names_tool = |name: &String| names_tool(name, &call.tool, spelling);
    if !is_for || !rule.tool.iter().any(names_tool) {
        return Ok(false);
    }
    for (name, expected) in &rule.when {
        let Some(text) = argument(call, name).and_then(text_of) else {
            return Ok(false);
        };
        if text.len() > LONGEST_COMPARED {
            return Err(format!("the argument `{name}` is longer than {LONGEST_COMPARED} bytes"));
        }
        let is_match = match spelling {
            Spelling::Exact => pattern::matches_often(expected, &text),
            Spelling::Folded => pattern::matches_folded_often(expected, &text),
        };
        if !is_match {
            return Ok(false);
        }
    }
    Ok(true)
}

fn of_rule(
    rule: &HookRule,
    call: &ToolCall,
    context: &CallContext<'_>,
) -> Result<CallDecision, String> {
    match (&rule.ask, &rule.deny, rule.pass) {
        (Some(ask), None, None) => asked(ask, call, context),
        (None, Some(deny), None) => Ok(CallDecision::Deny(deny.clone())),
        (None, None, Some(true)) => Ok(CallDecision::Pass),
        _ => Err("the rule has not exactly one of pass, ask and deny".to_owned()),
    }
}

fn asked(
    ask: &HookQuestion,
    call: &ToolCall,
    context: &CallContext<'_>,
) -> Result<CallDecision, String> {
    let mut keys = Map::new();
    for (key, template) in ask.stated() {
        let text = filled(template, call, context).map_err(|why| format!("`{key}`: {why}"))?;
        keys.insert(key.to_owned(), text.into());
    }
    if let Some(identity) = context.identity {
        identity.bind(&mut keys);
    }
    if let Some(deploy) = ask.deploy {
        keys.insert("deploy".to_owned(), deploy.into());
    }
    let timed = question::parse(keys).map_err(|why| format!("the question: {why}"))?;
    Ok(CallDecision::Ask(Box::new(timed.question)))
}

fn filled(template: &str, call: &ToolCall, context: &CallContext<'_>) -> Result<String, String> {
    let parts = hooks::template_parts(template).map_err(|error| error.message)?;
    let mut text = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(part) => text.push_str(part),
            TemplatePart::Tool => text.push_str(&usable("tool", call.tool.clone())?),
            TemplatePart::Input(name) => text.push_str(&input(name, call)?),
            TemplatePart::Path(name) => {
                let path = usable(name, input(name, call)?)?;
                let below = (context.below)(&path).filter(|path| !path.is_empty());
                let outside =
                    || format!("the argument `{name}` is not a path below the repository");
                text.push_str(&usable(name, below.ok_or_else(outside)?)?);
            }
        }
    }
    Ok(text)
}

fn input(name: &str, call: &ToolCall) -> Result<String, String> {
    let value = argument(call, name).ok_or_else(|| format!("the argument `{name}` is missing"))?;
    let text = text_of(value)
        .ok_or_else(|| format!("the argument `{name}` is not a text, number or boolean"))?;
    usable(name, text)
}

fn usable(name: &str, text: String) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(format!("the argument `{name}` is empty"));
    }
    if text.contains('\0') {
        return Err(format!(
            "the argument `{name}` has a NUL, where a path ends for most programs"
        ));
    }
    if text.chars().count() > LONGEST_VALUE {
        return Err(format!("the argument `{name}` is longer than {LONGEST_VALUE} characters"));
    }
    if text.contains('*') || pattern::is_everything(&text) {
        return Err(format!("the argument `{name}` is a wildcard, and no exception is that wide"));
    }
    Ok(text)
}

/// Returns an argument by its dotted name: dots always lead deeper, so no argument can hide another.
fn argument<'c>(call: &'c ToolCall, name: &str) -> Option<&'c Value> {
    let mut parts = name.split('.');
    let first = call.arguments.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.as_object()?.get(part))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_set) => Some(is_set.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
