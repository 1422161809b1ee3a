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
use crate::yaml;
use crate::yaml::node::Limits;
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

/// Returns the draft record built from the answers.
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

/// Returns the requirements of tier and class, as far as the deciding fields are answered.
fn resolve(made: &Answers, setting: &Setting<'_>) -> Option<Resolved> {
    let text = template::write(made.fields(), "");
    let source = file::read(&record_path(setting), text.as_bytes());
    tier::resolve(&setting.governance.policy, &Facts::of_source(&source))
}
