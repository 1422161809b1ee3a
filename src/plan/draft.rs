//! Drafts a record from answers: missing values are derived, and the written text is parsed again as a check.
//!
//! Uses record, policy. Pure. Start at [`draft`]. Follows `docs/spec/cli.md`, new.

use crate::plan::answers::Answers;
use crate::plan::derive;
use crate::plan::setting::Derived;
use crate::plan::setting::Setting;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Resolved};
use crate::record::file::{self, RecordFile};
use crate::record::template;
use serde_json::json;

/// A record before it is written.
#[derive(Clone, Debug)]
pub struct RecordDraft {
    /// The answers, including derived ones.
    pub answers: Answers,
    /// The path of the file, relative to the ledger's root.
    pub path: String,
    pub text: String,
    /// The parsed text.
    pub source: RecordFile,
    /// The requirements of tier and class; `None` if a field that determines them can't be read.
    pub resolved: Option<Resolved>,
    pub derived: Vec<Derived>,
    /// Whether the text parses back to the same answers.
    pub is_faithful: bool,
}

/// Answers with what is derived from them, before any text is written.
#[derive(Clone, Debug)]
pub struct DerivedAnswers {
    pub answers: Answers,
    /// What decides about the tier.
    pub facts: Facts,
    /// The requirements of tier and class; `None` if a field that determines them can't be read.
    pub resolved: Option<Resolved>,
    pub derived: Vec<Derived>,
}

/// Returns the draft record built from the answers.
pub fn draft(answers: &Answers, setting: &Setting<'_>) -> RecordDraft {
    written(derived(answers, setting), setting)
}

/// Adds what is derived from the answers.
pub fn derived(answers: &Answers, setting: &Setting<'_>) -> DerivedAnswers {
    let mut made = answers.clone();
    let mut derived = Vec::new();
    made.set("id", setting.id.as_str());
    derive::people(&mut made, setting, &mut derived);
    derive::derive_vocabulary(&mut made, setting, &mut derived);
    let starts = derive::starts(&mut made, setting, &mut derived);
    let facts = facts(&made, setting);
    let resolved = tier::resolve(&setting.governance.policy, &facts);
    let begin = derive::Begin { starts: &starts, stated: answers.states("starts") };
    derive::expires(&mut made, setting, &begin, resolved.as_ref(), &mut derived);
    derive::reviews(&mut made, resolved.as_ref(), &mut derived);
    derive::controls(&mut made, setting, resolved.as_ref(), &mut derived);
    for key in ["deviates_from", "subject"] {
        if made.get(key).is_none() {
            made.set(key, json!({}));
        }
    }
    if made.get("justification").is_none() {
        made.set("justification", "");
    }
    DerivedAnswers { answers: made, facts, resolved, derived }
}

fn written(made: DerivedAnswers, setting: &Setting<'_>) -> RecordDraft {
    let DerivedAnswers { answers, resolved, derived, .. } = made;
    let path = record_path(setting);
    let up = "../".repeat(path.matches('/').count());
    let text = template::write(answers.fields(), &format!("{up}schemas/exception.schema.json"));
    let source = file::read(&path, text.as_bytes());
    let back = source.root.as_ref().and_then(Answers::of_node);
    let is_faithful = back.as_ref() == Some(&answers);
    RecordDraft { answers, path, text, source, resolved, derived, is_faithful }
}

fn record_path(setting: &Setting<'_>) -> String {
    let records = setting.governance.policy.records.first().map_or("exceptions", String::as_str);
    let folder =
        if setting.folder.is_empty() { String::new() } else { format!("{}/", setting.folder) };
    format!("{}/{folder}{}.yaml", records.trim_end_matches('/'), setting.id)
}

/// Returns what decides about the tier, as far as the deciding fields are answered. The findings decide nothing.
fn facts(made: &Answers, setting: &Setting<'_>) -> Facts {
    let mut deciding = made.clone();
    deciding.remove_at("scope", "findings");
    let text = template::write(deciding.fields(), "");
    Facts::of_source(&file::read(&record_path(setting), text.as_bytes()))
}
