//! Finds versions that are approved only because of an untrustworthy change of governance.
//!
//! Pure. Start at [`find`]. Follows `docs/spec/approval.md`, G2 and G3: a version that would also be approved without the
//! change, under the governance before it, is not a finding.

use crate::approval;
use crate::approval::TrailVerdicts;
use crate::approval::governance::counted::CountedGovernance;
use crate::approval::next::who::Identities;
use crate::approval::people::at_landing::Ruled;
use crate::approval::verdict::{ApprovalVerdict, Satisfied};
use crate::history::version::{Trail, TrailKey, Version};
use crate::history::walked::History;
use crate::policy::governs::{self, Bearing};
use crate::policy::people::person::Person;
use std::collections::{BTreeMap, BTreeSet};

/// How close to a landing, before or after, a change of governance is examined, in seconds.
const WEEK: i64 = 7 * 86_400;

/// A version that is approved only because of changes of governance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BypassedVersion {
    pub key: TrailKey,
    /// The version, by its index.
    pub version: usize,
    /// The changes, sorted by path.
    pub thanks_to: Vec<Loosening>,
}

/// An untrustworthy change of governance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loosening {
    pub path: String,
    /// The version of that file, by its index.
    pub version: usize,
    pub why: Why,
}

/// Why a change of governance is untrustworthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// An author of the version made it in the seven days before the landing.
    ByAuthor,
    /// It was undone in the seven days after the landing.
    Undone,
}

type BypassSuspect<'k> = (&'k TrailKey, usize, Vec<Loosening>);

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Instead {
    /// Versions to skip; the previous version stays in effect.
    without: BTreeSet<(String, usize)>,
    /// Versions to replace from then on: path, version, and the later version whose content is used.
    like: BTreeSet<(String, usize, usize)>,
}

/// Returns the versions that are approved only because of an untrustworthy change of governance.
pub fn find(history: &History, approvals: &TrailVerdicts) -> Vec<BypassedVersion> {
    let counted = &approvals.counted;
    let idle = find_idle(history, counted);
    let identities = Identities::from_governance(&counted.tip);
    let mut questions: BTreeMap<Instead, Vec<BypassSuspect>> = BTreeMap::new();
    for (key, trail) in &history.trails {
        let verdicts = approvals.trails.get(key).into_iter().flatten();
        for (n, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
            let approved = verdict.satisfied == Satisfied::Yes && verdict.needed.count > 0;
            if !approved || verdict.carries.is_some() {
                continue;
            }
            let mut suspects = collect_suspects((history, counted), &identities, version, verdict);
            suspects.retain(|suspect| !idle.contains(&(suspect.path.as_str(), suspect.version)));
            if suspects.is_empty() {
                continue;
            }
            let mut each: Vec<Vec<Loosening>> =
                suspects.iter().map(|suspect| vec![suspect.clone()]).collect();
            if suspects.len() > 1 {
                each.push(suspects);
            }
            for suspects in each {
                let bypass_suspects = questions.entry(without(&suspects)).or_default();
                bypass_suspects.push((key, n, suspects));
            }
        }
    }
    let mut found: BTreeMap<(TrailKey, usize), BTreeSet<Loosening>> = BTreeMap::new();
    let mut together: BTreeMap<(TrailKey, usize), Vec<Loosening>> = BTreeMap::new();
    for (instead, bypass_suspects) in &questions {
        let unmet = find_unmet(
            history,
            counted,
            instead,
            bypass_suspects.iter().map(|(key, n, _)| (*key, *n)),
        );
        for (key, n, suspects) in
            bypass_suspects.iter().filter(|(key, n, _)| unmet.contains(&(*key, *n)))
        {
            let place = ((*key).clone(), *n);
            match suspects.as_slice() {
                [only] if was_really_undone(history, counted, only, key, *n) => {
                    found.entry(place).or_default().insert(only.clone());
                }
                [_] => {}
                several => drop(together.insert(place, several.to_vec())),
            }
        }
    }
    // Several changes may together cause what none of them causes alone.
    for (place, suspects) in together {
        let known = found.entry(place).or_default();
        if known.is_empty() {
            known.extend(suspects.into_iter().filter(|suspect| suspect.why != Why::Undone));
        }
    }
    let found = found.into_iter().filter(|(_, changes)| !changes.is_empty());
    found
        .map(|((key, version), changes)| BypassedVersion {
            key,
            version,
            thanks_to: changes.into_iter().collect(),
        })
        .collect()
}

fn find_idle<'h>(history: &'h History, counted: &CountedGovernance) -> BTreeSet<(&'h str, usize)> {
    let mut idle = BTreeSet::new();
    for (path, trail) in &history.governance {
        for n in 0..trail.versions.len() {
            let Some(from) = counted.counts_from(path, n) else {
                continue;
            };
            let before = &counted.states.before(from).governance;
            let after = &counted.states.at(from).governance;
            if governs::bearing(before, after) != Some(Bearing::Decides) {
                idle.insert((path.as_str(), n));
            }
        }
    }
    idle
}

fn without(suspects: &[Loosening]) -> Instead {
    let suspects = suspects.iter();
    Instead {
        without: suspects.map(|suspect| (suspect.path.clone(), suspect.version)).collect(),
        like: BTreeSet::new(),
    }
}

fn collect_suspects(
    (history, counted): (&History, &CountedGovernance),
    identities: &Identities<'_>,
    version: &Version,
    verdict: &ApprovalVerdict,
) -> Vec<Loosening> {
    let mut suspects = Vec::new();
    for (path, trail) in &history.governance {
        let verdicts = counted.verdicts.get(path).into_iter().flatten();
        let counts = counted.versions_before(path, version.landing);
        for (n, (change, judged)) in trail.versions.iter().zip(verdicts).enumerate() {
            if !counts.contains(&n) || judged.policy_commit.is_none() {
                continue;
            }
            let why = if is_near(history, change.landing, version.landing)
                && shares(identities, &judged.makers, verdict)
            {
                Why::ByAuthor
            } else if later(history, trail, n, version).next().is_some() {
                Why::Undone
            } else {
                continue;
            };
            suspects.push(Loosening { path: path.clone(), version: n, why });
        }
    }
    suspects
}

fn shares(identities: &Identities<'_>, makers: &[Person], verdict: &ApprovalVerdict) -> bool {
    let authors = || verdict.authors.iter().map(|author| &author.person);
    let mut relations = makers.iter().map(|maker| identities.relation(maker, authors()));
    relations.any(|relation| !relation.is_different())
}

fn is_near(history: &History, early: usize, late: usize) -> bool {
    let at = |landing: usize| history.mainline.landings.get(landing).map(|landed| landed.effective);
    match (at(early), at(late)) {
        (Some(early), Some(late)) => late.seconds_since(early) <= WEEK,
        _ => false,
    }
}

/// Returns the versions of a governance file that may undo the given one in the week after a record's version landed.
fn later<'h>(
    history: &'h History,
    trail: &'h Trail,
    change: usize,
    version: &'h Version,
) -> impl Iterator<Item = usize> + 'h {
    let versions = trail.versions.iter().enumerate().skip(change + 1);
    versions
        .filter(|(_, later)| {
            later.landing > version.landing && is_near(history, version.landing, later.landing)
        })
        .map(|(n, _)| n)
}

fn was_really_undone(
    history: &History,
    counted: &CountedGovernance,
    change: &Loosening,
    key: &TrailKey,
    version: usize,
) -> bool {
    if change.why != Why::Undone {
        return true;
    }
    let (Some(trail), Some(own)) = (
        history.governance.get(&change.path),
        history.trails.get(key).and_then(|trail| trail.versions.get(version)),
    ) else {
        return false;
    };
    later(history, trail, change.version, own).any(|undone| {
        let instead = Instead {
            without: BTreeSet::new(),
            like: BTreeSet::from([(change.path.clone(), change.version, undone)]),
        };
        !find_unmet(history, counted, &instead, [(key, version)].into_iter()).is_empty()
    })
}

fn find_unmet<'k>(
    history: &History,
    counted: &CountedGovernance,
    instead: &Instead,
    candidates: impl Iterator<Item = (&'k TrailKey, usize)>,
) -> BTreeSet<(&'k TrailKey, usize)> {
    let states =
        counted.instead(history, &|path, version| instead.version_instead(counted, path, version));
    let mut by_key: BTreeMap<&TrailKey, Vec<usize>> = BTreeMap::new();
    for (key, version) in candidates {
        by_key.entry(key).or_default().push(version);
    }
    let ruled = Ruled { counted: &states, in_force: &states, ..counted.ruled(history) };
    let is_chosen = |key: &TrailKey| by_key.contains_key(key);
    let judged = approval::judge_ruled(history, ruled, &is_chosen, &BTreeMap::new()).trails;
    let mut unmet = BTreeSet::new();
    for (key, versions) in &by_key {
        let verdicts = judged.get(*key).map_or(&[][..], |verdicts| verdicts);
        let is_unmet = |version: &&usize| {
            let verdict = verdicts.get(**version);
            verdict.is_some_and(|verdict| verdict.satisfied != Satisfied::Yes)
        };
        unmet.extend(versions.iter().filter(is_unmet).map(|version| (*key, *version)));
    }
    unmet
}

impl Instead {
    fn version_instead(
        &self,
        counted: &CountedGovernance,
        path: &str,
        version: usize,
    ) -> Option<usize> {
        let like = self.like.iter().find(|(known, from, _)| known == path && *from <= version);
        if let Some((.., like)) = like {
            return Some(*like);
        }
        let is_out = |version: &usize| self.without.contains(&(path.to_owned(), *version));
        if !is_out(&version) {
            return Some(version);
        }
        let earlier = counted.versions_of(path).into_iter().take_while(|known| *known != version);
        earlier.filter(|known| !is_out(known)).last()
    }
}
