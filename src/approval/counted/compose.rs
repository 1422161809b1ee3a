//! Which version of each governance file is chosen, and the governance that these versions form.
//!
//! Uses ledger (for its trait `Tree`), policy, history. Pure. Start at [`VersionChoice`] and [`Composer`]. Follows `docs/spec/approval.md`,
//! G1: the policy determines the paths of the other files, so they are read under the chosen policy.

use crate::history::governance::{GovernanceOrigin, MainlineGovernance};
use crate::history::objects::{Obstacle, Oid};
use crate::history::version::Version;
use crate::history::walked::History;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::policy::governance::{self, Governance};
use crate::policy::{self};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The index of the version of each governance file that counts; a file not listed here does not count at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionChoice {
    versions: BTreeMap<String, usize>,
    /// Why it is undetermined whether a later version counts.
    pub(super) doubt: Option<Box<Obstacle>>,
}

impl VersionChoice {
    pub(super) const NONE: VersionChoice = VersionChoice { versions: BTreeMap::new(), doubt: None };

    pub(super) fn of(&self, path: &str) -> Option<usize> {
        self.versions.get(path).copied()
    }

    pub(super) fn doubt(&self) -> Option<&Obstacle> {
        self.doubt.as_deref()
    }

    pub(super) fn change(&mut self, other: impl Fn(&str, usize) -> Option<usize>) {
        let versions = std::mem::take(&mut self.versions).into_iter();
        self.versions = versions
            .filter_map(|(path, version)| {
                let version = other(&path, version)?;
                Some((path, version))
            })
            .collect();
    }

    pub(super) fn with(&self, path: &str, version: Option<usize>) -> VersionChoice {
        let mut choice = self.clone();
        choice.set(path, version);
        choice
    }

    pub(super) fn set(&mut self, path: &str, version: Option<usize>) {
        match version {
            Some(version) => drop(self.versions.insert(path.to_owned(), version)),
            None => drop(self.versions.remove(path)),
        }
    }
}

pub(super) struct Composer<'h> {
    history: &'h History,
    /// The landing of the first readable policy; in a shallow clone, of the first one that it holds.
    pub(super) first: Option<usize>,
    known: RefCell<BTreeMap<VersionChoice, Rc<Governance>>>,
    states: RefCell<BTreeMap<VersionChoice, Rc<MainlineGovernance>>>,
}

impl<'h> Composer<'h> {
    pub(super) fn new(history: &'h History) -> Composer<'h> {
        // One that this clone lacks may be the first: nobody knows what it asked for.
        let is_first = |landing: usize| {
            let origin = &history.states.at(landing).origin;
            matches!(
                origin,
                GovernanceOrigin::Own(_) | GovernanceOrigin::Unknown(Obstacle::Missing { .. })
            )
        };
        let begins = history.begins.unwrap_or(0);
        let mut later = history.states.from().map(|(landing, _)| landing);
        Composer {
            history,
            first: history
                .begins
                .filter(|begins| is_first(*begins))
                .or_else(|| later.find(|landing| *landing >= begins && is_first(*landing))),
            known: RefCell::default(),
            states: RefCell::default(),
        }
    }

    /// Returns the governance before the first policy: that policy judges earlier landings, since nothing else can.
    pub(super) fn before_first(&self) -> Rc<MainlineGovernance> {
        let before_all = self.history.states.before_all();
        match (&before_all.origin, self.first) {
            (GovernanceOrigin::Defaults, Some(first)) => Rc::new(MainlineGovernance {
                governance: Rc::clone(&self.history.states.at(first).governance),
                origin: GovernanceOrigin::Defaults,
            }),
            _ => Rc::clone(before_all),
        }
    }

    /// Returns the governance that the chosen versions form; it may be invalid, or lack a policy.
    pub(super) fn governance(&self, choice: &VersionChoice) -> Rc<Governance> {
        if let Some(known) = self.known.borrow().get(choice) {
            return Rc::clone(known);
        }
        let files = ChosenFiles { history: self.history, choice };
        // Mostly, what counts is what landed at some time.
        let mut landed = self.history.states.from();
        let same = landed.find(|(landing, state)| {
            matches!(state.origin, GovernanceOrigin::Own(_))
                && self.is_what_landed(choice, *landing, state)
        });
        let read = match same {
            Some((_, state)) => Rc::clone(&state.governance),
            // Reading from memory can't fail.
            None => Rc::new(Governance::read(&files).unwrap_or_default()),
        };
        let mut known = self.known.borrow_mut();
        known.insert(choice.clone(), Rc::clone(&read));
        read
    }

    /// Returns the governance after a landing at which the chosen versions count; `before` is what counted until then.
    pub(super) fn state(
        &self,
        choice: &VersionChoice,
        landing: usize,
        before: &Rc<MainlineGovernance>,
    ) -> Rc<MainlineGovernance> {
        let landed = self.history.states.at(landing);
        if self.first.is_none_or(|first| landing < first) {
            return self.before_first();
        }
        if let Some(obstacle) = choice.doubt().or(match &landed.origin {
            GovernanceOrigin::Unknown(obstacle) => Some(obstacle),
            _ => None,
        }) {
            return Rc::new(before.until(obstacle.clone()));
        }
        if matches!(landed.origin, GovernanceOrigin::Own(_))
            && self.is_what_landed(choice, landing, landed)
        {
            return Rc::clone(landed);
        }
        if let Some(known) = self.states.borrow().get(choice) {
            return Rc::clone(known);
        }
        let governance = self.governance(choice);
        let policy = self.version(choice, policy::FILE);
        if governance.state != governance::State::Sound {
            return Rc::new(before.without_successor());
        }
        let state = Rc::new(MainlineGovernance {
            governance,
            origin: match policy {
                Some(version) => GovernanceOrigin::Own(version.commit.oid),
                None => GovernanceOrigin::Defaults,
            },
        });
        let mut states = self.states.borrow_mut();
        states.insert(choice.clone(), Rc::clone(&state));
        state
    }

    /// Returns the governance at the tip; without a policy if there is none, or if only its removal counts.
    pub(super) fn tip(
        &self,
        choice: &VersionChoice,
        last: &Rc<MainlineGovernance>,
    ) -> Rc<Governance> {
        let lies_there = self
            .history
            .governance
            .get(policy::FILE)
            .and_then(|trail| trail.last())
            .is_some_and(|version| !version.files.is_empty());
        let counts =
            self.version(choice, policy::FILE).is_some_and(|version| !version.files.is_empty());
        if lies_there && counts {
            return Rc::clone(&last.governance);
        }
        Rc::new(Governance { state: governance::State::Absent, ..(*last.governance).clone() })
    }

    fn is_what_landed(
        &self,
        choice: &VersionChoice,
        landing: usize,
        landed: &MainlineGovernance,
    ) -> bool {
        landed.governance.paths().iter().all(|path| {
            let path = self.history.prefix.plain(path);
            let Some(trail) = self.history.governance.get(&path) else {
                return true;
            };
            let n_landed = trail.versions.partition_point(|it| it.landing <= landing);
            let mut landed = trail.versions.iter().take(n_landed).rev();
            let last = landed.find(|version| version.taken_away().is_none());
            blob(last) == blob(self.version(choice, &path))
        })
    }

    pub(super) fn version(&self, choice: &VersionChoice, path: &str) -> Option<&'h Version> {
        let trail = self.history.governance.get(path)?;
        trail.versions.get(choice.of(path)?)
    }
}

fn blob(version: Option<&Version>) -> Option<Oid> {
    Some(version?.files.first()?.blob)
}

struct ChosenFiles<'c> {
    history: &'c History,
    choice: &'c VersionChoice,
}

impl ChosenFiles<'_> {
    fn find(&self, path: &str) -> Option<&[u8]> {
        let path = self.history.prefix.plain(path);
        let trail = self.history.governance.get(&path)?;
        let version = trail.versions.get(self.choice.of(&path)?)?;
        self.history.bytes_of(version).map(AsRef::as_ref)
    }
}

impl Tree for ChosenFiles<'_> {
    fn list(&self, _: &str) -> Result<Vec<TreeItem>, TreeError> {
        Ok(Vec::new())
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        Ok(self.find(path).map(|_| EntryKind::File))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self.find(path).map(<[u8]>::to_vec))
    }
}
