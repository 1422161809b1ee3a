//! Parts of a record that are given on one line: a trigger, a finding, the answer to a prompt.
//!
//! Pure. Start at [`fill`]. Follows `docs/spec/cli.md`, flags that scripts use.

use serde_json::{Value, json};

use crate::plan::answers::Answers;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::map::MapSpec;
use crate::record::reference::ControlRef;
use crate::record::spec::{self, ValueShape};
use crate::record::vocabulary::{Then, Vocabulary};

/// Returns the trigger in a text `WHEN => close|review|revoke`, as the n-th of its record.
///
/// # Errors
/// The text that says what is wrong, and how to write it.
pub fn trigger(text: &str, n: usize) -> Result<Value, String> {
    let form = || format!("`{text}` is not a trigger: write \"WHEN => close\", review or revoke");
    let (when, then) = text.rsplit_once("=>").ok_or_else(form)?;
    let (when, then) = (when.trim(), then.trim());
    if when.is_empty() || Then::from_word(then).is_none() {
        return Err(form());
    }
    Ok(json!({"id": format!("T{n}"), "when": when, "then": then}))
}

/// Returns the finding in a text `TOOL:ID`.
///
/// # Errors
/// The text that says what is wrong, and how to write it.
pub fn finding(text: &str) -> Result<Value, String> {
    match text.split_once(':') {
        Some((tool, id)) if !tool.trim().is_empty() && !id.trim().is_empty() => {
            Ok(json!({"tool": tool, "id": id}))
        }
        _ => Err(format!("`{text}` is not a finding: write TOOL:ID, such as trivy:CVE-2026-1234")),
    }
}

/// Returns the name, if given, and the address of a person written as `Name <address>`.
///
/// # Errors
/// The text that says what is wrong, and how to write it.
pub fn person(text: &str) -> Result<(Option<String>, String), String> {
    let text = text.trim();
    let parts = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let (name, email) = parts.unwrap_or(("", text));
    let (name, email) = (name.trim().trim_matches('"').trim(), email.trim());
    if Address::new(email).is_none() {
        return Err(format!(
            "`{text}` is not a person: write Name <address>, such as Ana Ruiz <ana@example.com>"
        ));
    }
    let name = Some(name).filter(|name| !name.is_empty());
    Ok((name.map(str::to_owned), email.to_owned()))
}

/// Stores the answer to a prompt in its field.
///
/// # Errors
/// The text that says what is wrong with the answer, and how to write it.
pub fn fill(answers: &mut Answers, field: &str, answer: &str) -> Result<(), String> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err("an answer is needed".to_owned());
    }
    match field {
        "deviates_from" => deviation(answers, answer),
        "subject" => {
            let named = answer
                .split_once(':')
                .filter(|(kind, _)| ["identity", "asset", "application"].contains(kind));
            let (kind, name) = named.unwrap_or(("application", answer));
            for kind in ["identity", "asset", "application"] {
                answers.remove_at("subject", kind);
            }
            answers.set(&format!("subject.{kind}"), name.trim());
        }
        "owner" => {
            let (name, email) = person(answer)?;
            answers.remove("owner");
            answers.set_given("owner.name", name);
            answers.set("owner.email", email);
        }
        "owner.backup" | "requester" | "risk.owner" => answers.set(field, person(answer)?.1),
        "compensating_controls" => {
            let mut controls = match answers.get(field) {
                Some(Value::Array(items)) => items.clone(),
                _ => Vec::new(),
            };
            controls.push(json!({"description": answer}));
            answers.set(field, controls);
        }
        "triggers" => answers.set(field, json!([trigger(answer, 1)?])),
        _ if is_list_of_texts(field) => {
            let items: Value = answer
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(Value::from)
                .collect();
            answers.set(field, items);
        }
        _ => answers.set(field, answer),
    }
    Ok(())
}

/// Tells whether a field is a list of texts, which an answer separates by commas.
fn is_list_of_texts(field: &str) -> bool {
    let field = spec::at(Record::FIELDS, field);
    field.is_some_and(|field| matches!(field.shape, ValueShape::List(ValueShape::Text)))
}

/// Stores what is deviated from: `control:ID` and `rule:TEXT` are explicit; otherwise it is a control
/// if it looks like one.
fn deviation(answers: &mut Answers, answer: &str) {
    let (is_control, answer) = match (answer.strip_prefix("control:"), answer.strip_prefix("rule:"))
    {
        (Some(control), _) => (true, control),
        (_, Some(rule)) => (false, rule),
        _ => {
            let looks = ControlRef::new(answer).is_some() && !answer.contains(char::is_whitespace);
            (looks, answer)
        }
    };
    answers.remove_at("deviates_from", "controls");
    answers.remove_at("deviates_from", "rule");
    if is_control {
        answers.set("deviates_from.controls", json!([answer.trim()]));
    } else {
        answers.set("deviates_from.rule", answer.trim());
    }
}
