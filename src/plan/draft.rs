//! Drafts a record from answers: missing values are derived, and the written text is parsed again as a check.
//!
//! Pure. Start at [`draft`]. Follows `docs/spec/cli.md`, new.

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::plan::answers::Answers;
use crate::plan::derive;
use crate::plan::setting::Derived;
use crate::plan::setting::Setting;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Resolved};
use crate::record;
use crate::record::file::{self, RecordFile};
use crate::record::parse_error::ParseError;
use crate::record::template;
use crate::record::time::When;
use serde_json::json;
use std::collections::BTreeMap;

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
    /// What is wrong with start and end, if they are neither moments nor durations; by field.
    pub refused: BTreeMap<&'static str, ParseError>,
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
    let (starts, no_start) = match starts {
        Ok(starts) => (starts, None),
        Err(refused) => (When::Day(setting.now.day()), Some(("starts", refused))),
    };
    let facts = facts(&made, setting);
    let resolved = tier::resolve(&setting.governance.policy, &facts);
    let begin = derive::Begin { starts: &starts, stated: answers.states("starts") };
    let no_end = derive::expires(&mut made, setting, &begin, resolved.as_ref(), &mut derived).err();
    let refused = no_start.into_iter().chain(no_end.map(|refused| ("expires", refused))).collect();
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
    DerivedAnswers { answers: made, facts, resolved, derived, refused }
}

fn written(made: DerivedAnswers, setting: &Setting<'_>) -> RecordDraft {
    let DerivedAnswers { answers, resolved, derived, refused, .. } = made;
    let path = record_path(setting);
    let up = "../".repeat(path.matches('/').count());
    let schema = setting.has_schema.then(|| format!("{up}{}", record::schema::PATH));
    let text = template::write(answers.fields(), schema.as_deref());
    let mut source = file::read(&path, text.as_bytes());
    name_causes(&mut source, &answers, resolved.as_ref(), &refused);
    let back = source.root.as_ref().and_then(Answers::of_node);
    let is_faithful = back.as_ref() == Some(&answers);
    RecordDraft { answers, path, text, source, resolved, derived, is_faithful }
}

/// Words the findings about the dates for somebody who gave answers, not a file: durations are taken, and an end that was
/// not derived, because another answer can't be read, is not missing.
fn name_causes(
    source: &mut RecordFile,
    answers: &Answers,
    resolved: Option<&Resolved>,
    refused: &BTreeMap<&'static str, ParseError>,
) {
    for finding in source.findings.iter_mut().filter(|finding| finding.rule == Code::BadValue) {
        if let Some(error) = finding.field.as_deref().and_then(|field| refused.get(field)) {
            finding.message.clone_from(&error.message);
            finding.remedy = error.help.clone().into();
        }
    }
    let is_derived = resolved.is_some() || answers.states("expires");
    let lacks_end = |finding: &Finding| {
        finding.rule == Code::MissingField && finding.field.as_deref() == Some("expires")
    };
    source.findings.retain(|finding| is_derived || !lacks_end(finding));
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
    let text = template::write(deciding.fields(), None);
    Facts::of_source(&file::read(&record_path(setting), text.as_bytes()))
}
