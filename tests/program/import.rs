//! `import`: what each format's entries become, which records are drafted, and that all is written or nothing.
//!
//! Start at [`read`], which calls the reader of a format, and [`imported`], which runs the program.

mod completed;
mod differing;
mod drafts;
mod ends;
mod formats;
mod keys;
mod limits;
mod moving_in;
mod prompted;
mod refused;
mod round;
mod secrets;
mod twice;
mod unseen;

use std::path::Path;

use exledger::diag::code::Code;
use exledger::formats::suppressions::exception::{EntryReading, ForeignEnd, ImportEntry};
use exledger::formats::suppressions::readers;
use exledger::formats::suppressions::readers::format::ImportInput;
use serde_json::{Value, json};

use crate::cli::{Run, run};
use crate::support::lint::codes_of;

/// The day on which entries are imported.
const ON: &str = "2026-11-21";

/// Returns the entries of a text as one line each: line, state, findings, end, text and notes.
fn read(format: &str, path: &str, text: &str) -> Vec<String> {
    let input = ImportInput::plain(path, text.as_bytes());
    match readers::read(exledger::features::import::formats::named(format).unwrap(), &input) {
        Ok(entries) => entries.iter().map(shown).collect(),
        Err(error) => vec![format!("{}: {error}", error.line)],
    }
}

fn shown(entry: &ImportEntry) -> String {
    let line = entry.line;
    let exception = match &entry.read {
        EntryReading::Exception(exception) => exception,
        EntryReading::Listed(why) => return format!("{line} listed: {why}"),
        EntryReading::Skipped(why) => return format!("{line} skipped: {why}"),
        EntryReading::Unreadable(why) => return format!("{line} unreadable: {why}"),
        EntryReading::Ignored(what) => return format!("{line} ignored: {what}"),
    };
    let mut text = format!("{line}");
    for finding in &exception.findings {
        let Value::Object(fields) = json!(finding) else { panic!("{finding:?}") };
        let values = fields.values().map(|value| match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items: Vec<&str> = items.iter().map(|item| item.as_str().unwrap()).collect();
                format!("[{}]", items.join(" "))
            }
            other => panic!("{other}"),
        });
        text.push_str(&format!(" {}", values.collect::<Vec<_>>().join(" ")));
    }
    match &exception.end {
        ForeignEnd::None => {}
        ForeignEnd::Missing => text.push_str(" | open"),
        ForeignEnd::Until(end) => text.push_str(&format!(" | {end}")),
        ForeignEnd::Unclear(why) => text.push_str(&format!(" | unclear: {why}")),
    }
    if let Some(said) = &exception.text {
        text.push_str(&format!(" | {}", said.replace('\n', "/")));
    }
    for note in &exception.notes {
        text.push_str(&format!(" ({note})"));
    }
    text
}

/// Runs `import` in a ledger.
fn imported(folder: &Path, args: &[&str]) -> Run {
    run(folder, &[&["import"], args, &["--on", ON]].concat())
}

/// Runs `import` and returns its answer; it exits with a code.
fn answer(folder: &Path, code: i32, args: &[&str]) -> Value {
    let ran = imported(folder, &[args, &["--format", "json"]].concat());
    assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// The rules that would report what `new`, an import or its completion leaves out.
pub(crate) const RULES: &[Code] = &[
    Code::MissingField,
    Code::BadValue,
    Code::Placeholder,
    Code::ShortJustification,
    Code::UnclassifiedCause,
    Code::NoDeviation,
    Code::NoSubject,
    Code::UnknownOwner,
    Code::NoCompensatingControl,
    Code::MissingTrigger,
    Code::TermTooLong,
    Code::CriteriaTooWide,
    Code::BadReference,
    Code::FixOverdue,
    Code::StaleControl,
    Code::ExpiryCliff,
];

/// Lints a folder: the exit code, and the findings of these rules; nothing may be written to stderr.
fn linted(folder: &Path) -> (i32, Vec<String>) {
    let lint = run(folder, &["lint", "--on", ON, "--format", "json"]);
    assert_eq!(lint.err, "");
    (lint.code, codes_of(RULES, &serde_json::from_str(&lint.out).unwrap()))
}

/// Returns every file below a folder but git's, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}
