//! How branches land: merged, squashed or rebased, by people who look at them or by a bot that does not.
//!
//! Start at [`World::land`]. A forge names its accounts; a person who merges by hand names themselves; the text of
//! commits inside a branch stays as typed.

use std::collections::BTreeSet;

use exledger::history::objects::Oid;

use super::dice::Dice;
use super::memory::Files;
use super::people::{Ident, MAINTAINERS, Who};
use super::world::{Branch, Draft, Landing, Tag, World};

/// How a branch lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// With the merge button of a forge: the person who merges is the author.
    Button,
    /// With `git merge`.
    Hand,
    /// By a forge that names the person who opened the pull request as author of the merge.
    Opener,
    /// As one commit whose author is the person who opened the pull request.
    Squash,
    /// Like `Squash`, but the committer is the person who pressed the button.
    SquashBy,
    /// With `git merge --squash`.
    SquashByHand,
    /// Commit by commit.
    Rebase,
}

const WAYS: &[(usize, Way)] = &[
    (5, Way::Button),
    (4, Way::Hand),
    (2, Way::Opener),
    (4, Way::Squash),
    (2, Way::SquashBy),
    (1, Way::SquashByHand),
    (5, Way::Rebase),
];

impl World {
    /// Lands a branch.
    pub(super) fn land(&mut self, n: usize, dice: &mut Dice) {
        let branch = self.branches[n].clone();
        let way = dice.weighed(WAYS);
        let bot = !self.open && dice.often(25);
        let merger = if bot { Who::Bot } else { *dice.pick(MAINTAINERS) };
        if self.ancestors(self.tip()).contains(&branch.tip) {
            return;
        }
        let key = (!bot && dice.often(10)).then_some(merger);
        let before = self.main.len();
        match way {
            Way::Rebase => self.rebase(&branch, merger, dice),
            _ => self.land_at_once(&branch, merger, way, key, dice),
        }
        if self.main.len() > before {
            let n_landed = self.main.len() - before;
            self.say(|| {
                format!("{merger:?} lands branch {n} of {:?}: {way:?}, {n_landed}", branch.opener)
            });
        }
    }

    pub(super) fn land_at_once(
        &mut self,
        branch: &Branch,
        merger: Who,
        way: Way,
        key: Option<Who>,
        dice: &mut Dice,
    ) {
        let tip = self.tip();
        let (mut files, conflicts) = self.merged(tip, branch.tip);
        let theirs = self.files(branch.tip);
        let mut by_hand = BTreeSet::new();
        if !conflicts.is_empty() && merger == Who::Bot {
            return;
        }
        for path in conflicts {
            match (dice.below(3), theirs.get(&path)) {
                (0, Some(theirs)) => {
                    files.insert(path, *theirs);
                }
                (1, _) if super::world::is_record(&path) => {
                    let known = self.known.clone();
                    let blob = self.write(*dice.pick(&known));
                    let is_new = ![files.get(&path), theirs.get(&path)].contains(&Some(&blob));
                    files.insert(path.clone(), blob);
                    by_hand.extend(is_new.then_some(path));
                }
                _ => {}
            }
        }
        if !self.is_acceptable(&self.files(tip), &files, merger) {
            return;
        }
        let mut makers: BTreeSet<Who> =
            self.range(branch.tip).iter().flat_map(|(_, who)| who.clone()).collect();
        if !by_hand.is_empty() {
            makers.insert(merger);
        }
        let squash = matches!(way, Way::Squash | Way::SquashBy | Way::SquashByHand);
        let own = match way {
            Way::Hand | Way::SquashByHand => merger.ident(),
            _ => self.on_the_forge(merger, dice),
        };
        let opener = self.on_the_forge(branch.opener, dice);
        let (author, committer) = match way {
            Way::Button => (own, Ident::github()),
            Way::Opener => (opener, own),
            Way::Squash => (opener, Ident::github()),
            Way::SquashBy => (opener, own),
            _ => (own.clone(), own),
        };
        let title = match way {
            Way::Button | Way::Squash | Way::Opener if !self.may_be_pinned() => title(branch, dice),
            // A person who commits under their own name reads the message.
            _ => "Change".to_owned(),
        };
        let mut message = match way {
            Way::Button => format!("Merge pull request #7 from x/y\n\n{title}\n"),
            Way::Opener => format!("Merged in x/y (pull request #7)\n\n{title}\n"),
            Way::Hand => "Merge branch 'topic'\n".to_owned(),
            Way::SquashByHand => "Take it\n".to_owned(),
            _ => format!("{title} (#7)\n\n* Work\n"),
        };
        if squash {
            message.push('\n');
            // Forges name the authors of all commits, as typed; so does a person who squashes by hand.
            for (commit, _) in self.range(branch.tip) {
                let named = self.made[&commit].author.clone();
                message.push_str(&format!("Co-authored-by: {named}\n"));
            }
            if !by_hand.is_empty() {
                message.push_str(&format!("Co-authored-by: {}\n", merger.ident()));
            }
        }
        let parents = if squash { vec![tip] } else { vec![tip, branch.tip] };
        // A person who merges by hand may have pulled a signed tag.
        let is_pulled = |tag: &&Tag| way == Way::Hand && tag.commit == branch.tip;
        let tags = self.tags.iter().filter(is_pulled).cloned().collect();
        let merger = (merger != Who::Bot).then_some(merger);
        self.push(
            Draft { tags, parents, files, makers, author, committer, time: self.now, message, key },
            merger,
            by_hand,
        );
    }

    /// Returns the commits that a branch would merge, oldest first, with their real authors.
    pub(super) fn range(&self, tip: Oid) -> Vec<(Oid, BTreeSet<Who>)> {
        let landed = self.ancestors(self.tip());
        let mut found = Vec::new();
        let mut stack = vec![tip];
        while let Some(at) = stack.pop() {
            if !landed.contains(&at) && !found.contains(&at) {
                found.push(at);
                stack.extend(&self.made[&at].parents);
            }
        }
        found.reverse();
        found.into_iter().map(|oid| (oid, self.made[&oid].makers.clone())).collect()
    }

    /// Lands the commits of a branch one by one: authors and messages stay as they were typed.
    fn rebase(&mut self, branch: &Branch, merger: Who, dice: &Dice) {
        let committer = self.on_the_forge(merger, dice);
        let landed = self.ancestors(self.tip());
        let mut picked = Vec::new();
        let mut at = branch.tip;
        while !landed.contains(&at) {
            picked.push(at);
            match self.made[&at].parents.as_slice() {
                [only] => at = *only,
                _ => return,
            }
        }
        let stripped = self.may_be_pinned();
        let (mut files, start) = (self.files(self.tip()).as_ref().clone(), self.main.len());
        let mut drafts = Vec::new();
        for oid in picked.into_iter().rev() {
            let made = self.made[&oid].clone();
            let base = self.files(made.parents[0]);
            let before = files.clone();
            let paths: BTreeSet<&String> = base.keys().chain(made.files.keys()).collect();
            for path in paths {
                let (old, new) = (base.get(path), made.files.get(path));
                if old == new {
                    continue;
                }
                let Ok(blob) =
                    self.memory.merge_file(old.copied(), before.get(path).copied(), new.copied())
                else {
                    return;
                };
                match blob {
                    Some(blob) => files.insert(path.clone(), blob),
                    None => files.remove(path),
                };
            }
            for (path, blob) in &files {
                self.learn(*blob, path);
            }
            if files == before {
                continue;
            }
            if self.is_lying(&before, &files)
                || merger == Who::Bot && !self.is_acceptable(&before, &files, merger)
            {
                return;
            }
            let message = match stripped {
                // Pinning a forge declares that the committer checks the claims in the messages.
                true => "Change\n".to_owned(),
                false => made.message,
            };
            drafts.push((files.clone(), made.makers, made.author, message));
        }
        for (n, (files, makers, author, message)) in drafts.into_iter().enumerate() {
            let parents = vec![self.tip()];
            let draft = Draft {
                tags: Vec::new(),
                parents,
                files,
                makers,
                author,
                committer: committer.clone(),
                time: self.now + i64::try_from(self.main.len() - start + n).unwrap(),
                message,
                key: None,
            };
            self.push(draft, (merger != Who::Bot).then_some(merger), BTreeSet::new());
        }
    }

    /// Adds a commit to the approved branch.
    pub(super) fn push(&mut self, draft: Draft, merger: Option<Who>, by_hand: BTreeSet<String>) {
        let oid = self.commit(draft);
        self.main.push(Landing { oid, merger, by_hand, at: self.instant() });
    }

    /// Tells whether honest people, or the rules for the bot, allow a change to land.
    ///
    /// Nobody lands a change of approval files alone if one of them reports a review that never took place. The bot
    /// lands no change of approval files alone.
    fn is_acceptable(&self, before: &Files, after: &Files, merger: Who) -> bool {
        let changed = changed(before, after);
        let alone = changed.iter().all(|path| path.contains("/.approvals/"));
        if alone && self.is_lying(before, after) {
            return false;
        }
        merger != Who::Bot || !changed.iter().any(|path| alone && path.contains("/.approvals/"))
    }

    /// Tells whether a change adds an approval file for a review that never took place.
    fn is_lying(&self, before: &Files, after: &Files) -> bool {
        changed(before, after).iter().any(|path| {
            let Some(blob) = after.get(*path) else {
                return false;
            };
            let text = || String::from_utf8(self.memory.bytes(*blob)).unwrap();
            path.contains("/.approvals/") && path.ends_with(".txt") && {
                let text = text();
                text.contains("\nvia ") && !self.reviews.iter().any(|review| review.text == text)
            }
        })
    }
}

/// Returns the title of a pull request, which the person who opens it chooses.
fn title(branch: &Branch, dice: &mut Dice) -> String {
    if branch.opener.is_honest() || dice.often(50) {
        return "Change".to_owned();
    }
    let who = *dice.pick(super::people::PEOPLE);
    let token = *dice.pick(&["Reviewed-by", "Approved-by", "Acked-by"]);
    format!("{token}: {}", who.ident())
}

pub(super) fn changed<'f>(before: &'f Files, after: &'f Files) -> BTreeSet<&'f String> {
    let paths = before.keys().chain(after.keys());
    paths.filter(|path| before.get(*path) != after.get(*path)).collect()
}
