//! The findings and titles that records and drafts name already.
//!
//! Uses record, gate's packages. Pure. Start at [`NamedFindings`]. A key names another one if it is the same or wider, so
//! that an entry that was imported before gets no second draft.

use std::collections::BTreeMap;

use crate::gate::purl::Purl;
use crate::plan::answers::Answers;
use crate::plan::import::text;
use crate::record::pattern;
use crate::record::subject::FindingKey;

/// What open records and drafts name.
#[derive(Clone, Debug, Default)]
pub struct NamedFindings {
    by_id: BTreeMap<String, Vec<(FindingKey, String)>>,
    titles: BTreeMap<String, String>,
}

impl NamedFindings {
    /// Adds the title and the findings of a record or draft.
    pub fn add(&mut self, record: &str, answers: &Answers) {
        if let Some(title) = answers.text("title") {
            self.titles.entry(text::one_line(title)).or_insert_with(|| record.to_owned());
        }
        let findings = answers.get("scope.findings").and_then(serde_json::Value::as_array);
        for finding in findings.into_iter().flatten() {
            let Ok(key) = serde_json::from_value::<FindingKey>(finding.clone()) else {
                continue;
            };
            let known = self.by_id.entry(name(&key)).or_default();
            known.push((key, record.to_owned()));
        }
    }

    /// Returns the record that names a finding.
    pub fn finding(&self, wanted: &FindingKey) -> Option<&str> {
        let known = self.by_id.get(&name(wanted))?;
        let found = known.iter().find(|(key, _)| is_named(key, wanted));
        found.map(|(_, record)| record.as_str())
    }

    /// Returns the record with a title.
    pub fn title(&self, title: &str) -> Option<&str> {
        self.titles.get(&text::one_line(title)).map(String::as_str)
    }
}

fn name(key: &FindingKey) -> String {
    key.id.clone().unwrap_or_default()
}

fn is_named(known: &FindingKey, wanted: &FindingKey) -> bool {
    let tool = |key: &FindingKey| key.tool.as_deref().unwrap_or_default().to_lowercase();
    let (own, other) = (tool(known), tool(wanted));
    // Trivy's name stands for all kinds of its findings.
    let is_tool = own == other || own == "trivy" && other.starts_with("trivy-");
    let is_plain = known.cwe.is_none() && known.severity.is_none() && known.versions.is_none();
    let is_within =
        |known: &Option<Vec<String>>, wanted: &Option<Vec<String>>| match (known, wanted) {
            (None, _) => true,
            (Some(known), Some(wanted)) => {
                wanted.iter().all(|item| known.iter().any(|it| pattern::includes_paths(it, item)))
            }
            (Some(_), None) => false,
        };
    is_tool
        && is_plain
        && is_package(known.purl.as_deref(), wanted.purl.as_deref())
        && is_within(&known.paths, &wanted.paths)
        && is_within(&known.resources, &wanted.resources)
}

fn is_package(known: Option<&str>, wanted: Option<&str>) -> bool {
    match (known, wanted) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(known), Some(wanted)) if known == wanted => true,
        (Some(known), Some(wanted)) => match (Purl::parse(known), Purl::parse(wanted)) {
            (Some(known), Some(wanted)) => {
                let is_version = known.version.is_none() || known.version == wanted.version;
                known.is_package(&wanted) && is_version
            }
            _ => false,
        },
    }
}
