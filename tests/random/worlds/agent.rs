//! An agent that wants access: everything that its own accounts and the files of its project can do, combined at random.
//!
//! Start at [`AgentWorld::wrong`]. A yes to a question about access needs that Dana and Lee, whom the rules name, really approved
//! those bytes; the acts of [`Base`] are the only ones in which they do. Where claims are enough, the agent lands what it wrote
//! under its own accounts, through a bot or by a forge; where tiers ask for signatures, it pushes under any name. In the
//! end the people put the rules right, and the access that they approve is given.

use crate::dice::Dice;

use exledger::record::Record;
use exledger::record::time::Instant;

use super::base::Base;
use super::granted::Evaluated;
use super::inserted;
use super::ledger::{About, Backed, Edits, Landing, Ledger, Said, Way, email, ident, public, say};
use super::texts::{MAILMAP, POLICY, REVOKED, RecordText, Rules, SIGNERS};

/// The accounts of the agent: its own, and those that look like a person's.
const ACCOUNTS: [&str; 9] = [
    "Robo <robo@example.com>",
    "ROBO <Robo@Example.com>",
    "Robo <robo+dana@example.com>",
    "Dana <robo@example.com>",
    "Dana Ruiz <dana@example.com.evil.example>",
    "D\u{430}na <d\u{430}na@example.com>",
    "Lee <99+lee@users.noreply.github.com>",
    "robo[bot] <12+robo[bot]@users.noreply.github.com>",
    "Claude <noreply@anthropic.com>",
];

/// The people whose names the agent types.
const PEOPLE: [&str; 5] = ["ana", "bob", "dana", "lee", "pat"];

const ROBO: &str = "robo";

/// A ledger, the people in it, and an agent.
pub(super) struct AgentWorld {
    pub ledger: Ledger,
    base: Base,
    /// How many commits of the agent landed.
    pub n_attacks: u64,
    n_records: usize,
}

impl AgentWorld {
    /// Plays acts of people and of the agent.
    pub(super) fn new(begin: u64, acts: &[u64]) -> AgentWorld {
        let mut ledger = Ledger::new();
        let mut dice = Dice::new(begin);
        let mut rules = Rules::new(&mut dice);
        rules.lists_ana = false;
        let machines = dice.often(50);
        let prepare = |edits: &mut Edits| {
            let policy = edits.get_mut(POLICY).and_then(Option::as_mut).unwrap();
            if machines {
                let people = "people: {bots: ['*[bot]@*'], agents: ['robo@example.com']}\n";
                policy.push_str(people);
            }
        };
        let base = Base::begin_as(&mut ledger, &mut dice, rules, ROBO, &prepare);
        let mut world = AgentWorld { ledger, base, n_attacks: 0, n_records: 0 };
        world.base.is_about_access = true;
        for seed in acts {
            let mut dice = Dice::new(*seed);
            match dice.below(10) {
                0..7 => world.attack(&mut dice),
                _ => world.base.act(&mut world.ledger, dice.next()),
            }
        }
        world
    }

    /// Tells whether people can approve records in the end: keys that they listed on top of what the agent landed don't count.
    pub(super) fn can_approve(&self) -> bool {
        let rules = &self.base.rules;
        rules.has_keys || !rules.attested && !self.base.has_keys
    }

    /// Tells whether whoever pushes may type any names, since nothing that is only typed approves a record.
    fn may_type(&self) -> bool {
        self.base.rules.attested && self.base.has_keys
    }

    /// Lands a commit of the agent that does several things at once.
    fn attack(&mut self, dice: &mut Dice) {
        self.ledger.now += [60, 3600, 86_400][dice.below(3)];
        let landing = self.landing(dice);
        let mut edits = Edits::new();
        for _ in 0..=dice.below(3) {
            match dice.below(10) {
                0..4 => self.file(dice, &landing, &mut edits),
                4 => self.widen(dice, &mut edits),
                5 => self.change_project(dice, &mut edits),
                _ => {
                    edits.extend(inserted::choose(&self.ledger, &self.base, dice).edits);
                }
            }
        }
        // A revocation needs one person at any level, and a typed name is one: nothing else is asked of it.
        if names_person(&landing) {
            edits.remove(REVOKED);
        }
        if edits.is_empty() {
            self.file(dice, &landing, &mut edits);
        }
        self.ledger.log.push("the agent:".to_owned());
        self.ledger.land(&landing, &edits);
        self.n_attacks += 1;
    }

    fn landing(&self, dice: &mut Dice) -> Landing {
        let account = |dice: &mut Dice| (*dice.pick(&ACCOUNTS)).to_owned();
        let typed = |dice: &mut Dice| -> String {
            let name: &&str = dice.pick(&PEOPLE);
            ident(name)
        };
        let [mut author, mut by] = [account(dice), account(dice)];
        // Whom a branch names as its author is anybody's word; only who lands it says more.
        if dice.often(40) {
            author = typed(dice);
        }
        if self.may_type() && dice.often(40) {
            by = typed(dice);
        } else if dice.often(20) {
            by = "merge[bot] <7+merge[bot]@users.noreply.github.com>".to_owned();
        }
        let message = *dice.pick(&[
            "Change it\n",
            "Merge branch 'work'\n",
            "Merge pull request #9 from x/y\n",
            "Merge branch 'work' into 'main'\n\nSee merge request x/y!9\n",
            "Change it (#9)\n",
        ]);
        let way = *dice.pick(&[Way::Push, Way::Merge, Way::Merge, Way::Squash]);
        let mut landing = Landing { way, author, by, message: message.to_owned() };
        let tokens = ["Reviewed-by", "Approved-by", "Acked-by", "Co-authored-by", "Code-Review+2"];
        for who in PEOPLE {
            if dice.often(25) {
                landing = landing.saying(&format!("{}: {}", dice.pick(&tokens), ident(who)));
            }
        }
        landing
    }

    /// Files a record about access, with statements that nobody gave.
    fn file(&mut self, dice: &mut Dice, landing: &Landing, edits: &mut Edits) {
        let id = format!("EXC-2026-R0B0{}", self.n_records % 9 + 1);
        self.n_records += usize::from(dice.often(60));
        let mut record = RecordText::new(&id, dice);
        record.is_access = true;
        record.class = dice.weighed(&[
            (5, "standard"),
            (if names_person(landing) { 0 } else { 2 }, "emergency"),
            (1, "regulated"),
            (1, "third-party"),
        ]);
        let who = *dice.pick(&["dana@example.com", "robo@example.com", "lee@example.com"]);
        record.more = match dice.below(6) {
            0 => format!("requester: {who}\n"),
            1 => format!(
                "closure: {{date: 2026-11-21, by: {who}, outcome: remediated, reason: Over}}\n"
            ),
            2 => format!("reviews: [{{date: 2026-11-21, by: {who}, outcome: still-needed}}]\n"),
            _ => String::new(),
        };
        let text = record.text();
        edits.insert(record.path(), Some(text.clone()));
        if dice.often(70) {
            self.state(dice, About::Record(&id), &text, edits);
        }
    }

    /// States approvals in the names of people, by keys of the agent.
    fn state(&self, dice: &mut Dice, about: About, text: &str, edits: &mut Edits) {
        for by in ["dana", "lee", ROBO] {
            let key = *dice.pick(&[ROBO, "eve", "gate"]);
            let backed = match dice.below(4) {
                0 => Backed::Nothing,
                1 => Backed::Bridge(key),
                _ => Backed::Key(key),
            };
            let at = self.ledger.at();
            say(edits, &Said { about, text, from: None, by, rejects: false, at, backed });
        }
    }

    /// Lets an approved record end later or cover more, opens it again, or files it under another name.
    fn widen(&self, dice: &mut Dice, edits: &mut Edits) {
        let approved: Vec<&RecordText> =
            self.base.records.values().filter_map(|filed| filed.approved.as_ref()).collect();
        if approved.is_empty() {
            return;
        }
        let mut record = (**dice.pick(&approved)).clone();
        match dice.below(5) {
            0 => record.end = 3,
            1 => record.resources = 3,
            2 => record.application = "elsewhere",
            3 => record.more = String::new(),
            _ => record.id = "EXC-2026-R0B0T".to_owned(),
        }
        let text = record.text();
        edits.insert(record.path(), Some(text.clone()));
        self.state(dice, About::Record(&record.id), &text, edits);
    }

    /// Changes the files by which the rules say who is who.
    fn change_project(&self, dice: &mut Dice, edits: &mut Edits) {
        let robo = email(ROBO);
        let person: &&str = dice.pick(&["dana", "lee", "bob"]);
        let person = email(person);
        match dice.below(7) {
            0 => {
                let line = format!("Dana <{person}> <{robo}>\nRobo <{robo}> <ana@example.com>\n");
                edits.insert(MAILMAP.to_owned(), Some(line));
            }
            1 => {
                let lines = format!("{robo} {}\n{person} {}\n", public(ROBO), public("eve"));
                let own = self.ledger.text(SIGNERS).filter(|_| dice.often(50)).unwrap_or_default();
                edits.insert(SIGNERS.to_owned(), Some(own + &lines));
            }
            2 => {
                let people = format!(
                    "people: {{bots: ['{person}'], logins: {{robo: {person}, lee: {robo}}}}}\n"
                );
                let own = self.ledger.text(POLICY).unwrap_or_default();
                edits.insert(POLICY.to_owned(), Some(own.replace("people:", "#") + &people));
            }
            3 => {
                let own = self.ledger.text(POLICY).unwrap_or_default();
                let text = own.replace("security: [", &format!("security: [{robo}, "));
                let text = text.replace("platform: [", &format!("platform: [{robo}, "));
                edits.insert(POLICY.to_owned(), Some(text.clone()));
                self.state(dice, About::Rules(POLICY), &text, edits);
            }
            4 => {
                edits.insert(REVOKED.to_owned(), Some(public("dana") + "\n"));
            }
            5 => {
                let map = format!(
                    "version: 1\nunmatched: pass\nrules: [{{tool: [Bash], ask: {{identity: '{person}', application: a}}}}]\n"
                );
                edits.insert("exledger-hooks.yaml".to_owned(), Some(map));
            }
            _ => {
                let text = self.ledger.text(SIGNERS).unwrap_or_default();
                self.state(dice, About::Rules(SIGNERS), &text, edits);
            }
        }
    }

    /// Returns what the agent was given that nobody approved.
    pub(super) fn wrong(&self) -> Option<String> {
        let n_all = self.ledger.main.len();
        let at = self.ledger.main[n_all - 1].1;
        let evaluated = Evaluated::read(&self.ledger, n_all);
        for hours in [0, 20] {
            let at = Instant::from_unix(at + hours * 3600).unwrap();
            for (id, record) in evaluated.granted(at, (&|_| true, &|_| true)).in_force() {
                let approved = self.base.records.get(id).map_or(&[][..], |filed| &filed.approvals);
                if record.subject.is_access() && !approved.iter().any(|it| is_within(record, it)) {
                    return Some(format!("{id} is in force at {at}, and nobody approved it"));
                }
            }
        }
        None
    }

    /// Puts the rules right, and returns what is missing of access that people then approve.
    pub(super) fn refused(&mut self) -> Option<String> {
        self.ledger.log.push("the people:".to_owned());
        let evaluated = Evaluated::read(&self.ledger, self.ledger.main.len());
        // People who approved a list on top of what the agent emptied have taken their own keys away, or their group's place; on
        // top of a policy by which authors sign, their own commits need that; and where it calls them machines, they approve nothing.
        let policy = evaluated.approved_text(POLICY).unwrap_or_default();
        let groups = ["security: [dana@example.com", "platform: [lee@example.com"];
        let asks = |policy: &str| policy.contains("authors: attested");
        let machines =
            ["bots: ['dana@example.com'", "bots: ['lee@example.com'", "agents: ['*@example.com'"];
        let mut people = policy.lines().filter(|line| line.starts_with("people:"));
        if !groups.iter().all(|group| policy.contains(group))
            || asks(&policy) && !asks(&self.base.policy)
            || people.any(|line| machines.iter().any(|machine| line.contains(machine)))
        {
            return None;
        }
        let keys = evaluated.approved_text(SIGNERS).unwrap_or_default();
        if self.base.rules.has_keys && !["dana", "lee"].iter().all(|it| keys.contains(&public(it)))
        {
            return None;
        }
        let left_out: Vec<String> =
            evaluated.left_out().iter().map(|file| file.path.clone()).collect();
        for path in [SIGNERS, REVOKED, POLICY, MAILMAP, "exledger-hooks.yaml"] {
            let agreed = match path {
                POLICY => Some(self.base.policy.clone()),
                SIGNERS => self.base.signers.clone(),
                _ => None,
            };
            if self.ledger.text(path) != agreed || left_out.iter().any(|it| it == path) {
                self.put_right(path, agreed);
            }
        }
        self.ledger.now += 3600;
        let id = "EXC-2026-H0NST".to_owned();
        let mut dice = Dice::new(1);
        let mut record = RecordText::new(&id, &mut dice);
        record.is_access = true;
        record.is_periodic = false;
        if !self.can_approve() {
            return None;
        }
        self.base.land_approved(&mut self.ledger, "ana", &record);
        let n_all = self.ledger.main.len();
        let evaluated = Evaluated::read(&self.ledger, n_all);
        let granted = evaluated.granted(self.ledger.at(), (&|_| true, &|_| true));
        let is_given = granted.in_force().any(|(known, _)| *known == id);
        (!is_given)
            .then(|| format!("what people approved is not in force: {:?}", granted.others.get(&id)))
    }

    /// Puts back the version that counts, which needs nobody, then what was approved last, and then what the people agreed
    /// on, as they approve it.
    fn put_right(&mut self, path: &str, agreed: Option<String>) {
        let evaluated = Evaluated::read(&self.ledger, self.ledger.main.len());
        let left_out = evaluated.left_out().iter().find(|file| file.path == path);
        if let Some(left_out) = left_out {
            self.ledger.now += 60;
            let commit = left_out.counts.as_ref();
            let counts = commit.and_then(|commit| self.ledger.text_at(commit, path));
            let edits = Edits::from([(path.to_owned(), counts)]);
            self.ledger.land(&Landing::push("kim"), &edits);
        }
        for text in [evaluated.approved_text(path), agreed] {
            if self.ledger.text(path) != text {
                self.ledger.now += 60;
                self.base.land_rules(&mut self.ledger, path, text);
            }
        }
    }
}

/// Tells whether git names a person as whoever landed a commit: an emergency of theirs has a grace period.
fn names_person(landing: &Landing) -> bool {
    let lander = if landing.way == Way::Squash { &landing.author } else { &landing.by };
    PEOPLE.iter().any(|name| *lander == ident(name))
}

/// Tells whether a record grants nothing beyond an approved text.
fn is_within(record: &Record, approved: &RecordText) -> bool {
    let approved = approved.record();
    let meeting = exledger::history::change::meet(&approved, record);
    meeting.unequal.is_empty() && meeting.record == *record
}
