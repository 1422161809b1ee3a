//! Records that land under a wrong file name and are moved to their right one later.
//!
//! Start at [`World::misname`].

use super::content::IDS;
use super::dice::Dice;
use super::forge::Way;
use super::memory::Files;
use super::people::{LIARS, MAINTAINERS, Who};
use super::world::{World, is_record, stem};

impl World {
    /// Somebody proposes a record under a wrong file name, or moves such a record to its right name, and that may land.
    pub(super) fn misname(&mut self, dice: &mut Dice) {
        let mut files = self.files(self.tip()).as_ref().clone();
        let there = self.records(&files);
        let is_misnamed = |id: usize, path: &str| stem(path) != IDS[id];
        let wrong = there.iter().find(|(path, it)| is_misnamed(it.id, path));
        let who = *dice.pick(LIARS);
        if let Some((path, content)) = wrong.cloned() {
            let own = format!("exceptions/{}.yaml", IDS[content.id]);
            if let Some(blob) = files.remove(&path) {
                files.insert(own, blob);
            }
            self.say(|| format!("{who:?} gives {path} its own name"));
            return self.propose_plainly(who, files, dice);
        }
        let id = dice.below(2);
        let content = self.some_content(id, dice);
        let holds = |path: &String| is_record(path) && path.contains(IDS[id]);
        files.retain(|path, _| !holds(path));
        let own: Vec<String> =
            there.into_iter().filter(|(_, it)| it.id == id).map(|(path, _)| path).collect();
        files.retain(|path, _| !own.contains(path));
        files.insert("exceptions/draft.yaml".to_owned(), self.write(content));
        self.say(|| format!("{who:?} files a draft: {:?}", content.values));
        self.propose_plainly(who, files.clone(), dice);
        if dice.often(70) && self.files(self.tip()).as_ref() == &files {
            self.misname(dice);
        }
    }

    /// Somebody opens a branch; most often an honest person merges it with the button of the forge.
    fn propose_plainly(&mut self, who: Who, files: Files, dice: &mut Dice) {
        if dice.often(30) {
            return self.propose(who, files, dice);
        }
        let merger = *dice.pick(MAINTAINERS);
        let branch = self.open_branch(who, files, dice);
        self.say(|| format!("{merger:?} merges it"));
        self.land_at_once(&branch, merger, Way::Button, None, dice);
    }
}
