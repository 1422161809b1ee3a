//! Filter values that match no record, and the similar values that may be meant.
//!
//! Uses record's near keys, status, survey's filters. Pure. Start at [`hints`]. Follows `docs/spec/cli.md`, list.

use std::collections::BTreeSet;

use crate::record::Record;
use crate::record::near;
use crate::status::state::RecordState;
use crate::survey::select::{self, Filter, Sameness};

/// A filter by name: its label, the values asked for, and a function that returns the values of a record.
type NameFilter<'f> = (&'static str, Vec<&'f String>, fn(&Record) -> Vec<&str>);

/// Returns a hint for each value that no record states but that is similar to one that a record does.
pub fn hints<'s>(
    filter: &Filter,
    record_states: impl Iterator<Item = &'s RecordState>,
    same: Sameness<'_>,
) -> Vec<String> {
    let records: Vec<&Record> = record_states.filter_map(select::shown).collect();
    let mut hints = Vec::new();
    let (mut owners, rest) = names(filter);
    let is_owner = |name: &str| records.iter().any(|record| same.owner(record, name));
    owners.1.retain(|name| !is_owner(name));
    for (what, values, stated) in std::iter::once(owners).chain(rest) {
        let stated_values: BTreeSet<&str> =
            records.iter().flat_map(|record| stated(record)).collect();
        for name in values.iter().filter(|name| !stated_values.contains(name.as_str())) {
            if let Some(similar) = near::nearest(name, stated_values.iter().copied()) {
                hints.push(format!("no record has the {what} {name}: did you mean {similar}?"));
            }
        }
    }
    hints.extend(tier_hints(filter, same));
    hints.extend(control_hints(filter, &records, same));
    hints
}

/// Returns a hint for each tier that the policy does not have.
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

/// Returns a hint for each control that no record deviates from, but resembles one that a record does.
fn control_hints(filter: &Filter, records: &[&Record], same: Sameness<'_>) -> Vec<String> {
    let stated = || {
        let controls = records.iter().flat_map(|record| &record.deviates_from.controls);
        controls.flatten()
    };
    let is_stated = |name: &str| stated().any(|it| it.as_str() == name || (same.control)(it, name));
    let unknown = filter.control.iter().filter(|name| !is_stated(name));
    let hint = |name: &String| {
        let similar = near::nearest(name, stated().map(|it| it.as_str()))?;
        Some(format!("no record deviates from {name}: did you mean {similar}?"))
    };
    unknown.filter_map(hint).collect()
}

/// Returns the filter by owner, and the others.
fn names(filter: &Filter) -> (NameFilter<'_>, [NameFilter<'_>; 6]) {
    let owner: NameFilter<'_> = ("owner", Vec::from_iter(&filter.owner), |record| {
        vec![record.owner.email.as_str(), record.owner.name.as_str()]
    });
    let rest: [NameFilter<'_>; 6] = [
        ("team", Vec::from_iter(&filter.team), |record| {
            Vec::from_iter(record.owner.team.as_deref())
        }),
        ("identity", Vec::from_iter(&filter.identity), |record| {
            with_aliases(record, &record.subject.identity)
        }),
        ("credential", Vec::from_iter(&filter.credential), |record| {
            with_aliases(record, &record.subject.credential)
        }),
        ("asset", Vec::from_iter(&filter.asset), |record| {
            with_aliases(record, &record.subject.asset)
        }),
        ("application", Vec::from_iter(&filter.application), |record| {
            with_aliases(record, &record.subject.application)
        }),
        ("vendor", Vec::from_iter(&filter.vendor), |record| {
            Vec::from_iter(record.subject.vendor.as_deref())
        }),
    ];
    (owner, rest)
}

fn with_aliases<'r>(record: &'r Record, field: &'r Option<String>) -> Vec<&'r str> {
    let former = record.subject.aliases.iter().flatten();
    let names = field.iter().chain(former);
    names.map(String::as_str).collect()
}
