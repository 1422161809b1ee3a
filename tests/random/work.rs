//! Work on branches, under any name, and Mal's pushes to the approved branch.
//!
//! Start at [`World::work`].

use std::collections::BTreeSet;

use super::dice::Dice;
use super::people::{HONEST, Ident, LIARS, PEOPLE, PRIVATE, Who};
use super::world::{Branch, Draft, Tag, World};

impl World {
    /// Somebody commits to a branch; dishonest people do so under any name.
    pub(super) fn work(&mut self, dice: &mut Dice) {
        let honest = dice.often(15);
        let who = *dice.pick(if honest { HONEST } else { LIARS });
        let n = dice.below(3);
        let at = match self.branches.get(n) {
            Some(branch) if dice.often(75) => branch.tip,
            _ if dice.often(85) => self.tip(),
            _ => self.main[dice.below(self.main.len())].oid,
        };
        let mut files = self.files(at).as_ref().clone();
        let mut what = String::new();
        for _ in 0..=dice.below(2) {
            what += &match dice.below(20) {
                0..=12 => self.edit_record(&mut files, dice),
                13 | 14 if !honest => self.edit_governance(&mut files, dice),
                15 if !honest => self.lie(&mut files, dice),
                16 => self.drop_approval(&mut files, dice),
                _ => self.bring_signed(&mut files, dice),
            };
            what += "; ";
        }
        let author = self.typed(who, dice);
        let draft = Draft {
            tags: Vec::new(),
            parents: vec![at],
            files,
            makers: BTreeSet::from([who]),
            committer: self.typed(who, dice),
            time: self.now,
            message: message(who, dice),
            key: dice.often(8).then_some(who),
            author,
        };
        self.say(|| {
            format!("{who:?} as {} on branch {n}: {what}{:?}", draft.author, draft.message)
        });
        let tip = self.commit(draft);
        let branch = Branch { tip, opener: who };
        match self.branches.get_mut(n) {
            Some(known) if self.made[&tip].parents == [known.tip] => known.tip = tip,
            Some(known) => *known = branch,
            None => self.branches.push(branch),
        }
    }

    /// A dishonest person amends the last commit of a branch, under any name.
    pub(super) fn amend(&mut self, dice: &mut Dice) {
        if self.branches.is_empty() {
            return;
        }
        let n = dice.below(self.branches.len());
        let tip = self.branches[n].tip;
        if self.main.iter().any(|landing| landing.oid == tip) {
            return;
        }
        let made = self.made[&tip].clone();
        let who = *dice.pick(LIARS);
        let draft = Draft {
            tags: Vec::new(),
            parents: made.parents,
            files: made.files.as_ref().clone(),
            makers: BTreeSet::from([who]),
            author: self.typed(who, dice),
            committer: self.typed(who, dice),
            time: self.now,
            message: message(who, dice),
            key: None,
        };
        self.say(|| format!("{who:?} amends branch {n} as {} {:?}", draft.author, draft.message));
        self.branches[n].tip = self.commit(draft);
    }

    /// Merges something into a branch; dishonest people choose the result, the order of the parents and the tags.
    pub(super) fn inner_merge(&mut self, dice: &mut Dice) {
        if self.branches.is_empty() {
            return;
        }
        let n = dice.below(self.branches.len());
        let ours = self.branches[n].tip;
        let theirs = match dice.below(2) {
            0 => self.main[dice.below(self.main.len())].oid,
            _ => self.branches[dice.below(self.branches.len())].tip,
        };
        if ours == theirs {
            return;
        }
        let honest = dice.often(20);
        let who = *dice.pick(if honest { HONEST } else { LIARS });
        let (mut files, conflicts) = self.merged(ours, theirs);
        if honest && !conflicts.is_empty() {
            return;
        }
        let how = dice.below(4);
        match how {
            0 if !honest => files = self.files(theirs).as_ref().clone(),
            1 if !honest => files = self.files(ours).as_ref().clone(),
            2 if !honest => {
                self.edit_record(&mut files, dice);
            }
            _ => {}
        }
        let swapped = !honest && dice.often(20);
        let parents = if swapped { vec![theirs, ours] } else { vec![ours, theirs] };
        let draft = Draft {
            tags: some_tags(&self.tags, !honest, dice),
            parents,
            files,
            makers: BTreeSet::from([who]),
            author: self.typed(who, dice),
            committer: self.typed(who, dice),
            time: self.now,
            message: message(who, dice),
            key: None,
        };
        self.say(|| {
            format!(
                "{who:?} as {} merges into branch {n}, way {how}, swapped {swapped}",
                draft.author
            )
        });
        self.branches[n].tip = self.commit(draft);
    }

    /// Mal pushes whatever he likes to the approved branch.
    pub(super) fn forge(&mut self, dice: &mut Dice) {
        let who = Who::Mal;
        let mut files = self.files(self.tip()).as_ref().clone();
        let mut parents = vec![self.tip()];
        let what = match dice.below(12) {
            0 => self.edit_governance(&mut files, dice),
            1..=3 => self.bring_signed(&mut files, dice),
            4 => self.lie(&mut files, dice),
            5 => self.drop_approval(&mut files, dice),
            _ => self.edit_record(&mut files, dice),
        };
        if dice.often(35) && !self.branches.is_empty() {
            let other = self.branches[dice.below(self.branches.len())].tip;
            if !self.ancestors(self.tip()).contains(&other) {
                parents.push(other);
                if dice.often(70) {
                    files = self.merged(self.tip(), other).0;
                }
            }
        }
        let (author, committer) = (self.typed(who, dice), self.typed(who, dice));
        let past = *dice.pick(&[0, 0, 0, -90_000, 200_000]);
        let draft = Draft {
            tags: some_tags(&self.tags, true, dice),
            parents,
            files,
            makers: BTreeSet::from([who]),
            author,
            committer,
            time: self.now + past,
            message: message(who, dice),
            key: dice.often(40).then_some(who),
        };
        self.say(|| {
            format!(
                "Mal pushes as {} / {}: {what}{:?}",
                draft.author, draft.committer, draft.message
            )
        });
        self.push(draft, None, BTreeSet::new());
    }
}

/// Returns the tags that a merge carries: sometimes any tag, if a dishonest person makes it.
fn some_tags(tags: &[Tag], lies: bool, dice: &mut Dice) -> Vec<Tag> {
    match lies && !tags.is_empty() && dice.often(40) {
        true => vec![dice.pick(tags).clone()],
        false => Vec::new(),
    }
}

impl World {
    /// Returns how the forge names a person who uses it: mostly by their account, if they hide their address.
    pub(super) fn on_the_forge(&self, who: Who, dice: &Dice) -> Ident {
        let mut apart = dice.apart();
        match self.private.contains(&who) && apart.often(70) {
            true => some_account(who, &mut apart),
            false => who.ident(),
        }
    }

    /// Returns the identity under which somebody commits: if they are honest, their own or that of their account.
    pub(super) fn typed(&self, who: Who, dice: &mut Dice) -> Ident {
        let mut apart = dice.apart();
        let ident = typed(who, dice);
        let percent = if who.is_honest() { 40 } else { 25 };
        if self.private.is_empty() || !apart.often(percent) {
            return ident;
        }
        match who.is_honest() {
            true if self.private.contains(&who) => some_account(who, &mut apart),
            true => ident,
            false => some_account(*apart.pick(PEOPLE), &mut apart),
        }
    }
}

fn some_account(who: Who, dice: &mut Dice) -> Ident {
    let private = *dice.pick(PRIVATE);
    who.account(private, dice.often(60))
}

/// Returns the identity that somebody types: their own, if they are honest.
pub(super) fn typed(who: Who, dice: &mut Dice) -> Ident {
    if who.is_honest() {
        return if dice.often(90) { who.ident() } else { who.second() };
    }
    match dice.below(10) {
        0..=3 => who.ident(),
        4 => dice.pick(PEOPLE).second(),
        5 if dice.often(30) => Ident::github(),
        6 if dice.often(30) => Who::Bot.ident(),
        _ => dice.pick(PEOPLE).ident(),
    }
}

/// Returns a commit message: dishonest people may claim reviews and merges in it.
pub(super) fn message(who: Who, dice: &mut Dice) -> String {
    if who.is_honest() || dice.often(50) {
        return "Change\n".to_owned();
    }
    let subject = *dice.pick(&[
        "Change",
        "Merge pull request #9 from x/z",
        "Merge branch 'z' into 'main'",
        "Merge branch 'main'",
        "Change (#9)",
        "Merged in z (pull request #9)",
        "Auto merge of #572 - x:z, r=dana",
        "Merge #12\n\n12: Change r=lee a=x",
        "Change\n\nReviewed By: cy\n\nDifferential Revision: https://forge.example.com/D1",
    ]);
    let mut message = format!("{subject}\n\n");
    if dice.often(30) {
        message += "See merge request x/z!9\n\n";
    }
    for _ in 0..=dice.below(2) {
        let token = *dice.pick(&[
            "Reviewed-by",
            "Approved-by",
            "Acked-by",
            "Co-authored-by",
            "Reviewed-on",
        ]);
        message += &format!("{token}: {}\n", dice.pick(PEOPLE).ident());
    }
    message
}
