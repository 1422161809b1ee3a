//! A record from answers: what people need not say is derived, and the text is read back before it counts.
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
use crate::yaml;
use crate::yaml::node::Limits;
use serde_json::json;

/// A record as it would be written.
#[derive(Clone, Debug)]
pub struct RecordDraft {
    /// The answers with all that was derived.
    pub answers: Answers,
    /// The file, from the ledger's root.
    pub path: String,
    pub text: String,
    /// The text as the reader of records reads it.
    pub source: RecordFile,
    /// What tier and class demand; `None` where what decides can't be read.
    pub resolved: Option<Resolved>,
    pub derived: Vec<Derived>,
    /// Whether the text reads back to what was meant.
    pub is_faithful: bool,
}

/// Returns the record that the answers make.
pub fn draft(answers: &Answers, setting: &Setting<'_>) -> RecordDraft {
    let mut made = answers.clone();
    let mut derived = Vec::new();
    made.set("id", setting.id.as_str());
    derive::people(&mut made, setting, &mut derived);
    derive::derive_vocabulary(&mut made, setting, &mut derived);
    let starts = derive::starts(&mut made, setting, &mut derived);
    let resolved = resolve(&made, setting);
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
    written(made, setting, resolved, derived)
}

fn written(
    made: Answers,
    setting: &Setting<'_>,
    resolved: Option<Resolved>,
    derived: Vec<Derived>,
) -> RecordDraft {
    let path = record_path(setting);
    let up = "../".repeat(path.matches('/').count());
    let text = template::write(made.fields(), &format!("{up}schemas/exception.schema.json"));
    let source = file::read(&path, text.as_bytes());
    let back =
        yaml::parse(text.as_bytes(), &Limits::RECORD).root.and_then(|root| Answers::of_node(&root));
    let is_faithful = back.as_ref() == Some(&made);
    RecordDraft { answers: made, path, text, source, resolved, derived, is_faithful }
}

fn record_path(setting: &Setting<'_>) -> String {
    let records = setting.governance.policy.records.first().map_or("exceptions", String::as_str);
    let folder =
        if setting.folder.is_empty() { String::new() } else { format!("{}/", setting.folder) };
    format!("{}/{folder}{}.yaml", records.trim_end_matches('/'), setting.id)
}

/// Returns what tier and class demand, as far as what decides is answered.
fn resolve(made: &Answers, setting: &Setting<'_>) -> Option<Resolved> {
    let text = template::write(made.fields(), "");
    let source = file::read(&record_path(setting), text.as_bytes());
    tier::resolve(&setting.governance.policy, &Facts::of_source(&source))
}
