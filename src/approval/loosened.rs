//! Versions that are approved only thanks to a change of governance that does not deserve trust.
//!
//! Uses policy, history, `approval`'s fold. Pure. Start at [`loosened`]; [`by_others`] tells whether a change of
//! governance is approved. Follows `docs/spec/approval.md`, G2 and G3: what would be approved without the change, as it
//! was before it, is no finding.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval::ask::Identities;
use crate::approval::fold::{self, Court, Of};
use crate::approval::law::Laws;
use crate::approval::seals::Seals;
use crate::approval::spoken::Said;
use crate::approval::{Approvals, FourEyes, Satisfied, Verdict};
use crate::history::History;
use crate::history::governance::{State, States};
use crate::history::version::{Key, Trail, Version};
use crate::policy;
use crate::policy::governance::{Governance, MAILMAP};
use crate::policy::people::Person;
use crate::policy::stricter;

/// For how long a change of governance is looked at, before and after a landing, in seconds.
const WEEK: i64 = 7 * 86_400;

/// A version that is approved only thanks to changes of governance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loosened {
    /// The record.
    pub key: Key,
    /// The version, by its index.
    pub version: usize,
    /// The changes, sorted by path.
    pub thanks_to: Vec<Loosening>,
}

/// A change of governance that does not deserve trust.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loosening {
    /// The path of the governance file.
    pub path: String,
    /// The version of that file, by its index.
    pub version: usize,
    /// Why it does not.
    pub why: Why,
}

/// Why a change of governance does not deserve trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nobody outside its author set approved it.
    Unapproved,
    /// An author of the version made it in the seven days before.
    ByAuthor,
    /// It was undone in the seven days after.
    Undone,
}

/// Tells whether somebody outside its author set approved a change of governance; else it is `policy-unapproved`.
/// The first change, which nobody could approve, is not asked about: no policy commit stands in its verdict.
pub fn by_others(verdict: &Verdict) -> bool {
    let heard = matches!(verdict.result, FourEyes::Attested | FourEyes::Claimed);
    verdict.policy_commit.is_none()
        || verdict.satisfied == Satisfied::Yes && heard && !verdict.approvers.is_empty()
}

/// A version, and the changes of governance that it may owe its approval to.
type Question<'k> = (&'k Key, usize, Vec<Loosening>);

/// Which contents of governance files hold instead of those that landed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Instead {
    /// Versions that are passed over: what stood before holds on.
    without: BTreeSet<(String, usize)>,
    /// Versions from which on the content of a later one holds.
    like: BTreeSet<(String, usize, usize)>,
}

/// Returns the versions that are approved only thanks to a change of governance that does not deserve trust.
pub fn loosened(history: &History, approvals: &Approvals) -> Vec<Loosened> {
    let idle = idle(history);
    let identities = Identities::of(&history.states.at(usize::MAX).governance);
    let mut questions: BTreeMap<Instead, Vec<Question>> = BTreeMap::new();
    for (key, trail) in &history.trails {
        let verdicts = approvals.trails.get(key).into_iter().flatten();
        for (n, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
            let approved = verdict.satisfied == Satisfied::Yes && verdict.needed.count > 0;
            if !approved || verdict.carries.is_some() {
                continue;
            }
            let mut suspects = suspects((history, approvals), &identities, version, verdict);
            suspects.retain(|it| !idle.contains(&(it.path.as_str(), it.version)));
            if suspects.is_empty() {
                continue;
            }
            let mut each: Vec<Vec<Loosening>> =
                suspects.iter().map(|it| vec![it.clone()]).collect();
            if suspects.len() > 1 {
                each.push(suspects);
            }
            for suspects in each {
                let asked = questions.entry(without(&suspects)).or_default();
                asked.push((key, n, suspects));
            }
        }
    }
    let mut found: BTreeMap<(Key, usize), BTreeSet<Loosening>> = BTreeMap::new();
    let mut together: BTreeMap<(Key, usize), Vec<Loosening>> = BTreeMap::new();
    for (instead, asked) in &questions {
        let unmet = unmet(history, instead, asked.iter().map(|(key, n, _)| (*key, *n)));
        for (key, n, suspects) in asked
            .iter()
            .filter(|(key, n, _)| unmet.contains(&(*key, *n)))
        {
            let place = ((*key).clone(), *n);
            match suspects.as_slice() {
                [only] if was_really_undone(history, only, key, *n) => {
                    found.entry(place).or_default().insert(only.clone());
                }
                [_] => {}
                several => drop(together.insert(place, several.to_vec())),
            }
        }
    }
    // Several may do together what none of them does alone.
    for (place, suspects) in together {
        let known = found.entry(place).or_default();
        if known.is_empty() {
            known.extend(suspects.into_iter().filter(|it| it.why != Why::Undone));
        }
    }
    let found = found.into_iter().filter(|(_, changes)| !changes.is_empty());
    found
        .map(|((key, version), changes)| Loosened {
            key,
            version,
            thanks_to: changes.into_iter().collect(),
        })
        .collect()
}

/// Returns the changes of governance that decide about no approval, each by path and version.
fn idle(history: &History) -> BTreeSet<(&str, usize)> {
    let mut idle = BTreeSet::new();
    for (path, trail) in &history.governance {
        for (n, version) in trail.versions.iter().enumerate() {
            let before = &history.states.before(version.landing).governance;
            let after = &history.states.at(version.landing).governance;
            if !stricter::bears_on_approval(before, after) {
                idle.insert((path.as_str(), n));
            }
        }
    }
    idle
}

fn without(suspects: &[Loosening]) -> Instead {
    let suspects = suspects.iter();
    Instead {
        without: suspects.map(|it| (it.path.clone(), it.version)).collect(),
        like: BTreeSet::new(),
    }
}

/// Returns the changes of governance before a version that do not deserve trust.
fn suspects(
    (history, approvals): (&History, &Approvals),
    identities: &Identities<'_>,
    version: &Version,
    verdict: &Verdict,
) -> Vec<Loosening> {
    let mut suspects = Vec::new();
    for (path, trail) in &history.governance {
        let verdicts = approvals.governance.get(path).into_iter().flatten();
        for (n, (change, judged)) in trail.versions.iter().zip(verdicts).enumerate() {
            if change.landing >= version.landing || judged.policy_commit.is_none() {
                continue;
            }
            let why = if !by_others(judged) {
                Why::Unapproved
            } else if is_near(history, change.landing, version.landing)
                && shares(identities, &judged.makers, verdict)
            {
                Why::ByAuthor
            } else if later(history, trail, n, version).next().is_some() {
                Why::Undone
            } else {
                continue;
            };
            suspects.push(Loosening {
                path: path.clone(),
                version: n,
                why,
            });
        }
    }
    suspects
}

fn shares(identities: &Identities<'_>, makers: &[Person], verdict: &Verdict) -> bool {
    let authors = || verdict.authors.iter().map(|author| &author.person);
    let mut relations = makers.iter().map(|it| identities.relation(it, authors()));
    relations.any(|relation| !relation.is_different())
}

/// Tells whether one landing is at most seven days before another.
fn is_near(history: &History, early: usize, late: usize) -> bool {
    let at = |landing: usize| {
        history
            .mainline
            .landings
            .get(landing)
            .map(|it| it.effective)
    };
    match (at(early), at(late)) {
        (Some(early), Some(late)) => late.seconds_since(early) <= WEEK,
        _ => false,
    }
}

/// Returns the versions of a governance file that may undo one of them in the week after a record's version.
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

/// Tells, of a change that may have been undone, whether the version would not be approved after that either.
fn was_really_undone(history: &History, change: &Loosening, key: &Key, version: usize) -> bool {
    if change.why != Why::Undone {
        return true;
    }
    let (Some(trail), Some(own)) = (
        history.governance.get(&change.path),
        history
            .trails
            .get(key)
            .and_then(|trail| trail.versions.get(version)),
    ) else {
        return false;
    };
    later(history, trail, change.version, own).any(|undone| {
        let instead = Instead {
            without: BTreeSet::new(),
            like: BTreeSet::from([(change.path.clone(), change.version, undone)]),
        };
        !unmet(history, &instead, [(key, version)].into_iter()).is_empty()
    })
}

/// Returns which versions would not be approved under other governance.
fn unmet<'k>(
    history: &History,
    instead: &Instead,
    asked: impl Iterator<Item = (&'k Key, usize)>,
) -> BTreeSet<(&'k Key, usize)> {
    // Landings that follow each other find the same files nearly always.
    let last: RefCell<Option<Other>> = RefCell::default();
    let states = history.states.under(|landing, state| {
        let kept = kept(history, instead, landing);
        let mut last = last.borrow_mut();
        match &*last {
            Some(known) if known.kept == kept && Rc::ptr_eq(&known.of, state) => {
                Rc::clone(&known.state)
            }
            _ => {
                let other = other(history, &kept, state);
                *last = Some(Other {
                    of: Rc::clone(state),
                    kept,
                    state: Rc::clone(&other),
                });
                other
            }
        }
    });
    let laws = Laws::of(&states, history.mainline.landings.len());
    let seals = Seals::new(history, &laws);
    let mut by_key: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (key, version) in asked {
        by_key.entry(key).or_default().push(version);
    }
    let wanted = |key: &Key| by_key.contains_key(key);
    let said = Said::of(history, &laws, &wanted);
    let court = Court {
        history,
        laws: &laws,
        seals: &seals,
    };
    let mut unmet = BTreeSet::new();
    for (key, versions) in &by_key {
        let Some(trail) = history.trails.get(*key) else {
            continue;
        };
        let words = said.records.get(*key).map_or(&[][..], Vec::as_slice);
        let verdicts = fold::trail(court, Of::Record, trail, words);
        let is_unmet = |version: &&usize| {
            let verdict = verdicts.get(**version);
            verdict.is_some_and(|verdict| verdict.satisfied != Satisfied::Yes)
        };
        unmet.extend(
            versions
                .iter()
                .filter(is_unmet)
                .map(|version| (*key, *version)),
        );
    }
    unmet
}

/// A state with other contents of governance files, and what it was made of.
struct Other {
    of: Rc<State>,
    kept: Kept,
    state: Rc<State>,
}

/// The governance files that do not hold what landed: path, and the version that holds, `None` where there is none.
type Kept = Vec<(String, Option<usize>)>;

/// Returns which governance files hold something else after a landing than what landed.
fn kept(history: &History, instead: &Instead, landing: usize) -> Kept {
    let without = instead.without.iter().map(|(path, _)| path);
    let paths: BTreeSet<&String> = without
        .chain(instead.like.iter().map(|(path, ..)| path))
        .collect();
    let mut found = Vec::new();
    for path in paths {
        let Some(trail) = history.governance.get(path) else {
            continue;
        };
        let n_landed = trail.versions.partition_point(|it| it.landing <= landing);
        let Some(last) = n_landed.checked_sub(1) else {
            continue;
        };
        let like = instead
            .like
            .iter()
            .find(|(known, from, _)| known == path && *from <= last)
            .map(|(.., like)| *like);
        let kept = like.or_else(|| {
            let mut earlier = (0..=last).rev();
            earlier.find(|n| !instead.without.contains(&(path.clone(), *n)))
        });
        if kept != Some(last) {
            found.push((path.clone(), kept));
        }
    }
    found
}

/// Returns the state after a landing with other contents of governance files.
fn other(history: &History, kept: &Kept, state: &Rc<State>) -> Rc<State> {
    if kept.is_empty() {
        return Rc::clone(state);
    }
    let mut governance = (*state.governance).clone();
    for (path, version) in kept {
        let trail = history.governance.get(path);
        let from = version.and_then(|n| trail?.versions.get(n));
        let from = from.map(|version| source(&history.states, version));
        take(&mut governance, path, from);
    }
    Rc::new(State {
        governance: Rc::new(governance),
        origin: state.origin.clone(),
    })
}

fn source<'s>(states: &'s States, version: &Version) -> &'s Governance {
    &states.at(version.landing).governance
}

/// Takes over what one governance file says; nothing, where it was not there.
fn take(governance: &mut Governance, path: &str, from: Option<&Governance>) {
    let nothing = Governance::default();
    let from = from.unwrap_or(&nothing);
    let policy = &governance.policy;
    if path == MAILMAP {
        governance.mailmap = from.mailmap.clone();
    } else if path == policy.approval.signers {
        governance.signers.clone_from(&from.signers);
    } else if path == policy.approval.revoked {
        governance.revoked.clone_from(&from.revoked);
    } else if policy.people.roster.as_deref() == Some(path) {
        governance.roster.clone_from(&from.roster);
    } else if path == policy::FILE {
        governance.policy = from.policy.clone();
    }
}
