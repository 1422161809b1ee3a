//! Review notes (`refs/notes/review`), written by the forge, by honest people, and in some worlds by anybody.
//!
//! Start at [`World::note`]. In some worlds anybody pushes notes, under any name, and overwrites those of others. The
//! approvals that honest people really gave are kept as [`Noted`].

use std::rc::Rc;

use exledger::history::objects::{Objects, Oid};
use exledger::history::paths::LedgerPrefix;
use exledger::history::walk;
use exledger::history::walked::History;

use super::dice::Dice;
use super::law::Law;
use super::memory::Files;
use super::people::{HONEST, Ident, LIARS, PEOPLE, Who};
use super::verdict::chain_of;
use super::work::typed;
use super::world::World;

/// The current notes, and the approvals that were really given in them.
#[derive(Default)]
pub(super) struct Notes {
    /// Whether anybody can push them.
    pub free: bool,
    /// The commit at the tip of their ref.
    tip: Option<Oid>,
    /// The blob of each note, by the annotated commit.
    files: Files,
    /// The approvals of honest people.
    pub said: Vec<Noted>,
}

/// An approval that somebody really gave in a note.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub commit: Oid,
    pub by: Who,
}

impl World {
    /// Somebody writes a note on a commit.
    pub(super) fn note(&mut self, dice: &mut Dice) {
        let commit = match dice.below(4) {
            0 | 1 => self.tip(),
            2 if !self.branches.is_empty() => self.branches[dice.below(self.branches.len())].tip,
            _ => self.main[dice.below(self.main.len())].oid,
        };
        let lies = self.notes.free && dice.often(60);
        let known = self.notes.files.get(&commit.to_string()).copied();
        let mut text = match known {
            Some(blob) if !lies || dice.often(50) => {
                String::from_utf8(self.memory.bytes(blob)).unwrap()
            }
            _ => String::new(),
        };
        let vote =
            *dice.pick(&["Code-Review+2", "Code-Review+2", "Code-Review+2", "Code-Review+1"]);
        let (author, line) = if lies {
            let who = *dice.pick(LIARS);
            let vote = if dice.often(15) { "Code-Review-2" } else { vote };
            let author = match dice.often(20) {
                true => Ident::new("Gerrit Code Review", "gerrit@forge.example.com"),
                false => typed(who, dice),
            };
            (author, format!("{vote}: {}\n", dice.pick(PEOPLE).ident()))
        } else {
            let by = *dice.pick(HONEST);
            if vote == "Code-Review+2" {
                self.notes.said.push(Noted { commit, by });
            }
            let author = match dice.often(50) {
                true => Ident::new("Gerrit Code Review", "gerrit@forge.example.com"),
                false => by.ident(),
            };
            (author, format!("{vote}: {}\n", by.ident()))
        };
        text += &line;
        self.say(|| format!("{author} notes about {commit}: {text:?}"));
        let blob = self.memory.blob(text.as_bytes());
        self.notes.files.insert(commit.to_string(), blob);
        let tree = self.memory.tree(&Rc::new(self.notes.files.clone()));
        let parent = self.notes.tip.map(|tip| format!("parent {tip}\n"));
        let raw = format!(
            "tree {tree}\n{}author {author} {now} +0000\ncommitter {author} {now} +0000\n\nNotes\n",
            parent.unwrap_or_default(),
            now = self.now,
        );
        self.notes.tip = Some(self.memory.commit(raw.into_bytes()));
    }

    pub(super) fn has_notes(&self) -> bool {
        self.notes.tip.is_some()
    }

    /// Returns who really approved one of the selected commits in a note; nobody if none of the policies accepts notes.
    pub(super) fn noted(&self, laws: &[&Law], is_about: &dyn Fn(Oid) -> bool) -> Vec<Who> {
        let heeds = laws.iter().any(|law| law.heeds_notes());
        let said = self.notes.said.iter().filter(|it| heeds && is_about(it.commit));
        said.map(|it| it.by).collect()
    }

    /// Tells whether a policy trusts what anybody types, notes included, so that nothing is guaranteed.
    pub(super) fn trusts_anybody(&self, law: &Law) -> bool {
        law.is_open() || self.notes.free && law.heeds_notes() && !law.attested
    }

    /// Returns the history from some objects, with the notes; `None` if needed objects are missing.
    pub(super) fn history(&self, objects: &dyn Objects) -> Option<History> {
        let mut history =
            walk::walk(objects, chain_of(self, objects), &LedgerPrefix::default(), None).ok()?;
        history.parse(objects);
        self.read_notes(&mut history, objects);
        Some(history)
    }

    pub(super) fn read_notes(&self, history: &mut History, objects: &dyn Objects) {
        if let Some(tip) = self.notes.tip {
            history.read_notes(objects, tip, None);
        }
    }
}
