//! Random steps: what people do next.
//!
//! Start at [`World::step`]: one seed, one step. A step that is impossible in the current state does nothing, so that a
//! sequence can be shortened by leaving steps out.

use std::collections::BTreeSet;

use exledger::history::objects::Oid;

use super::content::{self, Content, N};
use super::dice::Dice;
use super::law::Law;
use super::memory::Files;
use super::people::{HONEST, Ident, LIARS, MAINTAINERS, PEOPLE, Who};
use super::statement::{self, About, Review, Signed};
use super::world::{Draft, MAILMAP, POLICY, SIGNERS, World, is_record};

#[derive(Clone, Copy)]
enum Act {
    Work,
    Amend,
    InnerMerge,
    Land,
    Push,
    Govern,
    Sign,
    Review,
    Bridge,
    Drop,
    Forge,
}

impl World {
    /// Creates the ledger: the first commit, with a policy and a signers file.
    pub(super) fn begin(&mut self, dice: &mut Dice) {
        let mut law = Law::careful();
        law.attested = self.open || dice.often(12);
        law.authors_attested = self.open && dice.often(30);
        if dice.often(30) {
            law = law.near(dice);
        }
        law.notes = dice.often(15);
        self.notes.free = dice.often(50);
        law.strict = dice.often(20);
        let mut apart = dice.apart();
        if apart.often(40) {
            self.private = PEOPLE.iter().filter(|_| apart.often(50)).copied().collect();
            let private = self.private.clone();
            self.say(|| format!("by their accounts: {private:?}"));
        }
        if self.open {
            law.attested = true;
        }
        let mut lines: Vec<(Who, Who)> = HONEST.iter().map(|who| (*who, *who)).collect();
        if self.open {
            lines.push((Who::Mal, Who::Mal));
        }
        let mut files = Files::new();
        self.say(|| format!("law: {law:?}"));
        files.insert(POLICY.to_owned(), self.enact(law));
        files.insert(SIGNERS.to_owned(), self.list(lines));
        self.push_by(Who::Sam, files, Ident::new("Root", "root@example.com"), Vec::new());
    }

    /// Does the step that a seed determines.
    pub(super) fn step(&mut self, seed: u64) {
        let mut dice = Dice::new(seed);
        self.now += *dice.pick(&[600, 3600, 3600, 40_000, 90_000, 300_000]);
        // These rolls have generators of their own, so that sequences found earlier stay the same.
        if Dice::new(!seed).often(5) {
            return self.note(&mut dice);
        }
        if Dice::new(!seed ^ 1).often(6) {
            return self.look(&mut dice);
        }
        if Dice::new(!seed ^ 2).often(4) {
            return self.bring_back(&mut dice);
        }
        if Dice::new(!seed ^ 3).often(5) {
            return self.close_or_reopen(&mut dice);
        }
        if Dice::new(!seed ^ 4).often(3) {
            return self.misname(&mut dice);
        }
        let forge = if self.open { 22 } else { 0 };
        let act = dice.weighed(&[
            (26, Act::Work),
            (5, Act::Amend),
            (7, Act::InnerMerge),
            (26, Act::Land),
            (10, Act::Push),
            (3, Act::Govern),
            (10, Act::Sign),
            (4, Act::Review),
            (4, Act::Bridge),
            (5, Act::Drop),
            (forge, Act::Forge),
        ]);
        match act {
            Act::Work => self.work(&mut dice),
            Act::Amend => self.amend(&mut dice),
            Act::InnerMerge => self.inner_merge(&mut dice),
            Act::Land if !self.branches.is_empty() => {
                let n = dice.below(self.branches.len());
                self.land(n, &mut dice);
            }
            Act::Land => {}
            Act::Push => self.push_directly(&mut dice),
            Act::Govern => self.govern(&mut dice),
            Act::Sign => self.sign(&mut dice),
            Act::Review => self.review(&mut dice),
            Act::Bridge => self.bridge(&mut dice),
            Act::Drop => self.drop_files(&mut dice),
            Act::Forge => self.forge(&mut dice),
        }
    }

    /// Restores the last policy if it was removed: a ledger without a policy requires nothing.
    pub(super) fn end(&mut self) {
        let mut files = self.files(self.tip()).as_ref().clone();
        if !files.contains_key(POLICY) {
            let law = self.law_now().clone();
            files.insert(POLICY.to_owned(), self.enact(law));
            self.push_by(Who::Sam, files, Who::Sam.ident(), vec![self.tip()]);
        }
    }

    /// Returns the policy at the tip, or the last one before.
    pub(super) fn law_now(&self) -> &Law {
        let landings = self.main.iter().rev();
        let mut laws = landings
            .filter_map(|landing| self.laws.get(self.made[&landing.oid].files.get(POLICY)?));
        laws.next().unwrap()
    }

    /// Tells whether a policy that may count pins a forge, so that whoever commits checks the messages: one that pins it
    /// counts as long as nobody approves the next.
    pub(super) fn may_be_pinned(&self) -> bool {
        let mut landed = self.main.iter().filter_map(|it| self.made[&it.oid].files.get(POLICY));
        landed.any(|blob| self.laws.get(blob).is_some_and(|law| law.pinned.is_some()))
    }

    /// Pushes files directly to the approved branch.
    pub(super) fn push_by(&mut self, who: Who, files: Files, ident: Ident, parents: Vec<Oid>) {
        let draft = Draft {
            tags: Vec::new(),
            parents,
            files,
            makers: BTreeSet::from([who]),
            author: ident.clone(),
            committer: ident,
            time: self.now,
            message: "Change\n".to_owned(),
            key: None,
        };
        self.push(draft, None, BTreeSet::new());
    }

    fn push_directly(&mut self, dice: &mut Dice) {
        let who = *dice.pick(MAINTAINERS);
        let mut files = self.files(self.tip()).as_ref().clone();
        let what = match dice.below(4) {
            0 => self.bring_signed(&mut files, dice),
            _ => self.edit_record(&mut files, dice),
        };
        if files != *self.files(self.tip()) {
            self.say(|| format!("{who:?} pushes: {what}"));
            self.push_by(who, files, who.ident(), vec![self.tip()]);
        }
    }

    fn govern(&mut self, dice: &mut Dice) {
        let who = *dice.pick(MAINTAINERS);
        let mut files = self.files(self.tip()).as_ref().clone();
        let what = self.edit_governance(&mut files, dice);
        if files != *self.files(self.tip()) {
            self.say(|| format!("{who:?} governs: {what}"));
            self.push_by(who, files, who.ident(), vec![self.tip()]);
        }
    }

    fn sign(&mut self, dice: &mut Dice) {
        let who = if dice.often(80) { *dice.pick(HONEST) } else { *dice.pick(LIARS) };
        let by = if who.is_honest() || dice.often(50) { who } else { *dice.pick(PEOPLE) };
        let rejects = dice.often(12);
        let Some((about, blob)) = self.something(dice) else {
            return;
        };
        let n = self.sign_bytes((who, by), rejects, about, blob);
        if dice.often(60) {
            self.push_signed(n, dice);
        }
        if dice.often(25) && !self.branches.is_empty() {
            let n = dice.below(self.branches.len());
            self.say(|| format!("{who:?} tags branch {n}"));
            self.tag(self.branches[n].tip, who);
        }
    }

    /// Signs a statement with the key of `who` in the name of `by`, and returns its index in `signed`.
    fn sign_bytes(
        &mut self,
        (who, by): (Who, Who),
        rejects: bool,
        about: About,
        blob: Oid,
    ) -> usize {
        let at = self.instant();
        let word = if rejects { "reject" } else { "approve" };
        let tail = if rejects { "reason No\n" } else { "" };
        let text = statement::text(&about, &self.memory.bytes(blob), by, at, word, tail);
        let seal = who.sign("exledger-approval@v1", text.as_bytes());
        self.say(|| format!("{who:?} signs as {by:?}: {word} {about:?} {blob:?}"));
        self.signed.push(Signed { about, blob, key: who, by, at, rejects, text, seal });
        self.signed.len() - 1
    }

    /// A maintainer pushes a signed statement.
    fn push_signed(&mut self, n: usize, dice: &mut Dice) {
        let mut files = self.files(self.tip()).as_ref().clone();
        self.put_signed(&mut files, n);
        let pusher = *dice.pick(MAINTAINERS);
        self.push_by(pusher, files, pusher.ident(), vec![self.tip()]);
    }

    /// Somebody signs a record of a commit in their own name, and a maintainer pushes the statement.
    pub(super) fn sign_one(&mut self, who: Who, at: Oid, dice: &mut Dice) {
        let ids = self.ids(&self.files(at)).into_iter();
        let all: Vec<(usize, Oid)> = ids
            .flat_map(|(id, found)| found.into_iter().map(move |(_, blob, _)| (id, blob)))
            .collect();
        if all.is_empty() {
            return;
        }
        let (id, blob) = *dice.pick(&all);
        let n = self.sign_bytes((who, who), false, About::Record(id), blob);
        self.push_signed(n, dice);
    }

    /// Returns something to approve, from the tip of the approved branch or of another branch.
    fn something(&mut self, dice: &mut Dice) -> Option<(About, Oid)> {
        let at = match self.branches.is_empty() || dice.often(60) {
            true => self.tip(),
            false => self.branches[dice.below(self.branches.len())].tip,
        };
        let files = self.files(at);
        if dice.often(8) {
            let path = *dice.pick(&[POLICY, SIGNERS, MAILMAP]);
            return files.get(path).map(|blob| (About::Governance(path), *blob));
        }
        let ids = self.ids(&files);
        let all: Vec<(usize, Oid)> = ids
            .into_iter()
            .flat_map(|(id, found)| found.into_iter().map(move |(_, blob, _)| (id, blob)))
            .collect();
        if all.is_empty() {
            return None;
        }
        let (id, blob) = *dice.pick(&all);
        Some((About::Record(id), blob))
    }

    /// An honest person reviews something at the forge.
    fn review(&mut self, dice: &mut Dice) {
        let by = *dice.pick(HONEST);
        let Some((about, blob)) = self.something(dice) else {
            return;
        };
        let at = self.instant();
        let tail = "via https://forge.example.com/1\n";
        let text = statement::text(&about, &self.memory.bytes(blob), by, at, "approve", tail);
        self.say(|| format!("{by:?} reviews {about:?} {blob:?}"));
        self.reviews.push(Review { about, blob, by, at, text });
    }

    /// The bridge, or an honest person, adds the approval file of a review that really took place.
    fn bridge(&mut self, dice: &mut Dice) {
        if self.reviews.is_empty() {
            return;
        }
        let review = dice.pick(&self.reviews).clone();
        let mut files = self.files(self.tip()).as_ref().clone();
        let path = statement::path(&review.about, &self.memory.bytes(review.blob), review.by);
        files.insert(path, self.memory.blob(review.text.as_bytes()));
        let bridge =
            Ident::new("github-actions[bot]", "github-actions[bot]@users.noreply.github.com");
        let who = *dice.pick(MAINTAINERS);
        let ident = if dice.often(70) { bridge } else { who.ident() };
        self.say(|| format!("{ident} tells of {:?}'s review", review.by));
        self.push_by(who, files, ident, vec![self.tip()]);
    }

    /// An honest person removes or moves an approval file.
    fn drop_files(&mut self, dice: &mut Dice) {
        let mut files = self.files(self.tip()).as_ref().clone();
        let what = self.drop_approval(&mut files, dice);
        if files != *self.files(self.tip()) {
            let who = *dice.pick(MAINTAINERS);
            self.say(|| format!("{who:?} pushes: {what}"));
            self.push_by(who, files, who.ident(), vec![self.tip()]);
        }
    }

    /// Returns a content that was written before, as it is or with a few changes.
    pub(super) fn some_content(&mut self, id: usize, dice: &mut Dice) -> Content {
        let known: Vec<Content> = self.known.iter().filter(|it| it.id == id).copied().collect();
        if known.is_empty() {
            return some_change(Content::first(id), 3, dice);
        }
        let from = *dice.pick(&known);
        match dice.below(4) {
            0 => from,
            n => some_change(from, n, dice),
        }
    }

    /// Returns the readable records among some files, with their paths.
    pub(super) fn records(&self, files: &Files) -> Vec<(String, Content)> {
        let records = files.iter().filter(|(path, _)| is_record(path));
        records.filter_map(|(path, blob)| Some((path.clone(), *self.contents.get(blob)?))).collect()
    }
}

/// Returns a content with random new values in up to `n_fields` fields.
pub(super) fn some_change(mut content: Content, n_fields: usize, dice: &mut Dice) -> Content {
    for _ in 0..n_fields {
        let field = dice.below(N);
        let rare = [content::CLOSURE, content::CLASS, content::APPLICATION, content::RULE];
        if rare.contains(&field) && dice.often(60) {
            continue;
        }
        let value = dice.below(content::n_values(field));
        content = content.with(field, u8::try_from(value).unwrap());
    }
    if !content.is_valid() && dice.often(90) {
        content = content.with(content::TRIGGERS, 3);
    }
    content
}
