//! Parts of a record that people say in one line: a trigger, a finding, the answer to a prompt.
//!
//! Uses record. Pure. Start at [`fill`]. Follows `docs/spec/cli.md`, flags that scripts use.

use serde_json::{Value, json};

use crate::plan::answers::Answers;
use crate::record::reference::ControlRef;
use crate::record::word::{Then, Word};

/// Returns the trigger that a text `WHEN => close|review|revoke` states, as the n-th of its record.
///
/// # Errors
/// What is wrong with the text, and how to write it.
pub fn trigger(text: &str, n: usize) -> Result<Value, String> {
    let form = || format!("`{text}` is no trigger: write \"WHEN => close\", review or revoke");
    let (when, then) = text.rsplit_once("=>").ok_or_else(form)?;
    let (when, then) = (when.trim(), then.trim());
    if when.is_empty() || Then::from_word(then).is_none() {
        return Err(form());
    }
    Ok(json!({"id": format!("T{n}"), "when": when, "then": then}))
}

/// Returns the finding that a text `TOOL:ID` states.
///
/// # Errors
/// What is wrong with the text, and how to write it.
pub fn finding(text: &str) -> Result<Value, String> {
    match text.split_once(':') {
        Some((tool, id)) if !tool.trim().is_empty() && !id.trim().is_empty() => {
            Ok(json!({"tool": tool, "id": id}))
        }
        _ => Err(format!(
            "`{text}` is no finding: write TOOL:ID, such as trivy:CVE-2026-1234"
        )),
    }
}

/// Puts the answer to a prompt where it belongs.
///
/// # Errors
/// What is wrong with the answer, and how to write it.
pub fn fill(answers: &mut Answers, field: &str, answer: &str) -> Result<(), String> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err("an answer is needed".to_owned());
    }
    match field {
        "deviates_from" => {
            let is_control =
                ControlRef::new(answer).is_some() && !answer.contains(char::is_whitespace);
            if is_control {
                answers.set("deviates_from.controls", json!([answer]));
            } else {
                answers.set("deviates_from.rule", answer);
            }
        }
        "subject" => {
            let named = answer
                .split_once(':')
                .filter(|(kind, _)| ["identity", "asset", "application"].contains(kind));
            let (kind, name) = named.unwrap_or(("application", answer));
            answers.set(&format!("subject.{kind}"), name.trim());
        }
        "compensating_controls" => answers.set(field, json!([{"description": answer}])),
        "triggers" => answers.set(field, json!([trigger(answer, 1)?])),
        "scope.resources" | "scope.actions" => {
            let items: Value = answer
                .split(',')
                .map(|item| Value::from(item.trim()))
                .collect();
            answers.set(field, items);
        }
        _ => answers.set(field, answer),
    }
    Ok(())
}
