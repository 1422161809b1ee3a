//! Old content that a merge brings back, although no commit of its branch touched it.
//!
//! Start at [`World::bring_back`], and in the oracle at [`World::touches`].

use std::collections::BTreeSet;

use exledger::history::objects::Oid;

use super::dice::Dice;
use super::forge::{Way, changed};
use super::memory::Files;
use super::people::{HONEST, Who};
use super::world::{Branch, Draft, World, is_record};

impl World {
    /// An honest person merges an old commit of the approved branch into a branch, keeps its records, and may approve
    /// them.
    pub(super) fn bring_back(&mut self, dice: &mut Dice) {
        let (tip, old) = (self.tip(), self.main[dice.below(self.main.len())].oid);
        let who = *dice.pick(HONEST);
        let mut files = self.files(tip).as_ref().clone();
        files.retain(|path, _| !is_record(path));
        let before = self.files(old);
        let records = before.iter().filter(|(path, _)| is_record(path));
        files.extend(records.map(|(path, blob)| (path.clone(), *blob)));
        if files == *self.files(tip) {
            return;
        }
        let mut parents = vec![tip, old];
        if dice.often(30) {
            parents.reverse();
        }
        self.say(|| format!("{who:?} brings back the records of {old} in a branch"));
        let draft = Draft {
            tags: Vec::new(),
            parents,
            files,
            makers: BTreeSet::from([who]),
            author: who.ident(),
            committer: who.ident(),
            time: self.now,
            message: "Bring it back\n".to_owned(),
            key: None,
        };
        let tip = self.commit(draft);
        let branch = Branch { tip, opener: who };
        if self.open || dice.often(30) {
            return self.branches.insert(0, branch);
        }
        self.land_at_once(&branch, Who::Bot, Way::Hand, None, dice);
        if dice.often(80) {
            self.sign_one(who, tip, dice);
        }
    }

    /// Returns the people who, inside the branch, merged these bytes with a parent that lacks them. A merge that only
    /// drops other files of the id brings nothing back.
    pub(super) fn mergers_of(
        &self,
        own: &[Oid],
        range: &[Oid],
        of: &dyn Fn(&Files) -> Vec<Oid>,
    ) -> BTreeSet<Who> {
        let lacks = |parent: &Oid| {
            let there = of(&self.made[parent].files);
            match own.is_empty() {
                true => !there.is_empty(),
                false => !own.iter().all(|blob| there.contains(blob)),
            }
        };
        let merges = range.iter().map(|oid| &self.made[oid]);
        let takes = merges.filter(|made| of(&made.files) == own && made.parents.iter().any(lacks));
        takes.flat_map(|made| made.makers.clone()).collect()
    }

    /// Tells whether a commit, compared with each of its parents, changes a file that `is_about` selects or makes some
    /// record unreadable.
    pub(super) fn touches(&self, oid: Oid, is_about: &dyn Fn(&Files, &str) -> bool) -> bool {
        let own = &self.made[&oid];
        let is_broken = |path: &str| {
            let blob = own.files.get(path);
            is_record(path) && blob.is_some_and(|blob| !self.contents.contains_key(blob))
        };
        own.parents.iter().all(|parent| {
            let before = &self.made[parent].files;
            let mut paths = changed(before, &own.files).into_iter();
            paths
                .any(|path| is_about(before, path) || is_about(&own.files, path) || is_broken(path))
        })
    }
}
