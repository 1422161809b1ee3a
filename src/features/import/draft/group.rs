//! Which entries become one record.
//!
//! Pure. Start at [`groups`]. Follows `docs/spec/interop.md`, 4.

use std::collections::BTreeMap;

use crate::formats::suppressions::exception::ForeignException;
use crate::formats::suppressions::packages;

/// How entries are grouped into records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Entries with the same text, end and other fields.
    #[default]
    Text,
    /// All entries in one record.
    One,
    /// A record for each entry.
    Entry,
    /// Entries about the same package in any version; those without a package by the id of the finding.
    Package,
}

/// Returns the groups in the order of their first entries, each with the indices of its entries.
pub fn groups(entries: &[&ForeignException], how: Grouping) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let place = *places.entry(key(index, entry, how)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

fn key(index: usize, entry: &ForeignException, how: Grouping) -> String {
    match how {
        Grouping::One => String::new(),
        Grouping::Entry => index.to_string(),
        Grouping::Text => {
            let text = entry.text.as_deref().unwrap_or_default().trim();
            format!("{text:?} {:?} {:?}", entry.end, entry.answers)
        }
        Grouping::Package if entry.findings.is_empty() => index.to_string(),
        Grouping::Package => {
            let mut about: Vec<String> = entry
                .findings
                .iter()
                .map(|finding| match (&finding.purl, &finding.id) {
                    (Some(purl), _) => packages::without_version(purl).to_owned(),
                    (None, id) => id.clone().unwrap_or_default(),
                })
                .collect();
            about.sort();
            about.dedup();
            about.join(" ")
        }
    }
}
