//! The new records that frozen groups refuse: proposed ones, and those that landed all the same.
//!
//! Uses record, policy, survey's causes. Pure. Start at [`find_refused`]. Follows `docs/spec/policy.md`, repetition.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::governance::Governance;
use crate::policy::redesign::is_id;
use crate::policy::settings::Patterns;
use crate::record::Record;
use crate::record::vocabulary::RootCause;
use crate::survey::cause::{self, CauseGroup};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence;
use crate::survey::patterns::facts::{FrozenRecord, ProposedRecord, RecordOrigin};
use crate::survey::redesign::{self, lift::Lifting};

/// Returns the new records that a frozen group refuses, by group: the proposed ones, and those that landed although the
/// group had reached the threshold by then.
pub fn find_refused(
    neighbours: &Neighbours,
    proposed: &[ProposedRecord<'_>],
    governance: &Governance,
) -> BTreeMap<CauseGroup, Vec<FrozenRecord>> {
    let mut found: BTreeMap<CauseGroup, Vec<FrozenRecord>> = BTreeMap::new();
    let mut add = |group: CauseGroup, id: &str, place: RecordOrigin| {
        found.entry(group).or_default().push(FrozenRecord { id: id.to_owned(), place });
    };
    let patterns = &governance.policy.patterns;
    let frozen = neighbours.frozen(governance);
    // A record of an expected class is only warned about.
    let counted = proposed.iter().filter(|it| !cause::is_expected(it.record, patterns));
    for it in counted {
        // The redesign that a proposal brings with it is judged by `lint` on its branch: here it has not landed.
        if brings_redesign(it.record, neighbours) {
            continue;
        }
        if let Some((group, _)) = neighbours.refuses(&frozen, it.id, it.record, governance) {
            add(group.clone(), it.id, it.place.clone());
        }
    }
    // A record that states no cause counts against every cause, landed or not.
    let unsaid: Vec<(&Neighbour, BTreeSet<CauseGroup>)> = neighbours
        .counted(patterns)
        .filter(|it| it.record.root_cause == RootCause::Unclassified)
        .map(|it| (it, cause::refusing(&it.record, governance)))
        .collect();
    for (group, kind) in &frozen {
        let is_in = |it: &Neighbour| kind.records.iter().any(|other| other.id == it.id);
        let besides = unsaid
            .iter()
            .filter(|(it, groups)| groups.contains(group) && !is_in(it))
            .map(|(it, _)| *it);
        let occurrences = occurrence::group_occurrences(&kind.records);
        for it in kind.records.iter().copied().chain(besides) {
            let is_refused =
                || Lifting::at(neighbours, governance, it.landed).is_refused(&it.record, group);
            if is_late(it, &occurrences, patterns) && is_refused() {
                add(group.clone(), &it.id, RecordOrigin::Landed(it.landed));
            }
        }
    }
    found.values_mut().for_each(|refused| refused.sort());
    found
}

/// Tells whether a record links the id of a redesign that has not landed.
fn brings_redesign(record: &Record, neighbours: &Neighbours) -> bool {
    let is_landed = |id: &str| {
        neighbours.redesigns.iter().any(|it| redesign::id_of(&it.path).eq_ignore_ascii_case(id))
    };
    redesign::link(record).is_some_and(|link| is_id(link) && !is_landed(link))
}

/// Tells whether a record landed after a group had reached the threshold.
fn is_late(record: &Neighbour, occurrences: &[Vec<&Neighbour>], patterns: &Patterns) -> bool {
    let before = occurrences.iter().filter(|occurrence| {
        let is_own = occurrence.iter().any(|it| it.id == record.id);
        let last = occurrence.iter().map(|it| it.landed).max();
        !is_own
            && last.is_some_and(|last| {
                last < record.landed && patterns.window.after(last) >= record.landed
            })
    });
    cause::reaches(before.count(), patterns)
}
