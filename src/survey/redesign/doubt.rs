//! What makes a new redesign doubtful: a pattern that no record has, or that another redesign is in time for; and when all records of
//! one pattern are also of another.
//!
//! Pure. Start at [`doubts`] and `is_within`. Follows `docs/spec/cli.md`, redesign.

use std::collections::BTreeSet;

use crate::policy::governance::Governance;
use crate::policy::redesign::{Redesign, RedesignPattern};
use crate::policy::settings::PatternKey;
use crate::record::near;
use crate::record::vocabulary::Vocabulary;
use crate::survey::cause::{self, CauseGroup, Findings};
use crate::survey::neighbour::Neighbours;
use crate::survey::redesign::{self, redesign_states};

/// Returns what makes a new redesign doubtful: no merged record has its pattern, or another one is in time for it.
pub fn doubts(
    redesign: &Redesign,
    neighbours: &Neighbours,
    governance: &Governance,
) -> Vec<String> {
    let keys = &governance.policy.patterns.key;
    let groups = neighbours.all.iter().flat_map(|neighbour| {
        cause::groups(&neighbour.record, keys, Findings::Count, governance).into_keys()
    });
    let groups: BTreeSet<CauseGroup> = groups.collect();
    let mut doubts = Vec::new();
    if !groups.iter().any(|group| redesign::covers(&redesign.pattern, group, governance)) {
        let unknown = redesign.pattern.stated().find_map(|(key, value)| {
            let known: BTreeSet<&str> =
                groups.iter().filter_map(|group| value_of(group, key, governance)).collect();
            let is_known = known.contains(comparable(key, value, governance).as_str());
            let similar = near::nearest(value, known.iter().copied());
            let meant = similar.map_or_else(String::new, |name| format!("; did you mean {name}?"));
            (!is_known).then(|| {
                format!("no merged record has the {} {value}{meant}", key.replace('_', " "))
            })
        });
        doubts.push(unknown.unwrap_or_else(|| {
            "no merged record has all words of this pattern: `exledger patterns` lists them"
                .to_owned()
        }));
    }
    for state in redesign_states(neighbours, governance, neighbours.until) {
        let is_same = state
            .redesign
            .as_deref()
            .is_some_and(|other| is_within(&redesign.pattern, &other.pattern, governance));
        if let Some(id) = state.id.filter(|_| state.lifts && is_same) {
            doubts.push(format!("{id} is in time for this pattern: records may link it instead"));
        }
    }
    doubts
}

/// Tells whether all records of a pattern are also of another one: it states every word of that one, with the same value.
pub(super) fn is_within(
    pattern: &RedesignPattern,
    wider: &RedesignPattern,
    governance: &Governance,
) -> bool {
    wider.stated().all(|(key, value)| {
        let mut own = pattern.stated();
        let same =
            |text: &str| comparable(key, text, governance) == comparable(key, value, governance);
        own.any(|(name, text)| name == key && same(text))
    })
}

pub(super) fn comparable(key: &str, value: &str, governance: &Governance) -> String {
    match PatternKey::from_word(key) {
        Some(key) => cause::comparable(key, value, governance),
        None => cause::comparable_finding(value),
    }
}

fn value_of<'g>(group: &'g CauseGroup, key: &str, governance: &Governance) -> Option<&'g str> {
    let keys = &governance.policy.patterns.key;
    match keys.iter().position(|other| other.as_str() == key) {
        Some(place) => group.values.get(place)?.as_deref(),
        None => group.finding.as_deref(),
    }
}
