//! Repeated causes: what makes records the same kind, and which kinds are frozen.
//!
//! Pure. Start at [`groups`] and `neighbour`. Follows `docs/spec/policy.md`, repetition, and M51 to M54 of the mission: the
//! repetition of one cause counts, not volume.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::folded::folded;
use crate::record::purl::Purl;
use crate::record::reference::ControlRef;
use crate::record::tool_ids;
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::survey::neighbour::Neighbour;

/// What records of one kind have in common. Compared folded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CauseGroup {
    /// The value of each key, in the policy's order. `None` (not stated) is a value like any other, so that leaving a
    /// field out is never an advantage.
    pub values: Vec<Option<String>>,
    /// What a scanner found: the package without its version, else the rule, else the CWE. `None` for records that
    /// name no findings, and where findings are ignored.
    pub finding: Option<String>,
}

#[derive(Clone, Debug)]
pub struct CauseKind<'a> {
    /// The values, as the first record spells them.
    pub spelled: CauseGroup,
    pub records: Vec<&'a Neighbour>,
    /// The number of occurrences; records that landed together are one occurrence.
    pub occurrences: usize,
}

/// Whether records with different findings are of different kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Findings {
    Count,
    Aside,
}

/// Returns the groups of a record, normalized for comparison, each with the record's own spelling. There are several if
/// controls or findings are part of the key and the record has several.
pub fn groups(
    record: &Record,
    keys: &[PatternKey],
    findings: Findings,
    governance: &Governance,
) -> BTreeMap<CauseGroup, CauseGroup> {
    let mut all: Vec<Vec<Option<String>>> = vec![Vec::new()];
    for key in keys {
        let values = key_values(record, *key, governance);
        let with = |group: &Vec<Option<String>>| {
            let group = group.clone();
            let longer = move |value: &Option<String>| {
                let mut copy = group.clone();
                copy.push(value.clone());
                copy
            };
            values.iter().map(longer).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    let found = match findings {
        Findings::Count => found(record),
        Findings::Aside => vec![None],
    };
    let groups = all.iter().flat_map(|values| {
        let of = |finding: &Option<String>| CauseGroup {
            values: values.clone(),
            finding: finding.clone(),
        };
        found.iter().map(of).collect::<Vec<_>>()
    });
    groups.map(|group| (group.folded(), group)).collect()
}

/// The groups that refuse a record when they are frozen, as the values of each part: those that the record states, its
/// former names, under which it is in force as well, and every cause if it states none. Compared folded.
#[derive(Clone, Debug)]
pub struct RefusingGroups {
    values: Vec<BTreeSet<Option<String>>>,
    findings: BTreeSet<Option<String>>,
}

impl RefusingGroups {
    /// Returns the groups that refuse this record.
    pub fn of(record: &Record, governance: &Governance) -> RefusingGroups {
        let former = || record.subject.aliases.iter().flatten().cloned().map(Some);
        let every_cause = || RootCause::words().into_iter().map(|word| Some(word.to_owned()));
        let values = governance.policy.patterns.key.iter().map(|key| {
            let mut values = key_values(record, *key, governance);
            match key {
                PatternKey::Application | PatternKey::Identity | PatternKey::Asset => {
                    values.extend(former());
                }
                PatternKey::RootCause if record.root_cause == RootCause::Unclassified => {
                    values.extend(every_cause());
                }
                _ => {}
            }
            values.iter().map(folded_value).collect()
        });
        let comparable = |finding: Option<String>| finding.as_deref().map(comparable_finding);
        RefusingGroups {
            values: values.collect(),
            findings: found(record).into_iter().map(comparable).collect(),
        }
    }

    /// Tells whether this group, normalized for comparison, refuses the record.
    pub fn contains(&self, group: &CauseGroup) -> bool {
        self.values.len() == group.values.len()
            && self.values.iter().zip(&group.values).all(|(values, value)| values.contains(value))
            && self.findings.contains(&group.finding)
    }

    /// Returns the values of the part with this index in the policy's key.
    pub fn part(&self, place: usize) -> Option<&BTreeSet<Option<String>>> {
        self.values.get(place)
    }

    pub fn findings(&self) -> &BTreeSet<Option<String>> {
        &self.findings
    }
}

impl CauseGroup {
    /// Returns the group with folded values, in which groups are compared.
    pub fn folded(&self) -> CauseGroup {
        CauseGroup {
            values: self.values.iter().map(folded_value).collect(),
            finding: self.finding.as_deref().map(comparable_finding),
        }
    }
}

fn folded_value(value: &Option<String>) -> Option<String> {
    value.as_ref().map(|text| folded(text).into_owned())
}

/// Returns what each finding of a record is about; a single `None` if it has no findings.
fn found(record: &Record) -> Vec<Option<String>> {
    let findings = record.scope.iter().flat_map(|scope| &scope.findings);
    let about: BTreeSet<Option<String>> = findings
        .flatten()
        .map(|finding| {
            let purl = finding.purl.as_deref();
            let package = purl.map(|text| match Purl::parse(text) {
                Some(purl) => purl.at(None),
                None => text.trim().to_owned(),
            });
            let rule = || {
                let id = finding.id.as_ref()?;
                Some(match &finding.tool {
                    Some(tool) => format!("{tool}:{id}"),
                    None => id.clone(),
                })
            };
            package.or_else(rule).or_else(|| finding.cwe.clone())
        })
        .collect();
    if about.is_empty() { vec![None] } else { about.into_iter().collect() }
}

/// Returns a value that a redesign states for a key, normalized for comparison with groups.
pub fn comparable(key: PatternKey, value: &str, governance: &Governance) -> String {
    let canonical = match key {
        PatternKey::Control => {
            let control = ControlRef::new(value);
            let found = control.as_ref().and_then(|control| governance.control(control));
            found.map_or_else(|| value.to_owned(), |found| found.canonical())
        }
        PatternKey::Owner => people::key_of(governance, value),
        _ => value.to_owned(),
    };
    folded(&canonical).into_owned()
}

/// Returns a finding that a redesign states, normalized for comparison with groups.
pub fn comparable_finding(text: &str) -> String {
    let package = Purl::parse(text).map(|purl| purl.at(None));
    let finding = || {
        let (tool, id) = text.split_once(':')?;
        Some(format!("{}:{}", tool_ids::tool(tool), tool_ids::present(tool, id)))
    };
    folded(&package.or_else(finding).unwrap_or_else(|| text.to_owned())).into_owned()
}

fn key_values(record: &Record, key: PatternKey, governance: &Governance) -> Vec<Option<String>> {
    let subject = &record.subject;
    let text = |text: &Option<String>| vec![text.clone()];
    match key {
        PatternKey::RootCause => vec![Some(record.root_cause.as_str().to_owned())],
        PatternKey::Application => text(&subject.application),
        PatternKey::Identity => text(&subject.identity),
        PatternKey::Asset => text(&subject.asset),
        PatternKey::Vendor => text(&subject.vendor),
        PatternKey::Baseline => {
            let baseline = record.deviates_from.baseline;
            vec![baseline.map(|baseline| baseline.as_str().to_owned())]
        }
        PatternKey::Team => text(&record.owner.team),
        PatternKey::Owner => {
            let owner = people::key_of(governance, record.owner.email.as_str());
            vec![Some(owner)]
        }
        PatternKey::Control => {
            let controls = record.deviates_from.controls.iter().flatten();
            let canonical = controls.map(|control| match governance.control(control) {
                Some(found) => found.canonical(),
                None => control.as_str().to_owned(),
            });
            let controls: BTreeSet<String> = canonical.collect();
            if controls.is_empty() { vec![None] } else { controls.into_iter().map(Some).collect() }
        }
    }
}

/// Tells whether a record is of a class whose repetition is expected: it is counted apart and freezes nothing.
pub fn is_expected(record: &Record, patterns: &Patterns) -> bool {
    patterns.expected.contains(&record.class)
}

/// Tells whether this number of occurrences makes a pattern.
pub fn reaches(n: usize, patterns: &Patterns) -> bool {
    n >= usize::try_from(patterns.threshold).unwrap_or(usize::MAX)
}

/// Returns a description of what the records of a group have in common.
pub fn describe(keys: &[PatternKey], group: &CauseGroup) -> String {
    let named = keys.iter().zip(&group.values).map(|(key, value)| {
        let name = key.as_str().replace('_', " ");
        match value {
            Some(value) => format!("{name} {value}"),
            None => format!("no {name}"),
        }
    });
    let finding = group.finding.iter().map(|finding| format!("finding {finding}"));
    named.chain(finding).collect::<Vec<_>>().join(", ")
}
