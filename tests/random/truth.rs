//! What was really approved, computed from who really did what; nothing here calls the code under test.
//!
//! Start at [`Truth::of`]. Content is really approved if enough people who are not its authors merged, signed or
//! reviewed it, by the policy in force before it landed. Where the rules leave room, the oracle accepts more as
//! approved.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use exledger::history::objects::Oid;

use super::content::{CLOSURE, Content, IDS};
use super::memory::Files;
use super::people::Who;
use super::world::{MAILMAP, REVOKED, SIGNERS, Tag, World, is_record, stem};
use super::{plain, yes};

/// The state of an id after a landing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Gone,
    /// Several files, or one that can't be read or has a wrong name.
    Unclear(Vec<Oid>),
    One(Content, Oid),
}

/// One landed state of an id.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub landing: usize,
    pub state: State,
    /// Its real authors.
    pub makers: BTreeSet<Who>,
    /// The approvals that were really given.
    pub acts: Vec<Act>,
    pub is_approved: bool,
    /// Whether it is approved beyond doubt: merged by somebody whom no other commit names.
    pub is_plain: bool,
}

impl Version {
    fn gone(landing: usize) -> Version {
        Version {
            landing,
            state: State::Gone,
            makers: BTreeSet::new(),
            acts: Vec::new(),
            is_approved: false,
            is_plain: false,
        }
    }

    /// Returns the content of a record under a wrong name, and its blob.
    pub(super) fn misnamed(&self, world: &World) -> Option<(Content, Oid)> {
        match &self.state {
            State::Unclear(blobs) => match blobs.as_slice() {
                [only] => Some((*world.contents.get(only)?, *only)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// An approval that somebody really gave.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub who: Who,
    /// The person for whom the signers file lists the key.
    pub persona: Who,
    pub signed: bool,
    /// The landing whose policy determines the groups; `None`: any policy.
    pub landing: Option<usize>,
}

/// What is really so in a world.
pub(super) struct Truth {
    pub ids: BTreeMap<usize, Vec<Version>>,
    /// The changes of governance, by landing and path, and whether an approval by somebody else may count for each.
    pub governance: BTreeMap<(usize, String), bool>,
    /// Whether a dishonest person landed unreviewed governance under a policy that trusts anybody: then nothing is
    /// guaranteed.
    pub is_void: bool,
}

/// Tells whether the same bytes were moved from a wrong file name to the right one, or the other way round.
fn is_moved(before: &State, after: &State) -> bool {
    match (before, after) {
        (State::One(_, own), State::Unclear(blobs))
        | (State::Unclear(blobs), State::One(_, own)) => blobs.as_slice() == [*own],
        _ => false,
    }
}

/// Tells whether the last version only closes the record that the one before it contains.
fn only_closes(versions: &[Version]) -> bool {
    let [.., before, last] = versions else {
        return false;
    };
    match (&before.state, &last.state) {
        (State::One(before, _), State::One(last, _)) => {
            before.get(CLOSURE) == 0 && before.with(CLOSURE, last.get(CLOSURE)) == *last
        }
        _ => false,
    }
}

impl World {
    /// Tells whether a file of revoked keys lists a key.
    fn is_revoked(&self, blob: Option<Oid>, key: Who) -> bool {
        let revoked = blob.and_then(|blob| self.revoked.get(&blob));
        revoked.is_some_and(|keys| keys.contains(&key))
    }

    /// Tells whether a key is revoked at the tip, or by every file that may count before a landing or at the end.
    fn is_surely_revoked(&self, landing: usize, key: Who) -> bool {
        let now = self.files(self.tip()).get(REVOKED).copied();
        let by_all = |landing: usize| {
            let blobs = self.files_before(landing, REVOKED);
            !blobs.is_empty() && blobs.into_iter().all(|blob| self.is_revoked(blob, key))
        };
        self.is_revoked(now, key) || by_all(landing) || by_all(self.main.len())
    }

    /// Returns the people for whom a key may be listed before a landing; empty if it is certainly revoked.
    pub(super) fn personas(&self, landing: usize, key: Who) -> Vec<Who> {
        match self.is_surely_revoked(landing, key) {
            true => Vec::new(),
            false => self.listed(landing, key),
        }
    }

    /// Returns the people for whom a key may be listed before a landing, revoked or not.
    pub(super) fn listed(&self, landing: usize, key: Who) -> Vec<Who> {
        let blobs = self.files_before(landing, SIGNERS).into_iter();
        let lines = blobs.filter_map(|blob| self.signers.get(&blob?)).flatten();
        let personas: BTreeSet<Who> =
            lines.filter(|(_, whose)| *whose == key).map(|(person, _)| *person).collect();
        personas.into_iter().collect()
    }

    /// Tells whether a key is listed before a landing for its holder alone and not revoked, whichever files count.
    pub(super) fn is_surely_listed(&self, landing: usize, key: Who) -> bool {
        let lists = |blob: Option<Oid>| {
            let lines = blob.and_then(|blob| self.signers.get(&blob));
            let mut own = lines.into_iter().flatten().filter(|(_, whose)| *whose == key);
            own.next().is_some_and(|(person, _)| *person == key) && own.next().is_none()
        };
        let may_be_revoked = |landing: usize| {
            let blobs = self.files_before(landing, REVOKED).into_iter();
            blobs.into_iter().any(|blob| self.is_revoked(blob, key))
        };
        let now = self.files(self.tip()).get(REVOKED).copied();
        self.files_before(landing, SIGNERS).into_iter().all(lists)
            && !self.is_revoked(now, key)
            && !may_be_revoked(landing)
            && !may_be_revoked(self.main.len())
    }

    /// Tells whether a key may sign for somebody before a landing: it is listed for them, or for somebody joined to
    /// them by the mailmap.
    pub(super) fn speaks_as(&self, landing: usize, key: Who, by: Who) -> bool {
        let mailmaps = self.files_before(landing, MAILMAP).into_iter();
        let joined: Vec<&(Who, Who)> =
            mailmaps.filter_map(|blob| self.mailmaps.get(&blob?)).collect();
        self.personas(landing, key).into_iter().any(|persona| {
            let both = [(persona, by), (by, persona)];
            persona == by || joined.iter().any(|joined| both.contains(joined))
        })
    }

    pub(super) fn state(&self, files: &Files, id: usize) -> State {
        let found = self.ids(files).remove(&id).unwrap_or_default();
        match found.as_slice() {
            [(path, blob, content)] if content.is_valid() && stem(path) == IDS[id] => {
                State::One(*content, *blob)
            }
            [] => {
                let broken = files.iter().filter(|(path, blob)| {
                    is_record(path) && path.contains(IDS[id]) && !self.contents.contains_key(blob)
                });
                let broken: Vec<Oid> = broken.map(|(_, blob)| *blob).collect();
                if broken.is_empty() { State::Gone } else { State::Unclear(broken) }
            }
            several => State::Unclear(several.iter().map(|(_, blob, _)| *blob).collect()),
        }
    }

    /// Returns the unreadable blobs at the paths that held a record.
    fn broken(&self, files: &Files, held: &[String]) -> State {
        let blobs = held.iter().filter_map(|path| files.get(path));
        let broken: Vec<Oid> =
            blobs.filter(|blob| !self.contents.contains_key(*blob)).copied().collect();
        match broken.is_empty() {
            true => State::Gone,
            false => State::Unclear(broken),
        }
    }

    /// Returns for each landing the commits that it merges, without itself.
    fn ranges(&self) -> Vec<Vec<Oid>> {
        let mut merged: HashSet<Oid> = HashSet::new();
        let mut ranges = Vec::new();
        for landing in &self.main {
            merged.insert(landing.oid);
            let mut range = Vec::new();
            let mut stack: Vec<Oid> =
                self.made[&landing.oid].parents.iter().skip(1).copied().collect();
            while let Some(at) = stack.pop() {
                if merged.insert(at) {
                    range.push(at);
                    stack.extend(&self.made[&at].parents);
                }
            }
            ranges.push(range);
        }
        ranges
    }

    /// Returns the real authors of what a landing changes in the files that `of` selects.
    pub(super) fn makers(
        &self,
        landing: usize,
        range: &[Oid],
        of: &dyn Fn(&Files) -> Vec<Oid>,
        is_about: &dyn Fn(&Files, &str) -> bool,
    ) -> BTreeSet<Who> {
        let land = &self.main[landing];
        let made = &self.made[&land.oid];
        if made.parents.len() < 2 {
            return made.makers.clone();
        }
        let mut makers = BTreeSet::new();
        for oid in range {
            let made = &self.made[oid];
            let own = of(&made.files);
            if made.parents.iter().all(|parent| of(&self.made[parent].files) != own) {
                makers.extend(&made.makers);
            }
        }
        // Content that equals one side of the merge was made there, whatever its path.
        let own = of(&made.files);
        let of_neither = made.parents.iter().all(|it| of(&self.made[it].files) != own);
        if of_neither && land.by_hand.iter().any(|path| is_about(&made.files, path)) {
            makers.extend(land.merger);
        }
        // Content that no commit of the branch made is brought back by those who merged it, inside the branch too.
        let touches = |oid: &Oid| self.touches(*oid, is_about);
        let is_back = makers.is_empty() && !of_neither && !range.iter().any(touches);
        if is_back {
            makers.extend(land.merger);
            makers.extend(self.mergers_of(&own, range, of));
        }
        // Content pushed without a merger is made by the person who pushes it.
        if land.merger.is_none() && (of_neither || is_back) {
            makers.extend(made.makers.iter().filter(|who| **who != Who::Bot && self.open));
        }
        makers
    }
}

impl Truth {
    pub(super) fn of(world: &World) -> Truth {
        let ranges = world.ranges();
        let governance = world.count(&ranges);
        let mut truth = Truth { ids: BTreeMap::new(), governance, is_void: world.is_void() };
        for id in 0..IDS.len() {
            let mut versions = truth.versions(world, &ranges, id);
            plain::mark(world, &ranges, id, &mut versions);
            yes::hear(world, id, &mut versions);
            yes::approve(world, &mut versions);
            truth.ids.insert(id, versions);
        }
        truth
    }

    fn versions(&self, world: &World, ranges: &[Vec<Oid>], id: usize) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        let mut last = State::Gone;
        let mut held: Vec<String> = Vec::new();
        // The file in which it stood alone last.
        let mut alone: Option<String> = None;
        for (landing, land) in world.main.iter().enumerate() {
            let files = &world.made[&land.oid].files;
            // A file that can't be read any more still belongs to the record whose path it is at, whatever its name.
            let own = world.ids(files).remove(&id).unwrap_or_default();
            let mut is_second = false;
            let state = match own.is_empty() {
                true => {
                    let broken = world.broken(files, &held);
                    alone = alone.filter(|_| broken != State::Gone && held.len() == 1);
                    broken
                }
                false => {
                    let own: Vec<String> = own.into_iter().map(|(path, ..)| path).collect();
                    // A second file comes as the first one can't be read any more: it begins anew, with the same bytes too. Over a
                    // second one that can't be read any more, the first goes on.
                    held.retain(|path| !own.contains(path));
                    let goes_on = alone.as_ref().is_some_and(|path| own.contains(path));
                    is_second = !goes_on && world.broken(files, &held) != State::Gone;
                    alone = own.first().filter(|_| own.len() == 1).cloned().or(alone);
                    held = own;
                    world.state(files, id)
                }
            };
            if state == last && !is_second {
                continue;
            }
            // What was said before supports nothing, and who wrote it stays an author.
            let mut kept = BTreeSet::new();
            if is_second {
                // Who only narrows, or only adds what a review records, is no author.
                let n_told = (1..versions.len()).rev().find(|n| {
                    let both = yes::content(world, &versions[n - 1])
                        .zip(yes::content(world, &versions[*n]));
                    !both.is_some_and(|(before, own)| {
                        before.only_adds(&own) || own.may_only_narrow(&before)
                    })
                });
                // A removal ends the series: whoever removed it wrote nothing of what is filed after it.
                let told = versions.get(n_told.unwrap_or_default());
                let told = told.filter(|told| told.state != State::Gone);
                kept.extend(told.into_iter().flat_map(|it| it.makers.iter().copied()));
                versions.push(Version::gone(landing));
            }
            let of = |files: &Files| match world.state(files, id) {
                State::One(_, blob) => vec![blob],
                State::Unclear(blobs) => blobs,
                State::Gone => Vec::new(),
            };
            // If a merge keeps content of a branch and its merger only writes something at another path, he is no
            // author of it.
            let mut makers = world.makers(landing, &ranges[landing], &of, &|files, path| {
                files.get(path).is_some_and(|blob| of(files).contains(blob))
            });
            let mut acts = Vec::new();
            let mut act = |who, persona, signed| {
                acts.push(Act { who, persona, signed, landing: Some(landing) });
            };
            if let Some(merger) = land.merger {
                act(merger, merger, false);
            }
            // A signature on a commit that introduces these bytes covers them, whatever other files of the id the
            // commit holds.
            let holds_all = |oid: &Oid| {
                let held = of(&world.made[oid].files);
                of(files).iter().all(|blob| held.contains(blob))
            };
            let brings = |oid: &&Oid| {
                let first = world.made[*oid].parents.first();
                holds_all(oid) && !first.is_some_and(holds_all)
            };
            let beside = ranges[landing].iter().filter(brings);
            let is_about = |oid: Oid| oid == land.oid || beside.clone().any(|it| *it == oid);
            for who in world.noted(&world.laws_before(landing), &is_about) {
                act(who, who, false);
            }
            for oid in beside.chain([&land.oid]) {
                let made = &world.made[oid];
                let holds =
                    |tag: &&Tag| ranges[landing].contains(&tag.commit) && holds_all(&tag.commit);
                let tagged = made.tags.iter().filter(holds).map(|tag| tag.key);
                for key in made.key.into_iter().chain(tagged) {
                    for persona in world.personas(landing, key) {
                        act(key, persona, true);
                    }
                }
            }
            // A move makes nobody an author: the authors and approvals from before apply to the same bytes.
            if let Some(before) = versions.last().filter(|it| is_moved(&it.state, &state)) {
                makers.clone_from(&before.makers);
                // Who only closed a record is no author of later versions with these bytes.
                if only_closes(&versions) {
                    makers.clear();
                }
                acts.extend(before.acts.iter().cloned());
            }
            makers.extend(kept);
            versions.push(Version {
                landing,
                state: state.clone(),
                makers,
                acts,
                is_approved: false,
                is_plain: false,
            });
            last = state;
        }
        versions
    }
}
