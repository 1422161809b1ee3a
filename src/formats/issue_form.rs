//! GitHub's issue form: writes the form and reads the resulting issue text, from one table of fields.
//!
//! Pure. Start at [`read`] and [`write()`]. Follows `docs/spec/interop.md` (action, hooks, form). The text of an issue is
//! data: it is never used as a path or a command, and does not determine the requester.

pub mod body;
pub mod field;
pub mod unread;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::formats::issue_form::body::IssueAnswer;
use crate::formats::issue_form::field::{FieldInput, FormField, Means};
use crate::formats::issue_form::unread::IssueProblem;
use crate::plan::answers::Answers;
use crate::plan::part;
use crate::record::address::Address;
use crate::yaml;
use crate::yaml::node::Limits;
use crate::yaml::splice::quote;

/// Reads the answers in the text of an issue, as GitHub renders the form.
///
/// # Errors
/// All problems, in line order.
pub fn read(text: &str) -> Result<Answers, Vec<IssueProblem>> {
    let (sections, mut problems) = crate::formats::issue_form::body::sections(text);
    let mut answers = Answers::default();
    let fields = crate::formats::issue_form::field::fields();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    if sections.is_empty() {
        problems.push(IssueProblem::NoForm);
    }
    for section in &sections {
        let Some(field) = crate::formats::issue_form::field::named(&fields, &section.heading)
        else {
            problems.push(IssueProblem::Unknown {
                line: section.line,
                heading: section.heading.clone(),
            });
            continue;
        };
        match seen.get(field.id) {
            Some(first) => problems.push(IssueProblem::Repeated {
                line: section.line,
                heading: section.heading.clone(),
                first: *first,
            }),
            None => {
                seen.insert(field.id, section.line);
                problems.extend(fill(field, section, &mut answers));
            }
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

fn fill(field: &FormField, section: &IssueAnswer, answers: &mut Answers) -> Option<IssueProblem> {
    let text = section.text.as_str();
    let is_absent = text.is_empty()
        || text == "_No response_"
        || matches!(field.form, FieldInput::Choice(_)) && text == "None";
    if is_absent {
        return None;
    }
    if let FieldInput::Boxes(boxes) = field.form {
        let unticked = boxes.iter().find(|checkbox| {
            checkbox.is_required
                && !crate::formats::issue_form::body::is_ticked(text, checkbox.text)
        })?;
        return Some(IssueProblem::Unticked { line: section.line, text: unticked.text });
    }
    let filled = match field.means {
        Means::Text => {
            answers.set(&field.path, lines_kept(field, text));
            Ok(())
        }
        Means::Items => {
            answers.set(&field.path, items(text));
            Ok(())
        }
        Means::Owner => owner(text, answers),
        Means::Controls => controls(text).map(|control| answers.set(&field.path, control)),
        Means::Triggers => triggers(text).map(|trigger| answers.set(&field.path, trigger)),
        Means::Findings => findings(text).map(|finding| answers.set(&field.path, finding)),
        Means::Nothing => Ok(()),
    };
    filled.err().map(|what| IssueProblem::Unreadable {
        line: section.line,
        label: field.label,
        what,
    })
}

/// Returns a text unchanged; one of several lines gets a final line break, so that it is written as a block.
fn lines_kept(field: &FormField, text: &str) -> String {
    match field.form {
        FieldInput::Area(_) if text.contains('\n') => format!("{text}\n"),
        _ => text.to_owned(),
    }
}

fn items(text: &str) -> Value {
    let entries = text.split([',', '\n']).map(bare);
    entries.filter(|entry| !entry.is_empty()).map(Value::from).collect()
}

/// Returns the non-empty lines, without leading bullets.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(bare).filter(|line| !line.is_empty())
}

fn bare(line: &str) -> &str {
    let trimmed = line.trim();
    let bullet = ["- ", "* ", "+ "];
    bullet.iter().find_map(|bullet| trimmed.strip_prefix(bullet)).map_or(trimmed, str::trim)
}

fn owner(text: &str, answers: &mut Answers) -> Result<(), String> {
    let (name, email) = part::person(text)?;
    answers.set_given("owner.name", name);
    answers.set("owner.email", email);
    Ok(())
}

fn controls(text: &str) -> Result<Value, String> {
    let control = |line: &str| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let mut control = serde_json::Map::new();
        for (key, value) in ["description", "owner", "status"].iter().zip(&parts) {
            if !value.is_empty() {
                control.insert((*key).to_owned(), Value::from(*value));
            }
        }
        let owner = parts.get(1).filter(|owner| !owner.is_empty());
        let is_odd = parts.len() > 3
            || !control.contains_key("description")
            || owner.is_some_and(|owner| Address::new(owner).is_none());
        if is_odd {
            return Err(format!(
                "`{line}` is not a control: write description | owner's address | planned or active"
            ));
        }
        Ok(Value::Object(control))
    };
    lines(text).map(control).collect()
}

fn triggers(text: &str) -> Result<Value, String> {
    let numbered = lines(text).enumerate();
    numbered.map(|(n, line)| part::trigger(line, n + 1)).collect()
}

fn findings(text: &str) -> Result<Value, String> {
    let document = yaml::parse(text.as_bytes(), &Limits::RECORD);
    if let Some(fault) = document.faults.first() {
        return Err(format!("{}; {}", fault.message, fault.help));
    }
    let list = document.root.as_ref().map(crate::plan::answers::texts_of);
    match list {
        Some(list @ Value::Array(_)) => Ok(list),
        _ => {
            Err("write a list, such as `- {tool: trivy, id: CVE-2026-1234}`, one finding per line"
                .to_owned())
        }
    }
}

const HEAD: &str = "\
# `exledger new --from-issue FILE` reads what people answer here back by the labels: descriptions, placeholders and
# the words of the lists may be changed, labels may be left out, but one that it does not know is refused.
name: Request an exception
description: Ask to deviate from a rule, for a limited time and with an accountable person
title: \"[exception] \"
labels: [exception]
body:
  - type: markdown
    attributes:
      value: |
        This form becomes a file in the ledger. It grants nothing by itself: the exception starts when the pull request that adds the file is approved and merged.
";

/// Returns the form's file: `.github/ISSUE_TEMPLATE/exception.yml`.
pub fn write() -> String {
    let mut out = HEAD.to_owned();
    for field in crate::formats::issue_form::field::fields() {
        out.push_str(&format!(
            "  - type: {}\n    id: {}\n    attributes:\n      label: {}\n",
            field.form.as_str(),
            field.id,
            quote(field.label)
        ));
        let mut line = |key: &str, text: &str| {
            if !text.is_empty() {
                out.push_str(&format!("      {key}: {}\n", quote(text)));
            }
        };
        line("description", field.description);
        line("placeholder", field.placeholder);
        match field.form {
            FieldInput::Area(render) => line("render", render),
            FieldInput::Choice(words) => {
                let words: Vec<String> = words().iter().map(|word| quote(word)).collect();
                out.push_str(&format!("      options: [{}]\n", words.join(", ")));
            }
            FieldInput::Boxes(boxes) => {
                out.push_str("      options:\n");
                for it in boxes {
                    let required = if it.is_required { ", required: true" } else { "" };
                    out.push_str(&format!("        - {{label: {}{required}}}\n", quote(it.text)));
                }
            }
            FieldInput::Line => {}
        }
        if field.is_required {
            out.push_str("    validations: {required: true}\n");
        }
    }
    out
}
