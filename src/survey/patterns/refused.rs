//! The new records that frozen groups refuse: proposed ones, and those that landed all the same.
//!
//! Pure. Start at [`find_refused`]. Follows `docs/spec/policy.md`, repetition.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::sorting::StableSort as _;
use crate::policy::governance::Governance;
use crate::policy::redesign::is_id;
use crate::policy::settings::Patterns;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::RootCause;
use crate::survey::cause::{self, CauseGroup, RefusingGroups};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence;
use crate::survey::patterns::facts::{FrozenRecord, ProposedRecord, RecordOrigin};
use crate::survey::redesign::{self, RedesignFiles, lift::Lifting};

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
    let redesigns = RedesignFiles::new(neighbours, governance);
    let lifting = Lifting::at(&redesigns, neighbours.until);
    // A record of an expected class is only warned about.
    let counted =
        proposed.iter().filter(|neighbour| !cause::is_expected(neighbour.record, patterns));
    for it in counted {
        // The redesign that a proposal brings with it is judged by `lint` on its branch: here it has not landed.
        if brings_redesign(it.record, neighbours) {
            continue;
        }
        if let Some((group, _)) = neighbours.refuses(&frozen, it.id, it.record, &lifting) {
            add(group.clone(), it.id, it.place.clone());
        }
    }
    // A record that states no cause counts against every cause, landed or not, and one with former names under each.
    let has_others = |record: &Record| {
        record.root_cause == RootCause::Unclassified || record.subject.aliases.is_some()
    };
    let others: Vec<(&Neighbour, RefusingGroups)> = neighbours
        .counted(patterns)
        .filter(|neighbour| has_others(&neighbour.record))
        .map(|neighbour| (neighbour, RefusingGroups::of(&neighbour.record, governance)))
        .collect();
    let mut by_landing: BTreeMap<Instant, Lifting<'_>> = BTreeMap::new();
    for (group, kind) in &frozen {
        let own: BTreeSet<&str> = kind.records.iter().map(|record| record.id.as_str()).collect();
        let besides = others
            .iter()
            .filter(|(it, groups)| groups.contains(group) && !own.contains(it.id.as_str()))
            .map(|(neighbour, _)| *neighbour);
        let ends = OccurrenceEnds::of(&kind.records, patterns);
        for neighbour in kind.records.iter().copied().chain(besides) {
            if !ends.is_late(neighbour, patterns) {
                continue;
            }
            let lifting = by_landing
                .entry(neighbour.landed)
                .or_insert_with(|| Lifting::at(&redesigns, neighbour.landed));
            if lifting.is_refused(&neighbour.record, group) {
                add(group.clone(), &neighbour.id, RecordOrigin::Landed(neighbour.landed));
            }
        }
    }
    found.values_mut().for_each(|refused| refused.order_by(Ord::cmp));
    found
}

fn brings_redesign(record: &Record, neighbours: &Neighbours) -> bool {
    let is_landed = |id: &str| {
        neighbours.redesigns.iter().any(|it| redesign::id_of(&it.path).eq_ignore_ascii_case(id))
    };
    redesign::link(record).is_some_and(|link| is_id(link) && !is_landed(link))
}

/// The ends of a group's occurrences, each sorted.
struct OccurrenceEnds {
    landed: Vec<Instant>,
    counts: Vec<Instant>,
}

impl OccurrenceEnds {
    fn of(records: &[&Neighbour], patterns: &Patterns) -> OccurrenceEnds {
        let occurrences = occurrence::group_occurrences(records).into_iter();
        let landed =
            occurrences.filter_map(|records| records.iter().map(|record| record.landed).max());
        let mut landed: Vec<Instant> = landed.collect();
        let mut counts: Vec<Instant> =
            landed.iter().map(|landed| patterns.window.after(*landed)).collect();
        landed.sort();
        counts.sort();
        OccurrenceEnds { landed, counts }
    }

    /// Tells whether a record landed after the group had reached the threshold. Its own occurrence does not end before it.
    fn is_late(&self, record: &Neighbour, patterns: &Patterns) -> bool {
        let n_before = self.landed.partition_point(|end| *end < record.landed);
        let n_past = self.counts.partition_point(|end| *end < record.landed);
        cause::reaches(n_before.saturating_sub(n_past), patterns)
    }
}
