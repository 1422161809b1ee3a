//! Histories without inserted text: what people approved as the rules ask stays in force, whatever one person pushes
//! alone, once the others have put it right.
//!
//! Start at [`HonestLedger::wrong`]. The oracle is the list of acts: who filed, approved, narrowed or closed what. It reads
//! nothing from commits.

use std::collections::BTreeMap;

use exledger::record::time::Instant;
use exledger::status::state::InForce;

use crate::dice::Dice;

use super::granted::Evaluated;
use super::ledger::{About, Backed, Edits, Landing, Ledger, Said, email, public, say};
use super::texts::{ENDS, POLICY, REVOKED, RecordText, Rules, SIGNERS};

/// What somebody did about a record.
#[derive(Clone, Debug)]
enum Act {
    /// Ana or Bob landed a text that nobody approved yet.
    Draft(RecordText),
    /// As many people as the rules ask for approved the text that landed last.
    Approve,
    Close,
}

/// A ledger, and who did what in it.
pub(super) struct HonestLedger {
    pub ledger: Ledger,
    rules: Rules,
    /// The acts about each record, the earliest first.
    acts: BTreeMap<String, Vec<Act>>,
    /// The people who sign: one of each group, the present ones first.
    signers: [&'static str; 2],
    policy: String,
    keys: String,
    /// Whether a lone push changed the rules, and nobody has put them right yet.
    is_broken: bool,
    n_filed: usize,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl HonestLedger {
    /// Returns a ledger in which each seed is an act.
    pub(super) fn new(begin: u64, acts: &[u64]) -> HonestLedger {
        let mut dice = Dice::new(begin);
        let rules = Rules::plain(&mut dice);
        let mut world = HonestLedger {
            ledger: Ledger::new(),
            policy: rules.policy().replace(
                "[dana@example.com",
                "[dana@example.com, kim@example.com, pat@example.com",
            ),
            keys: rules.signers().unwrap_or_default(),
            rules,
            acts: BTreeMap::new(),
            signers: ["dana", "lee"],
            is_broken: false,
            n_filed: 0,
        };
        if world.rules.has_keys && dice.often(50) {
            world.keys += &format!("pat@example.com {}\n", public("pat"));
            world.signers = ["pat", "lee"];
        }
        let mut edits = Edits::from([(POLICY.to_owned(), Some(world.policy.clone()))]);
        if world.rules.has_keys {
            edits.insert(SIGNERS.to_owned(), Some(world.keys.clone()));
        }
        world.ledger.land(&Landing::push("root"), &edits);
        world.file(&mut dice, true);
        for seed in acts {
            world.act(&mut Dice::new(*seed));
        }
        if world.is_broken {
            world.put_right(&mut dice);
        }
        // Whoever the rules ask can approve the next record.
        world.file(&mut dice, true);
        world
    }

    fn act(&mut self, dice: &mut Dice) {
        self.ledger.now += if dice.often(20) { 2 * DAY } else { HOUR };
        match dice.below(12) {
            _ if self.is_broken => self.put_right(dice),
            0 | 1 => {
                let is_approved = dice.often(60);
                self.file(dice, is_approved);
            }
            2..=4 => self.draft(dice),
            5 | 6 => self.approve(dice),
            7 => self.close(dice),
            8 if self.rules.has_keys => self.change_keys(dice),
            9 | 10 => self.break_rules(dice),
            _ => self.reopen(dice),
        }
    }

    /// Tells whether people sign what they approve; else they merge it.
    fn signs(&self) -> bool {
        self.rules.has_keys
    }

    /// Adds the signed approvals of the people who sign.
    fn sign(&self, edits: &mut Edits, about: About, text: &str) {
        for by in self.signers {
            let (at, backed) = (self.ledger.at(), Backed::Key(by));
            say(edits, &Said { about, text, from: None, by, rejects: false, at, backed });
        }
    }

    /// Lands a file as people approve it: signed beside it, later, or merged.
    fn land_approved(&mut self, about: About, path: &str, text: &str, is_late: bool) {
        let mut edits = Edits::from([(path.to_owned(), Some(text.to_owned()))]);
        if !self.signs() {
            let reviewed = "Reviewed-by: Lee <lee@example.com>";
            return self.ledger.land(&Landing::merge("ana", "dana").saying(reviewed), &edits);
        }
        if is_late {
            self.ledger.land(&Landing::push("ana"), &edits);
            self.ledger.now += HOUR;
            edits = Edits::new();
        }
        self.sign(&mut edits, about, text);
        self.ledger.land(&Landing::push("ana"), &edits);
    }

    fn land_record(&mut self, record: &RecordText, is_approved: bool, is_late: bool) {
        let text = record.text();
        if is_approved {
            self.land_approved(About::Record(&record.id), &record.path(), &text, is_late);
        } else {
            let edits = Edits::from([(record.path(), Some(text))]);
            self.ledger.land(&Landing::push("ana"), &edits);
        }
        let acts = self.acts.entry(record.id.clone()).or_default();
        acts.push(Act::Draft(record.clone()));
        acts.extend(is_approved.then_some(Act::Approve));
    }

    fn file(&mut self, dice: &mut Dice, is_approved: bool) {
        self.n_filed += 1;
        let mut record = RecordText::new(&format!("EXC-2026-{:05}", self.n_filed), dice);
        record.is_periodic = false;
        record.is_access = dice.often(10);
        self.land_record(&record, is_approved, dice.often(50));
    }

    /// Picks an open or closed record; returns its text that landed last.
    fn pick(&self, dice: &mut Dice, is_open: bool) -> Option<RecordText> {
        let is_closed = |acts: &[Act]| acts.iter().any(|act| matches!(act, Act::Close));
        let fits = self.acts.iter().filter(|(_, acts)| is_closed(acts) != is_open);
        let found: Vec<&RecordText> = fits.filter_map(|(id, _)| self.last_text(id)).collect();
        (!found.is_empty()).then(|| (*dice.pick(&found)).clone())
    }

    fn last_text(&self, id: &str) -> Option<&RecordText> {
        self.acts[id].iter().rev().find_map(|act| match act {
            Act::Draft(text) => Some(text),
            Act::Approve | Act::Close => None,
        })
    }

    /// Narrows or widens a record; as often as not somebody approves it.
    fn draft(&mut self, dice: &mut Dice) {
        let Some(mut record) = self.pick(dice, true) else {
            return;
        };
        match dice.below(5) {
            0 => record.end = (record.end + 1).min(3),
            1 => record.end = record.end.saturating_sub(1).max(1),
            2 => record.resources = (record.resources + 1).min(3),
            3 => record.resources = (record.resources - 1).max(1),
            _ => record.is_high = !record.is_high,
        }
        // A merge that changes nothing approves nothing.
        if Some(&record) != self.last_text(&record.id) {
            self.land_record(&record, dice.often(40), dice.often(30));
        }
    }

    fn approve(&mut self, dice: &mut Dice) {
        let Some(record) = self.pick(dice, true).filter(|_| self.signs()) else {
            return;
        };
        let (mut edits, text) = (Edits::new(), record.text());
        self.sign(&mut edits, About::Record(&record.id), &text);
        self.ledger.land(&Landing::push("ana"), &edits);
        self.acts.get_mut(&record.id).unwrap().push(Act::Approve);
    }

    fn close(&mut self, dice: &mut Dice) {
        if let Some(record) = self.pick(dice, true) {
            let closed = record.closed("ana", "remediated", &self.ledger.at().day().to_string());
            let edits = Edits::from([(closed.path(), Some(closed.text()))]);
            self.ledger.land(&Landing::push("ana"), &edits);
            self.acts.get_mut(&record.id).unwrap().push(Act::Close);
        }
    }

    /// Opens a record again that was closed by mistake, as people approve it.
    fn reopen(&mut self, dice: &mut Dice) {
        if let Some(record) = self.pick(dice, false) {
            let reopened = RecordText { resources: 3 - record.resources.min(2), ..record };
            self.acts.insert(reopened.id.clone(), Vec::new());
            self.land_record(&reopened, true, dice.often(50));
        }
    }

    /// Lists Kim's key as the rules ask, or drops the line of Pat, who leaves.
    fn change_keys(&mut self, dice: &mut Dice) {
        let kim = format!("kim@example.com {}\n", public("kim"));
        let pat = format!("pat@example.com {}\n", public("pat"));
        if self.keys.contains(&pat) && dice.often(60) {
            self.keys = self.keys.replace(&pat, "");
            if dice.often(50) {
                let edits = Edits::from([(SIGNERS.to_owned(), Some(self.keys.clone()))]);
                self.ledger.land(&Landing::push("pat"), &edits);
            } else {
                self.signers[0] = "dana";
                let keys = self.keys.clone();
                self.land_approved(About::Rules(SIGNERS), SIGNERS, &keys, dice.often(50));
            }
            self.signers[0] = "dana";
        } else if !self.keys.contains(&kim) {
            self.keys += &kim;
            let keys = self.keys.clone();
            self.land_approved(About::Rules(SIGNERS), SIGNERS, &keys, dice.often(50));
            self.signers[0] = "kim";
        }
    }

    /// One person changes the rules alone.
    fn break_rules(&mut self, dice: &mut Dice) {
        let everybody: String =
            ["dana", "lee", "kim", "pat"].iter().map(|name| public(name) + "\n").collect();
        let (path, text) = match dice.below(7) {
            0 if self.signs() => (SIGNERS, None),
            1 if self.signs() => (REVOKED, Some(everybody)),
            2 if self.signs() => (
                SIGNERS,
                Some(self.keys.clone() + &format!("mallory@example.com {}\n", public("mallory"))),
            ),
            3 => (POLICY, Some(format!("{}people: {{bots: ['*@example.com']}}\n", self.policy))),
            4 => {
                let names = ["dana", "kim", "pat", "lee"].map(email);
                let empty = names.iter().fold(self.policy.clone(), |text, name| {
                    text.replace(&format!("{name}, "), "").replace(name, "")
                });
                (POLICY, Some(empty))
            }
            5 => (POLICY, Some(self.policy.replace("count: 1", "count: 3"))),
            _ => (
                POLICY,
                Some(
                    self.policy
                        .replace(", each_of: [security]", "")
                        .replace("degraded: deny", "degraded: grant"),
                ),
            ),
        };
        self.ledger.land(&Landing::push("mallory"), &Edits::from([(path.to_owned(), text)]));
        self.is_broken = true;
    }

    /// The people whom the rules name put back what they agreed on, and approve that.
    fn put_right(&mut self, dice: &mut Dice) {
        let mut files = vec![(POLICY, self.policy.clone())];
        if self.signs() {
            files.push((SIGNERS, self.keys.clone()));
        }
        if self.ledger.text(REVOKED).is_some_and(|text| text.contains("ssh-")) {
            files.push((REVOKED, "# none\n".to_owned()));
        }
        for (path, text) in files {
            if self.ledger.text(path).as_ref() != Some(&text) {
                self.land_approved(About::Rules(path), path, &text, dice.often(50));
                self.ledger.now += HOUR;
            }
        }
        self.is_broken = false;
    }

    /// Returns what must be in force and is not; `None` if all of it is.
    pub(super) fn wrong(&self) -> Option<String> {
        let evaluated = Evaluated::read(&self.ledger, self.ledger.main.len());
        let states = evaluated.states(self.ledger.at());
        for (id, acts) in &self.acts {
            let Some((end, resources)) = expected(acts) else {
                continue;
            };
            let until = Instant::parse(&format!("{}T23:00:00Z", ENDS[end])).unwrap();
            if until <= self.ledger.at() {
                continue;
            }
            let state = states.iter().find(|state| state.key == *id)?;
            let effective = state.effective.as_ref();
            let scope = effective.and_then(|record| record.scope.as_ref()?.resources.as_ref());
            let is_whole = state.in_force == InForce::Yes
                && state.not_after.is_none_or(|not_after| not_after >= until)
                && scope.map_or(0, |scope| scope.len()) >= resources;
            if !is_whole {
                let lacking = format!("{:?} until {:?}, {scope:?}", state.status, state.not_after);
                return Some(format!(
                    "{id} must be in force until {until} for {resources} resources, and is {lacking}: {:?}\n{acts:?}",
                    state.reasons
                ));
            }
        }
        None
    }
}

/// Returns the end and the number of resources of what must be in force: what was approved last, and what everything since
/// allows; `None` if nothing must be.
fn expected(acts: &[Act]) -> Option<(usize, usize)> {
    let approved = acts.iter().rposition(|act| matches!(act, Act::Approve))?;
    let is_draft = |act: &Act| matches!(act, Act::Draft(_));
    let from = acts[..approved].iter().rposition(is_draft)?;
    let mut granted: Option<(usize, usize)> = None;
    for act in &acts[from..] {
        match act {
            Act::Draft(text) => {
                let (end, resources) = granted.unwrap_or((text.end, text.resources));
                granted = Some((end.min(text.end), resources.min(text.resources)));
            }
            Act::Approve => {}
            Act::Close => return None,
        }
    }
    granted
}
