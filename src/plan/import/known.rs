//! The findings and titles that records and drafts name already.
//!
//! Uses record, gate's packages. Pure. Start at [`NamedFindings`]. A key names another one if it is the same or wider, so
//! that an entry that was imported before gets no second draft.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The records with a key that names findings by more than an id, which no entry can be compared with.
    broad: BTreeSet<String>,
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
            if key.id.is_none() || !is_plain(&key) {
                self.broad.insert(record.to_owned());
            }
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

    /// Tells whether a record names nothing of a finding: none of its keys is about it.
    pub fn is_foreign(&self, record: &str, wanted: &FindingKey) -> bool {
        let mut known = self.by_id.get(&name(wanted)).into_iter().flatten();
        let is_same = |other: &str| other.eq_ignore_ascii_case(record);
        !self.broad.iter().any(|other| is_same(other))
            && !known.any(|(key, other)| is_same(other) && is_tool(key, wanted))
    }

    /// Returns the record with a title.
    pub fn title(&self, title: &str) -> Option<&str> {
        self.titles.get(&text::one_line(title)).map(String::as_str)
    }
}

fn name(key: &FindingKey) -> String {
    key.id.clone().unwrap_or_default()
}

/// Tells whether a key says nothing that an entry can't say.
fn is_plain(known: &FindingKey) -> bool {
    known.cwe.is_none() && known.severity.is_none() && known.versions.is_none()
}

fn is_tool(known: &FindingKey, wanted: &FindingKey) -> bool {
    let tool = |key: &FindingKey| key.tool.as_deref().unwrap_or_default().to_lowercase();
    let (own, other) = (tool(known), tool(wanted));
    // Trivy's name stands for all kinds of its findings.
    own == other || own == "trivy" && other.starts_with("trivy-")
}

fn is_named(known: &FindingKey, wanted: &FindingKey) -> bool {
    let is_within =
        |known: &Option<Vec<String>>, wanted: &Option<Vec<String>>| match (known, wanted) {
            (None, _) => true,
            (Some(known), Some(wanted)) => {
                wanted.iter().all(|item| known.iter().any(|it| pattern::includes_paths(it, item)))
            }
            (Some(_), None) => false,
        };
    is_tool(known, wanted)
        && is_plain(known)
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
