//! The version of each governance file that counts after a landing: the last that was approved, or that only adds
//! requirements; before that, the one that came with the first policy. And the governance that these versions form.
//!
//! Pure. Start at [`Chooser`], [`VersionChoice`] and [`Composer`]. Follows `docs/spec/approval.md`, G1 and G2: the policy
//! determines the paths of the other files, so they are read under the chosen policy.

use crate::approval::count::requirement::GovernanceVersion;
use crate::approval::governance::key_levels::{self, Admission, ApprovedList, NameLimits, Naming};
use crate::approval::people::at_landing::GovernanceHistory;
use crate::approval::put_back;
use crate::approval::verdict::{ApprovalObstacle, ApprovalVerdict, FourEyes, Satisfied, Statement};
use crate::history::governance::{GovernanceOrigin, MainlineGovernance, Position};
use crate::history::objects::{Obstacle, Oid};
use crate::history::version::{Content, MadeInMerge, Version};
use crate::history::walked::History;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::governance::{self, Governance, MAILMAP, State};
use crate::policy::people::naming::{NameFact, NameTrail, UnprovenNames};
use crate::policy::{self, governs, people};
use crate::record::time::Instant;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

// Of two files, the version that counts and what let it in.
type NamedBy = [(Option<usize>, Admission); 2];

pub(super) struct Chooser<'c, 'h> {
    history: &'h History,
    composer: &'c Composer<'h>,
    governance_history: &'c GovernanceHistory<'c>,
    /// The files that decide which approvals count. A redesign decides about none, and counts only once it is approved.
    named: BTreeSet<&'h str>,
    pub(super) counted: VersionChoice,
    pub(super) approved: VersionChoice,
    earlier: VersionChoice,
    /// Who is who, by mailmap and by policy: since the first keys by forge-signed approvals and by signed ones, and since
    /// the first policy by forge-signed ones.
    names: [[NameTrail; 3]; 2],
    limits: Rc<NameLimits>,
    /// Of the mailmap and of the policy, what counted last, and what let it in; and whether anybody had a key.
    named_by: Option<(NamedBy, bool)>,
}

impl<'c, 'h> Chooser<'c, 'h> {
    pub(super) fn new(
        history: &'h History,
        composer: &'c Composer<'h>,
        governance_history: &'c GovernanceHistory<'c>,
    ) -> Chooser<'c, 'h> {
        Chooser {
            history,
            composer,
            governance_history,
            named: history.named_governance(),
            counted: VersionChoice::NONE,
            approved: VersionChoice::NONE,
            earlier: VersionChoice::NONE,
            names: Default::default(),
            limits: Rc::default(),
            named_by: None,
        }
    }

    pub(super) fn choose<'v>(
        &mut self,
        place: Position,
        verdicts: &dyn Fn(&str) -> &'v [ApprovalVerdict],
    ) {
        let landing = place.landing;
        if self.composer.first.is_none_or(|first| first > landing) {
            return;
        }
        let landings = &self.history.mainline.landings;
        let landed = landings.get(landing).map_or(Instant::MIN, |landing| landing.effective);
        let at = place.after.unwrap_or(landed);
        let (mut counted, mut approved) = (self.counted.clone(), VersionChoice::NONE);
        counted.doubt = None;
        // The policy determines the paths of the other files.
        let others = self.named.iter().filter(|path| **path != policy::FILE);
        let mut unapproved: Vec<(&str, usize, usize)> = Vec::new();
        for path in [policy::FILE].into_iter().chain(others.copied()) {
            let Some(trail) = self.history.governance.get(path) else {
                continue;
            };
            let n_landed = trail.versions.partition_point(|version| version.landing <= landing);
            let base = self.root(path, &trail.versions, landing).map(|(base, _)| base);
            let known = verdicts(path);
            let is_approved = |n: &usize| {
                let both = trail.versions.get(*n).zip(known.get(*n));
                both.is_some_and(|(version, verdict)| {
                    verdict.approved_at.is_some_and(|approved| approved <= at)
                        && self.is_approved(path, version, verdict)
                })
            };
            let from = base.map_or(0, |base| base + 1);
            let last = (from..n_landed).rev().find(is_approved).or(base);
            approved.set(path, last);
            counted.set(path, last);
            let rest = last.map_or(0, |last| last + 1)..n_landed;
            // A policy below decides nothing in this ledger, and counts only once it is approved.
            if self.history.policies_below.contains(path) {
                continue;
            }
            // An approved version may have the bytes of one before it that this clone lacks.
            let before = base.unwrap_or(0)..rest.start;
            let missing = before.into_iter().find_map(|n| missing(trail.versions.get(n)?));
            let lacking = missing
                .or_else(|| rest.clone().find_map(|n| lacks(trail.versions.get(n)?)))
                .or_else(|| rest.clone().find_map(|n| self.find_missing_statement(known.get(n)?)));
            if let Some(obstacle) = lacking {
                counted.doubt.get_or_insert_with(|| Box::new(obstacle.clone()));
            }
            if !rest.is_empty() {
                unapproved.push((path, rest.start, rest.end));
            }
        }
        for (path, from, to) in unapproved {
            for n in from..to {
                if self.is_held_by_counting(path, n, &counted) {
                    continue;
                }
                let after = counted.with(path, Some(n));
                if self.only_adds(&counted, &after) {
                    counted = after;
                } else if let Some(obstacle) =
                    self.cannot_join(path, n, [&approved, &counted, &after])
                {
                    counted.doubt.get_or_insert_with(|| Box::new(obstacle));
                }
            }
        }
        approved.doubt.clone_from(&counted.doubt);
        self.earlier = std::mem::replace(&mut self.approved, approved);
        self.counted = counted;
    }

    // Returns what this clone lacks of the statements about a version: it may be approved. Where the history itself is not complete,
    // that is said of all.
    fn find_missing_statement<'v>(&self, verdict: &'v ApprovalVerdict) -> Option<&'v Obstacle> {
        match &verdict.satisfied {
            Satisfied::Undetermined(doubt) if self.history.gap.is_none() => match &**doubt {
                ApprovalObstacle::ApprovalFile(missing @ Obstacle::Missing { .. })
                | ApprovalObstacle::Notes(missing @ Obstacle::Missing { .. }) => Some(missing),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the version of a file that counts without approval, as of a landing, and what lets it: that of the commit
    /// which the reader trusts, or the one, of a file named by the first policy, that landed with it or was already there.
    fn root(&self, path: &str, versions: &[Version], landing: usize) -> Option<(usize, Admission)> {
        let is_landed =
            |index: &usize| versions.get(*index).is_some_and(|version| version.rerouted.is_none());
        let landed = |by| {
            let n_landed = versions.partition_point(|version| version.landing <= by);
            (0..n_landed).rev().find(is_landed)
        };
        if let Some(trusted) = self.history.mainline.trusted.filter(|trusted| *trusted <= landing) {
            return Some((landed(trusted)?, Admission::Trusted));
        }
        let first = self.composer.first?;
        let state = self.history.states.at(first);
        let is_named =
            state.names(&self.history.prefix, path) || self.history.policies_below.contains(path);
        let base = landed(first).filter(|_| is_named)?;
        Some((base, Admission::FirstPolicy))
    }

    pub(super) fn approved_list<'v>(
        &self,
        landing: usize,
        approved: &Governance,
        verdicts: &dyn Fn(&str) -> &'v [ApprovalVerdict],
    ) -> Option<ApprovedList<'v>>
    where
        'h: 'v,
    {
        let path = self.history.prefix.plain(&approved.policy.approval.signers);
        let (path, trail) = self.history.governance.get_key_value(&path)?;
        let index = self.approved.of(path)?;
        let version = trail.versions.get(index)?;
        let bytes = self.history.bytes_of(version);
        let root = self.root(path, &trail.versions, landing);
        Some(ApprovedList {
            version: GovernanceVersion {
                path,
                bytes: bytes.map(AsRef::as_ref),
                prefix: &self.history.prefix,
            },
            index,
            landing,
            commit: version.commit.oid,
            root: root.filter(|(base, _)| *base == index).map(|(_, by)| by),
            verdict: verdicts(path).get(index),
            landed: version.landing,
        })
    }

    pub(super) fn naming<'v>(
        &mut self,
        landing: usize,
        has_keys: bool,
        verdicts: &dyn Fn(&str) -> &'v [ApprovalVerdict],
    ) -> Naming {
        let files = [MAILMAP, policy::FILE];
        let by =
            files.map(|path| (self.approved.of(path), self.admission(path, landing, verdicts)));
        let named_by = Some((by, has_keys));
        if self.named_by != named_by {
            self.named_by = named_by;
            let now = self.composer.governance(&self.approved);
            let says =
                [NameFact::of_mailmap(&now.mailmap), NameFact::of_policy(&now.policy.people)];
            let commits = files.map(|path| self.commit_of(path, landing));
            let facts = says.into_iter().zip(by).zip(commits);
            for (trails, ((facts, (_, by)), commit)) in self.names.iter_mut().zip(facts) {
                let proven = [
                    !has_keys || by.proof() >= Proof::ForgeSigned,
                    !has_keys || by.proof() >= Proof::Attested,
                    by.proof() >= Proof::ForgeSigned,
                ];
                for (trail, is_proven) in trails.iter_mut().zip(proven) {
                    match is_proven {
                        true => trail.prove(facts.clone()),
                        false => trail.change(&facts, &commit),
                    }
                }
            }
            let [[claims, forges, merges], [more_claims, more_forges, more_merges]] = &self.names;
            let key_of = |name: &str| people::key_of(&now, name);
            let of_claims = UnprovenNames::of([claims, more_claims], key_of);
            let of_forges = UnprovenNames::of([forges, more_forges], key_of);
            let of_merges = UnprovenNames::of([merges, more_merges], key_of);
            let of_merges = Arc::new(of_merges);
            self.limits = Rc::new(NameLimits { of_claims, of_forges, of_merges });
        }
        let [_, (_, policy)] = by;
        Naming { landing, policy, limits: Rc::clone(&self.limits) }
    }

    fn commit_of(&self, path: &str, landing: usize) -> Arc<str> {
        let version = self.composer.version(&self.approved, path).map(|version| version.commit.oid);
        let landed = || self.history.mainline.landings.get(landing).map(|landing| landing.oid);
        version.or_else(landed).unwrap_or(Oid::NULL).to_string().into()
    }

    fn admission<'v>(
        &self,
        path: &str,
        landing: usize,
        verdicts: &dyn Fn(&str) -> &'v [ApprovalVerdict],
    ) -> Admission {
        let trail = self.history.governance.get(path);
        let index = self.approved.of(path);
        let root = trail.and_then(|trail| self.root(path, &trail.versions, landing));
        let verdict = index.and_then(|index| verdicts(path).get(index));
        match (root, verdict) {
            (Some((base, by)), _) if Some(base) == index => by,
            (_, Some(verdict)) => {
                let proof = match self.earlier.of(path) == index {
                    true => self.lifted_to(path, landing, verdict),
                    false => verdict.result.proof(),
                };
                Admission::of_proof(proof.unwrap_or(Proof::Claimed))
            }
            _ => Admission::Claim,
        }
    }

    fn lifted_to(&self, path: &str, landing: usize, verdict: &ApprovalVerdict) -> Option<Proof> {
        // What counts differs in nothing from itself: a removal needs what any change of it needs.
        let version = GovernanceVersion { path, bytes: None, prefix: &self.history.prefix };
        key_levels::lifted_to(version, verdict, self.governance_history, landing)
    }

    /// Tells whether the text of a merge or before it has what a commit off the line made stricter, and that counts at once.
    fn is_held_by_counting(&self, path: &str, n: usize, counted: &VersionChoice) -> bool {
        let versions = self.history.governance.get(path).map(|trail| trail.versions.as_slice());
        let versions = versions.unwrap_or_default();
        let Some(taken) = versions.get(n).and_then(Version::taken_away) else { return false };
        let is_landed = |index: &usize| {
            versions.get(*index).is_some_and(|version| version.taken_away().is_none())
        };
        if taken.is_in_line && (0..n).rev().find(is_landed) == counted.of(path) {
            return true;
        }
        let merged = if taken.is_held { (n..versions.len()).find(is_landed) } else { None };
        merged.is_some_and(|merged| {
            let merged = counted.with(path, Some(merged));
            self.only_adds(counted, &merged)
                && self.only_adds(&counted.with(path, Some(n)), &merged)
        })
    }

    /// Returns why the version that counts is undetermined: a commit off the line made the approved rules stricter, and what
    /// counts holds something else.
    fn cannot_join(
        &self,
        path: &str,
        n: usize,
        [approved, counted, after]: [&VersionChoice; 3],
    ) -> Option<Obstacle> {
        let version = self.history.governance.get(path)?.versions.get(n)?;
        version.taken_away()?;
        let is_lost = self.only_adds(approved, &approved.with(path, Some(n)))
            && !self.only_adds(after, counted);
        is_lost.then(|| Obstacle::LeftOut { commit: version.commit.oid, path: path.to_owned() })
    }

    fn only_adds(&self, before: &VersionChoice, after: &VersionChoice) -> bool {
        let [before, after] = [before, after].map(|choice| self.composer.governance(choice));
        let has_namespace = |line: &str| line.contains("namespaces=");
        if put_back::A2 && drops_signers(&before, &after, &has_namespace)
            || put_back::N1 && drops_signers(&before, &after, &|line| !has_namespace(line))
        {
            return true;
        }
        before.state == State::Sound && governs::only_adds(&before, &after)
    }

    pub(super) fn is_approved(
        &self,
        path: &str,
        version: &Version,
        verdict: &ApprovalVerdict,
    ) -> bool {
        let weighed = matches!(
            verdict.result,
            FourEyes::Attested | FourEyes::ForgeSigned | FourEyes::Claimed | FourEyes::SelfApproved
        );
        let landing = version.landing;
        let mut states =
            [self.history.states.at(landing), self.history.states.before(landing)].into_iter();
        // An unapproved policy that names another path takes nothing from what is approved of this one.
        let is_named_by_counting = || {
            let paths = self.governance_history.in_force(landing).paths();
            paths.iter().any(|named| self.history.prefix.plain(named) == path)
        };
        let is_named = states.any(|state| state.governs(&self.history.prefix, path))
            || self.history.policies_below.contains(path)
            || is_named_by_counting();
        verdict.satisfied == Satisfied::Yes
            && weighed
            && verdict
                .counted_statements()
                .any(|statement| self.may_decide(landing, statement, is_named))
    }

    pub(super) fn approved_versions(&self, path: &str, verdicts: &[ApprovalVerdict]) -> Vec<bool> {
        let trail = self.history.governance.get(path);
        let versions = trail.map_or(&[][..], |trail| &trail.versions).iter();
        let both = versions.zip(verdicts);
        both.map(|(version, verdict)| self.is_approved(path, version, verdict)).collect()
    }

    /// Tells whether an approval is about these bytes as governance, with a key that was listed before they landed.
    /// Merging a file that no policy named yet does not approve governance.
    fn may_decide(&self, landing: usize, approver: &Statement, is_named: bool) -> bool {
        let governance_before = self.governance_history.before(landing);
        let of_bytes = matches!(approver.kind, EvidenceKind::Detached | EvidenceKind::Review);
        let (governance, keys) = (governance_before.governance, &governance_before.key_set.keys);
        let is_listed = |key: &String| keys.lists_key(governance, key, &approver.person);
        (is_named || of_bytes)
            && (approver.kind != EvidenceKind::Detached
                || approver.key.as_ref().is_some_and(is_listed))
    }
}

fn drops_signers(before: &Governance, after: &Governance, is_kind: &dyn Fn(&str) -> bool) -> bool {
    let [old, new] =
        [before, after].map(|governance| governance.signers.as_deref().unwrap_or_default());
    let mut dropped = old.lines().filter(|line| !new.lines().any(|other| other == *line));
    let is_less = old != new && new.lines().all(|line| old.lines().any(|other| other == line));
    is_less && dropped.all(is_kind)
}

fn lacks(version: &Version) -> Option<&Obstacle> {
    match (&version.truncated, &version.made_in_merge) {
        (Some(obstacle), _) | (_, MadeInMerge::Unknown(obstacle)) => Some(obstacle),
        _ => missing(version),
    }
}

fn missing(version: &Version) -> Option<&Obstacle> {
    match version.record.content() {
        Content::Missing(obstacle) => Some(obstacle),
        _ => None,
    }
}

/// The index of the version of each governance file that counts; a file not listed here does not count at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionChoice {
    versions: BTreeMap<String, usize>,
    pub(super) doubt: Option<Box<Obstacle>>,
}

impl VersionChoice {
    pub(super) const NONE: VersionChoice = VersionChoice { versions: BTreeMap::new(), doubt: None };

    pub(super) fn of(&self, path: &str) -> Option<usize> {
        self.versions.get(path).copied()
    }

    pub(super) fn change(&mut self, other: impl Fn(&str, usize) -> Option<usize>) {
        self.versions.retain(|path, version| {
            let other = other(path, *version);
            *version = other.unwrap_or(*version);
            other.is_some()
        });
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

    pub(super) fn governance(&self, choice: &VersionChoice) -> Rc<Governance> {
        if let Some(known) = self.known.borrow().get(choice) {
            return Rc::clone(known);
        }
        let files = ChosenFiles { composer: self, choice };
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
        self.known.borrow_mut().insert(choice.clone(), Rc::clone(&read));
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
        if let Some(obstacle) = choice.doubt.as_deref().or(match &landed.origin {
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
        self.states.borrow_mut().insert(choice.clone(), Rc::clone(&state));
        state
    }

    /// Returns the governance at the tip; without a policy if there is none, or if only its removal counts.
    pub(super) fn tip(
        &self,
        choice: &VersionChoice,
        last: &Rc<MainlineGovernance>,
    ) -> Rc<Governance> {
        let has_files = |version: &Version| !version.files.is_empty();
        let landed = self.history.governance.get(policy::FILE).and_then(|trail| trail.last());
        let counted = self.version(choice, policy::FILE);
        if landed.is_some_and(has_files) && counted.is_some_and(has_files) {
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
            let n_landed = trail.versions.partition_point(|version| version.landing <= landing);
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

struct ChosenFiles<'c, 'h> {
    composer: &'c Composer<'h>,
    choice: &'c VersionChoice,
}

impl ChosenFiles<'_, '_> {
    fn find(&self, path: &str) -> Option<&[u8]> {
        let history = self.composer.history;
        let version = self.composer.version(self.choice, &history.prefix.plain(path))?;
        history.bytes_of(version).map(AsRef::as_ref)
    }
}

impl Tree for ChosenFiles<'_, '_> {
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
