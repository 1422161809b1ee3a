//! Values of filters and questions that match no record, and the similar values that may be meant.
//!
//! Pure. Start at [`hints`] and [`SubjectNames`]. Follows `docs/spec/cli.md`, list and check.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::answer::Question;
use crate::record::Record;
use crate::record::near;
use crate::record::subject::Subject;
use crate::status::state::RecordState;
use crate::survey::select::{self, Filter, Sameness};

const MOST_NAMES: usize = 3;

type NameFilter<'f> = (&'static str, &'f [String], fn(&Record) -> Vec<String>);

/// Returns a hint for each value that no record states, with the similar ones that a record does.
pub fn hints<'s>(
    filter: &Filter,
    record_states: impl Iterator<Item = &'s RecordState>,
    same: Sameness<'_>,
) -> Vec<String> {
    let records: Vec<&Record> = record_states.filter_map(select::shown).collect();
    let mut hints = owner_hints(filter, &records, same);
    for (what, values, stated) in names(filter).into_iter().filter(|(_, it, _)| !it.is_empty()) {
        let stated: BTreeSet<String> = records.iter().flat_map(|record| stated(record)).collect();
        for name in values.iter().filter(|name| !stated.contains(*name)) {
            let known = stated.iter().map(String::as_str);
            let question = did_you_mean(near::all(name, known, MOST_NAMES));
            hints.push(format!("no record has the {what} {name}{question}"));
        }
    }
    hints.extend(tier_hints(filter, same));
    hints.extend(control_hints(filter, &records, same));
    hints
}

/// Returns a hint for each owner that no record has. People are known by any part of their name and address.
fn owner_hints(filter: &Filter, records: &[&Record], same: Sameness<'_>) -> Vec<String> {
    let is_owner = |name: &str| records.iter().any(|record| same.owner(record, name));
    let unknown = filter.owner.iter().filter(|name| !is_owner(name));
    let hint = |name: &String| {
        let mut owners = BTreeMap::new();
        for owner in records.iter().map(|record| &record.owner) {
            let shown = format!("{} <{}>", owner.name, owner.email);
            let (name, email) = (owner.name.as_str(), owner.email.as_str());
            let local = email.split('@').next().unwrap_or_default();
            let parts = name.split_whitespace().chain(local.split(['.', '_', '-', '+']));
            for key in parts.chain([name, email, local]) {
                owners.entry(key).or_insert_with(BTreeSet::new).insert(shown.clone());
            }
        }
        let nearest = |text| near::all(text, owners.keys().copied(), MOST_NAMES);
        let keys = match (nearest(name), name.split_once('@')) {
            (keys, Some((local, _))) if keys.is_empty() => nearest(local),
            (keys, _) => keys,
        };
        let similar: BTreeSet<&String> =
            keys.into_iter().flat_map(|key| owners.get(key)).flatten().collect();
        let similar = similar.into_iter().take(MOST_NAMES).map(String::as_str).collect();
        format!("no record has the owner {name}{}", did_you_mean(similar))
    };
    unknown.map(hint).collect()
}

fn did_you_mean(names: Vec<&str>) -> String {
    if names.is_empty() { String::new() } else { format!(": did you mean {}?", names.join(" or ")) }
}

/// The names by which the gate is asked about the records of a ledger, by the key of the question.
#[derive(Debug, Default)]
pub struct SubjectNames(BTreeMap<&'static str, BTreeSet<String>>);

impl SubjectNames {
    pub fn add(&mut self, record: &Record) {
        let subject = &record.subject;
        for (key, name) in [
            ("identity", &subject.identity),
            ("asset", &subject.asset),
            ("application", &subject.application),
            ("credential", &subject.credential),
        ] {
            self.extend(key, with_aliases(subject, name));
        }
        self.extend("finding", select::findings(record).iter().map(String::as_str));
        self.extend("reference", select::references(record).into_iter());
    }

    fn extend<'n>(&mut self, key: &'static str, names: impl Iterator<Item = &'n str>) {
        let known = self.0.entry(key).or_default();
        for name in names {
            if !known.contains(name) {
                known.insert(name.to_owned());
            }
        }
    }

    /// Returns a hint for each subject of a question that no record has, but that is similar to one that a record has.
    pub fn hints(&self, question: &Question) -> Vec<String> {
        let hint = |(key, name): (&'static str, &str)| {
            let known = self.0.get(key)?;
            let known = known.iter().map(String::as_str);
            let similar = near::all(name, known, MOST_NAMES);
            let is_unknown = !similar.is_empty() && !similar.contains(&name);
            is_unknown.then(|| format!("no record has the {key} {name}{}", did_you_mean(similar)))
        };
        asked_names(question).into_iter().filter_map(hint).collect()
    }
}

/// Returns the subjects of a question of which there are hints, by their keys in a record.
pub fn asked_names(question: &Question) -> Vec<(&'static str, &str)> {
    let asked = [
        ("identity", &question.identity),
        ("asset", &question.asset),
        ("application", &question.application),
        ("credential", &question.credential),
        ("finding", &question.finding),
        ("reference", &question.reference),
    ];
    asked.into_iter().filter_map(|(key, name)| Some((key, name.as_deref()?))).collect()
}

fn tier_hints(filter: &Filter, same: Sameness<'_>) -> Vec<String> {
    let tiers = || same.governance.policy.tiers.iter().map(|tier| tier.name.as_str());
    let unknown = filter.tier.iter().filter(|name| !tiers().any(|tier| tier == name.as_str()));
    let hint = |name: &String| match near::nearest(name, tiers()) {
        Some(similar) => format!("the policy has no tier {name}: did you mean {similar}?"),
        None => format!(
            "the policy has no tier {name}: it has {}",
            tiers().collect::<Vec<_>>().join(", ")
        ),
    };
    unknown.map(hint).collect()
}

fn control_hints(filter: &Filter, records: &[&Record], same: Sameness<'_>) -> Vec<String> {
    let stated = || {
        let controls = records.iter().flat_map(|record| &record.deviates_from.controls);
        controls.flatten()
    };
    let is_stated = |name: &str| stated().any(|it| it.as_str() == name || (same.control)(it, name));
    let unknown = filter.control.iter().filter(|name| !is_stated(name));
    let hint = |name: &String| {
        let similar = near::nearest(name, stated().map(|control| control.as_str()));
        format!("no record deviates from {name}{}", did_you_mean(similar.into_iter().collect()))
    };
    unknown.map(hint).collect()
}

fn names(filter: &Filter) -> [NameFilter<'_>; 8] {
    [
        ("team", &filter.team, |record| record.owner.team.iter().cloned().collect()),
        ("identity", &filter.identity, |record| subjects(record, &record.subject.identity)),
        ("credential", &filter.credential, |record| subjects(record, &record.subject.credential)),
        ("asset", &filter.asset, |record| subjects(record, &record.subject.asset)),
        ("application", &filter.application, |record| {
            subjects(record, &record.subject.application)
        }),
        ("vendor", &filter.vendor, |record| record.subject.vendor.iter().cloned().collect()),
        ("finding", &filter.finding, select::findings),
        ("reference", &filter.reference, |record| {
            select::references(record).into_iter().map(str::to_owned).collect()
        }),
    ]
}

fn subjects(record: &Record, field: &Option<String>) -> Vec<String> {
    with_aliases(&record.subject, field).map(str::to_owned).collect()
}

fn with_aliases<'r>(
    subject: &'r Subject,
    field: &'r Option<String>,
) -> impl Iterator<Item = &'r str> {
    field.iter().chain(subject.aliases.iter().flatten()).map(String::as_str)
}
