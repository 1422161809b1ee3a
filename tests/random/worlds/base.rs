//! What happens in a ledger with or without inserted text: people file, approve, amend, review and close, and change the
//! rules.
//!
//! Start at [`Base::begin`] and [`Base::act`]. What an act writes does not depend on inserted text, except that a change
//! of the rules is made on top of the file as it is.

use std::collections::BTreeMap;

use crate::dice::Dice;

use super::ledger::{About, Backed, Edits, Landing, Ledger, Said, public, say};
use super::texts::{APPLICATIONS, CAUSES, POLICY, RecordText, Rules, SIGNERS};

/// A record as its people wrote it.
#[derive(Clone, Debug)]
pub(super) struct Filed {
    pub author: &'static str,
    pub now: RecordText,
    /// What somebody approved last.
    pub approved: Option<RecordText>,
    /// Everything that somebody approved, the earliest first.
    pub approvals: Vec<RecordText>,
    /// Everything that was written, the earliest first.
    pub all: Vec<RecordText>,
    pub is_over: bool,
    /// Whether it was approved before any text was inserted.
    pub is_first: bool,
}

/// What the acts of a history left, apart from inserted text.
pub(super) struct Base {
    pub rules: Rules,
    /// The person who inserts text.
    pub inserter: &'static str,
    pub records: BTreeMap<String, Filed>,
    /// Whether keys of Dana and Lee are listed.
    pub has_keys: bool,
    /// The application about which the inserter filed an emergency that nobody else looked at.
    pub emergency: Option<usize>,
    pub policy: String,
    pub signers: Option<String>,
    /// Whether all records but emergencies are about an identity.
    pub is_about_access: bool,
    n_filed: usize,
    n_comments: usize,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Base {
    /// Begins a ledger with rules, and with some records that are approved.
    pub(super) fn begin(ledger: &mut Ledger, seed: u64) -> Base {
        let mut dice = Dice::new(seed);
        let rules = Rules::new(&mut dice);
        let inserter = if dice.often(50) { "ana" } else { "mallory" };
        Base::begin_as(ledger, &mut dice, rules, inserter, &|_| {})
    }

    /// Begins a ledger with rules whose files may be prepared further.
    pub(super) fn begin_as(
        ledger: &mut Ledger,
        dice: &mut Dice,
        rules: Rules,
        inserter: &'static str,
        prepare: &dyn Fn(&mut Edits),
    ) -> Base {
        let mut base = Base {
            inserter,
            records: BTreeMap::new(),
            has_keys: rules.has_keys,
            emergency: None,
            policy: rules.policy(),
            signers: rules.signers(),
            is_about_access: false,
            n_filed: 0,
            n_comments: 0,
            rules,
        };
        let mut edits = Edits::from([(POLICY.to_owned(), Some(base.policy.clone()))]);
        if let Some(signers) = &base.signers {
            edits.insert(SIGNERS.to_owned(), Some(signers.clone()));
        }
        prepare(&mut edits);
        base.policy = edits[POLICY].clone().unwrap();
        base.signers = edits.get(SIGNERS).cloned().flatten();
        ledger.land(&Landing::push("root"), &edits);
        let n_first = if dice.often(50) { 3 } else { 1 };
        let alike = RecordText::new("EXC-2026-00000", dice);
        for _ in 0..n_first {
            if base.can_approve() {
                base.file(ledger, dice, Some(&alike), true);
            }
        }
        for filed in base.records.values_mut() {
            filed.is_first = filed.approved.is_some();
        }
        base
    }

    /// Tells whether people can approve records: where signatures are asked for, keys are listed.
    pub(super) fn can_approve(&self) -> bool {
        !self.rules.attested || self.has_keys
    }

    /// Acts once; each act lands one commit.
    pub(super) fn act(&mut self, ledger: &mut Ledger, seed: u64) {
        let mut dice = Dice::new(seed);
        ledger.now += match dice.below(6) {
            0 => 6 * DAY,
            1 => DAY,
            _ => HOUR,
        };
        let n = dice.below(100);
        match n {
            0..15 => self.file(ledger, &mut dice, None, n < 10),
            15..30 => self.approve(ledger, &mut dice),
            30..50 => self.amend(ledger, &mut dice),
            50..58 => self.close(ledger, &mut dice),
            58..66 => self.file_again(ledger, &mut dice),
            66..74 => self.review(ledger, &mut dice),
            74..84 => self.change_rules(ledger, &mut dice),
            84..88 => self.restore_rules(ledger),
            88..95 => self.file_emergency(ledger, &mut dice),
            _ => self.reject(ledger, &mut dice),
        }
    }

    fn comment(&mut self) -> String {
        self.n_comments += 1;
        format!("# {}\n", self.n_comments)
    }

    /// Lands nothing that decides anything.
    fn note(&mut self, ledger: &mut Ledger, by: &str) {
        let text = self.comment();
        let edits = Edits::from([("docs/notes.md".to_owned(), Some(text))]);
        ledger.land(&Landing::push(by), &edits);
    }

    /// Lands a text that Dana and Lee approve, and the approvals in the same act where nobody signs.
    pub(super) fn land_approved(&mut self, ledger: &mut Ledger, author: &str, record: &RecordText) {
        let text = record.text();
        let mut edits = Edits::from([(record.path(), Some(text.clone()))]);
        if self.has_keys {
            self.sign(ledger, &mut edits, About::Record(&record.id), &text);
            ledger.land(&Landing::push(author), &edits);
        } else {
            if ledger.text(&record.path()) == Some(text) {
                ledger.unchanged.insert(record.id.clone());
            }
            let reviewed = "Reviewed-by: Lee <lee@example.com>";
            ledger.land(&Landing::merge(author, "dana").saying(reviewed), &edits);
        }
    }

    fn sign(&self, ledger: &Ledger, edits: &mut Edits, about: About, text: &str) {
        for by in ["dana", "lee"] {
            let said = Said {
                about,
                text,
                from: None,
                by,
                rejects: false,
                at: ledger.at(),
                backed: Backed::Key(by),
            };
            say(edits, &said);
        }
    }

    fn file(
        &mut self,
        ledger: &mut Ledger,
        dice: &mut Dice,
        like: Option<&RecordText>,
        approved: bool,
    ) {
        self.n_filed += 1;
        let id = format!("EXC-2026-{:05}", self.n_filed);
        let author = if dice.often(60) { "ana" } else { "bob" };
        let mut record = RecordText::new(&id, dice);
        if let Some(like) = like {
            record = RecordText { id: id.clone(), ..like.clone() };
            ledger.now += DAY;
        }
        record.is_access = dice.often(10) || self.is_about_access;
        let approved = approved && self.can_approve();
        if approved {
            self.land_approved(ledger, author, &record);
        } else {
            let edits = Edits::from([(record.path(), Some(record.text()))]);
            ledger.land(&Landing::push(author), &edits);
        }
        let filed = Filed {
            author,
            approved: approved.then(|| record.clone()),
            approvals: approved.then(|| record.clone()).into_iter().collect(),
            all: vec![record.clone()],
            now: record,
            is_over: false,
            is_first: false,
        };
        self.records.insert(id, filed);
    }

    fn pick(&self, dice: &mut Dice, fits: impl Fn(&Filed) -> bool) -> Option<String> {
        let ids: Vec<&String> =
            self.records.iter().filter(|(_, filed)| fits(filed)).map(|(id, _)| id).collect();
        (!ids.is_empty()).then(|| (*dice.pick(&ids)).clone())
    }

    /// Approves a record that waits; Dana and Lee merge a cosmetic change where nobody signs.
    fn approve(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let waits = |filed: &Filed| !filed.is_over && filed.approved.as_ref() != Some(&filed.now);
        let Some(id) = self.pick(dice, waits) else {
            return self.note(ledger, "kim");
        };
        let now = self.records[&id].now.clone();
        let mut edits = Edits::new();
        let text = now.text();
        if self.has_keys {
            self.sign(ledger, &mut edits, About::Record(&id), &text);
        } else if self.rules.has_bridge && !self.rules.attested {
            for by in ["dana", "lee"] {
                let (about, backed) = (About::Record(&id), Backed::Bridge("bridge"));
                let at = ledger.at();
                say(
                    &mut edits,
                    &Said { about, text: &text, from: None, by, rejects: false, at, backed },
                );
            }
        } else {
            return self.note(ledger, "kim");
        }
        ledger.land(&Landing::push("kim"), &edits);
        if now.class == "emergency" {
            self.emergency = None;
        }
        let filed = self.records.get_mut(&id).unwrap();
        filed.approvals.push(now.clone());
        filed.approved = Some(now);
    }

    /// Changes a record; what only narrows is approved at once.
    fn amend(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let Some(id) = self.pick(dice, |filed| !filed.is_over && filed.now.class == "standard")
        else {
            return self.note(ledger, "kim");
        };
        let filed = self.records[&id].clone();
        let mut next = filed.now.clone();
        let mut is_narrower = false;
        match dice.below(6) {
            0 => next.end = (next.end + 1).min(3),
            1 => next.resources = (next.resources + 1).min(3),
            2 => next.is_high = !next.is_high,
            3 => next.cause = CAUSES[dice.below(2)],
            4 if next.end > 1 => {
                next.end -= 1;
                is_narrower = true;
            }
            _ if next.resources > 1 => {
                next.resources -= 1;
                is_narrower = true;
            }
            _ => next.is_high = true,
        }
        if next == filed.now || is_narrower && !self.can_approve() {
            return self.note(ledger, "kim");
        }
        let approved = self.can_approve() && (is_narrower || dice.often(50));
        if approved {
            self.land_approved(ledger, filed.author, &next);
        } else {
            let edits = Edits::from([(next.path(), Some(next.text()))]);
            ledger.land(&Landing::push(filed.author), &edits);
        }
        self.write(&id, &next, approved);
    }

    fn write(&mut self, id: &str, text: &RecordText, approved: bool) {
        let filed = self.records.get_mut(id).unwrap();
        filed.now = text.clone();
        filed.all.push(text.clone());
        if approved {
            filed.approved = Some(text.clone());
            filed.approvals.push(text.clone());
        }
    }

    fn close(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let Some(id) = self.pick(dice, |filed| !filed.is_over && filed.now.class == "standard")
        else {
            return self.note(ledger, "kim");
        };
        let filed = self.records[&id].clone();
        let by = if dice.often(50) { filed.author } else { "dana" };
        let closed = filed.now.closed(by, "remediated", &ledger.at().day().to_string());
        let text = dice.often(75).then(|| closed.text());
        ledger.land(&Landing::push(by), &Edits::from([(closed.path(), text.clone())]));
        if text.is_some() {
            self.write(&id, &closed, false);
        }
        self.records.get_mut(&id).unwrap().is_over = true;
    }

    /// Files a record about the same as an earlier one that is over.
    fn file_again(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let is_over = |filed: &Filed| filed.is_over && filed.is_first;
        match self.pick(dice, is_over) {
            Some(id) if self.can_approve() => {
                let like = RecordText { more: String::new(), ..self.records[&id].all[0].clone() };
                self.file(ledger, dice, Some(&like), true);
            }
            _ => self.close(ledger, dice),
        }
    }

    /// Lee reviews a record.
    fn review(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let fits = |filed: &Filed| !filed.is_over && filed.now.more.is_empty();
        let Some(id) = self.pick(dice, fits) else {
            return self.note(ledger, "kim");
        };
        let day = ledger.at().day();
        let entry =
            format!("reviews: [{{date: {day}, by: lee@example.com, outcome: still-needed}}]\n");
        let filed = self.records[&id].clone();
        let next = filed.now.with(&entry);
        ledger.land(&Landing::push("lee"), &Edits::from([(next.path(), Some(next.text()))]));
        let approved = filed.approved.as_ref() == Some(&filed.now);
        self.write(&id, &next, approved);
    }

    /// Kim changes a file of the rules as it is, and Dana and Lee approve the whole file.
    fn change_rules(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let lists_keys = !self.has_keys;
        let path = if lists_keys || dice.often(50) { SIGNERS } else { POLICY };
        let added = match (path, lists_keys) {
            (SIGNERS, true) => self.rules.people().join("\n") + "\n",
            (SIGNERS, _) if dice.often(30) => format!("kim@example.com {}\n", public("kim")),
            (POLICY, _) if dice.often(50) => format!("# soon\n{}", self.comment()),
            _ => self.comment(),
        };
        let own = if path == SIGNERS { self.signers.clone() } else { Some(self.policy.clone()) };
        let own = own.unwrap_or_default() + &added;
        let text = ledger.text(path).unwrap_or_default() + &added;
        self.land_rules(ledger, path, Some(text));
        if path == SIGNERS {
            self.signers = Some(own);
            self.has_keys = true;
        } else {
            self.policy = own;
        }
    }

    /// Kim changes a file of the rules, or removes it, and Dana and Lee approve that.
    pub(super) fn land_rules(&self, ledger: &mut Ledger, path: &str, text: Option<String>) {
        let mut edits = Edits::from([(path.to_owned(), text.clone())]);
        if self.rules.attested && self.has_keys {
            self.sign(ledger, &mut edits, About::Rules(path), &text.unwrap_or_default());
            ledger.land(&Landing::push("kim"), &edits);
        } else {
            let reviewed = "Reviewed-by: Lee <lee@example.com>";
            ledger.land(&Landing::merge("kim", "dana").saying(reviewed), &edits);
        }
    }

    /// Kim puts back the rules that everybody agreed on.
    fn restore_rules(&mut self, ledger: &mut Ledger) {
        let mut edits = Edits::from([
            (POLICY.to_owned(), Some(self.policy.clone())),
            (SIGNERS.to_owned(), self.signers.clone()),
            ("docs/notes.md".to_owned(), Some(self.comment())),
        ]);
        edits.retain(|_, text| text.is_some());
        ledger.land(&Landing::push("kim"), &edits);
    }

    /// The inserter files an emergency, or Lee closes it.
    fn file_emergency(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let open = self.pick(dice, |filed| filed.now.class == "emergency" && !filed.is_over);
        if let Some(id) = open {
            let filed = self.records[&id].clone();
            if dice.often(70) {
                return self.note(ledger, "kim");
            }
            let closed = filed.now.closed("lee", "remediated", &ledger.at().day().to_string());
            ledger
                .land(&Landing::push("lee"), &Edits::from([(closed.path(), Some(closed.text()))]));
            self.write(&id, &closed, false);
            self.records.get_mut(&id).unwrap().is_over = true;
            self.emergency = None;
            return;
        }
        if self.records.values().any(|filed| filed.now.class == "emergency") {
            return self.note(ledger, "kim");
        }
        let subject = 2;
        let mut record = RecordText::new("EXC-2026-EEEE1", dice);
        record.class = "emergency";
        record.application = APPLICATIONS[subject][0];
        record.is_periodic = false;
        ledger.land(
            &Landing::push(self.inserter),
            &Edits::from([(record.path(), Some(record.text()))]),
        );
        let filed = Filed {
            author: self.inserter,
            approved: None,
            approvals: Vec::new(),
            all: vec![record.clone()],
            now: record.clone(),
            is_over: false,
            is_first: false,
        };
        self.records.insert(record.id, filed);
        self.emergency = Some(subject);
    }

    /// Dana rejects a record that waits, as she knows it and as it is there.
    fn reject(&mut self, ledger: &mut Ledger, dice: &mut Dice) {
        let waits = |filed: &Filed| !filed.is_over && filed.approved.as_ref() != Some(&filed.now);
        match self.pick(dice, waits).filter(|_| self.has_keys) {
            Some(id) => {
                let known = &self.records[&id].now;
                let mut edits = Edits::new();
                for text in ledger.text(&known.path()).into_iter().chain([known.text()]) {
                    let said = Said {
                        about: About::Record(&id),
                        text: &text,
                        from: None,
                        by: "dana",
                        rejects: true,
                        at: ledger.at(),
                        backed: Backed::Key("dana"),
                    };
                    say(&mut edits, &said);
                }
                ledger.land(&Landing::push("dana"), &edits);
            }
            None => self.note(ledger, "kim"),
        }
    }
}
