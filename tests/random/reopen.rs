//! Records that are closed together with other changes, and reopened.
//!
//! Start at [`World::close_or_reopen`].

use std::collections::BTreeSet;

use super::content::{CLOSURE, Content};
use super::dice::Dice;
use super::memory::Files;
use super::people::{LIARS, MAINTAINERS, Who};
use super::steps::some_change;
use super::world::{Branch, Draft, World};

impl World {
    /// An honest person closes and changes a record without review, or a closed record is reopened.
    pub(super) fn close_or_reopen(&mut self, dice: &mut Dice) {
        let there = self.records(&self.files(self.tip()));
        if there.is_empty() {
            return;
        }
        let (path, content) = dice.pick(&there).clone();
        if content.get(CLOSURE) > 0 {
            return self.reopen(&path, content, dice);
        }
        let who = *dice.pick(MAINTAINERS);
        let closed = some_change(content, dice.below(3), dice).with(CLOSURE, 1);
        let mut files = self.files(self.tip()).as_ref().clone();
        files.insert(path, self.write(closed));
        self.say(|| format!("{who:?} closes it: {:?}", closed.values));
        self.push_by(who, files, who.ident(), vec![self.tip()]);
        if dice.often(50) {
            self.reopen_at_tip(dice);
        }
    }

    fn reopen_at_tip(&mut self, dice: &mut Dice) {
        let there = self.records(&self.files(self.tip())).into_iter();
        let mut closed = there.filter(|(_, content)| content.get(CLOSURE) > 0);
        if let Some((path, content)) = closed.next() {
            self.reopen(&path, content, dice);
        }
    }

    /// Somebody proposes the record without its closure, and that may land.
    fn reopen(&mut self, path: &str, content: Content, dice: &mut Dice) {
        let who = *dice.pick(LIARS);
        let open = some_change(content, dice.below(2), dice).with(CLOSURE, 0);
        let mut files = self.files(self.tip()).as_ref().clone();
        files.insert(path.to_owned(), self.write(open));
        self.say(|| format!("{who:?} opens it again: {:?}", open.values));
        self.propose(who, files, dice);
    }

    /// Somebody opens a branch with one commit, and it may land.
    pub(super) fn propose(&mut self, who: Who, files: Files, dice: &mut Dice) {
        self.open_branch(who, files, dice);
        self.land(self.branches.len() - 1, dice);
    }

    /// Somebody opens a branch with one commit.
    pub(super) fn open_branch(&mut self, who: Who, files: Files, dice: &mut Dice) -> Branch {
        let tip = self.commit(Draft {
            tags: Vec::new(),
            parents: vec![self.tip()],
            files,
            makers: BTreeSet::from([who]),
            author: self.typed(who, dice),
            committer: self.typed(who, dice),
            time: self.now,
            message: "Propose it\n".to_owned(),
            key: None,
        });
        let branch = Branch { tip, opener: who };
        self.branches.push(branch.clone());
        branch
    }
}
