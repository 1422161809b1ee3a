//! Changes of each part of the rules, made by one person whom nobody approves, and their twins without them.
//!
//! Start at [`CHANGES`] and [`GovernanceChange::play`]. For each row of `policy::governs`: a change that it says only adds
//! requirements counts at once, and with it nothing is in force, ends later or is wider than without it, whatever lands
//! later; any other change is left out, and grants nothing more either. That a pattern freezes later, since an approval
//! does not count, is no grant.

mod changes;

use exledger::ledger::tree::MapTree;
use exledger::policy::governance::{Governance, State};
use exledger::policy::governs;
use exledger::record::time::Instant;

use crate::dice::Dice;

use super::base::Base;
use super::granted::Evaluated;
use super::ledger::{Edits, Landing, Ledger, Way, ident, public};
use super::texts::{POLICY, Rules, SIGNERS};

pub(super) use changes::CHANGES;

/// A path, a text, and what replaces it. An empty text stands for the end.
type Swap = (&'static str, &'static str, &'static str);

/// A change of one part of the rules.
#[derive(Debug)]
pub(super) struct GovernanceChange {
    /// The part, as a row of the table names it.
    pub part: &'static str,
    /// The file that holds it.
    path: &'static str,
    /// What the first version of files lacks.
    setup: &'static [Swap],
    /// What the change replaces; one of these is done.
    edits: &'static [(&'static str, &'static str)],
    /// Whether the change only adds requirements.
    pub adds: bool,
}

/// What a random history does with a change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The first rules of the history have nothing to change there.
    Nothing,
    Fine,
    Wrong(String),
}

/// Puts keys in place of names in braces.
fn with_keys(text: &str) -> String {
    let names = ["dana", "lee", "ana", "kim", "pat", "eve", "mallory", "bridge"];
    names.iter().fold(text.to_owned(), |text, name| match text.contains(&format!("{{{name}}}")) {
        true => text.replace(&format!("{{{name}}}"), &public(name)),
        false => text,
    })
}

/// Returns a text with one replaced; `None` if it lacks that one. An empty one stands for the end.
fn swapped(text: &str, (from, to): (&str, &str)) -> Option<String> {
    let [from, to] = [from, to].map(with_keys);
    if from.is_empty() {
        return Some(format!("{text}{to}"));
    }
    text.contains(&from).then(|| text.replacen(&from, &to, 1).replace("[, ", "["))
}

fn governance(ledger: &Ledger) -> Governance {
    let files = ledger.paths("").into_iter();
    let tree = MapTree::of(files.map(|path| (path.clone(), ledger.text(&path).unwrap())));
    Governance::read(&tree).unwrap()
}

impl GovernanceChange {
    /// Begins a ledger whose first rules hold what the change is about.
    fn begin(&self, seed: u64) -> (Ledger, Base) {
        let mut ledger = Ledger::new();
        let mut dice = Dice::new(seed);
        let mut rules = Rules::new(&mut dice);
        rules.has_keys |= self.path == SIGNERS;
        let inserter = if dice.often(50) { "ana" } else { "mallory" };
        // Lee commits as an account or under an address that the rules say is Lee's.
        let spelled = match self.part {
            "people.logins" => Some("lee-gh <5+lee-gh@users.noreply.github.com>"),
            ".mailmap" => Some("Lee <lee@home.example.com>"),
            _ => None,
        };
        ledger.spelled =
            spelled.filter(|_| dice.often(60)).map(|spelled| (ident("lee"), spelled.to_owned()));
        let prepare = |files: &mut Edits| {
            for (path, from, to) in self.setup {
                let text = files.get(*path).cloned().flatten().unwrap_or_default();
                let text = swapped(&text, (from, to)).unwrap_or(text);
                files.insert((*path).to_owned(), Some(text));
            }
        };
        let base = Base::begin_as(&mut ledger, &mut dice, rules, inserter, &prepare);
        (ledger, base)
    }

    /// Plays a history twice, with the change and without it.
    pub(super) fn play(&self, seed: u64) -> Outcome {
        let mut dice = Dice::new(seed ^ 0x90e2);
        let begin = dice.next();
        let acts: Vec<u64> = (0..3 + dice.below(8)).map(|_| dice.next()).collect();
        let place = dice.below(acts.len());
        let edit = *dice.pick(self.edits);
        let by = *dice.pick(&["mallory", "mallory", "ana", "lee", "dana"]);
        let way = *dice.pick(&[Way::Push, Way::Push, Way::Merge, Way::Squash]);
        // In a tenth of the histories another person changes another part, in a tenth everybody listed is taken away.
        let second: &[(&str, &str, &str)] = match dice.below(10) {
            0 if self.adds => &[(POLICY, "count: 1", "count: 2")],
            1 if self.adds => &[
                (POLICY, "[dana@example.com", "["),
                (POLICY, "[lee@example.com", "["),
                (SIGNERS, "lee@example.com {lee}\n", ""),
                (SIGNERS, "dana@example.com {dana}\n", ""),
            ],
            _ => &[],
        };
        let mut ledgers = Vec::new();
        let (mut n_changed, mut is_adding, mut tip_before) = (0, false, None);
        for is_changed in [true, false] {
            let (mut ledger, mut base) = self.begin(begin);
            for (n, act) in acts.iter().enumerate() {
                if n == place {
                    ledger.now += 600;
                    let notes = || Edits::from([("docs/n.md".to_owned(), Some(seed.to_string()))]);
                    let text = ledger.text(self.path).unwrap_or_default();
                    let Some(text) = swapped(&text, edit) else {
                        return Outcome::Nothing;
                    };
                    let edits = Edits::from([(self.path.to_owned(), Some(text))]);
                    let before = governance(&ledger);
                    if is_changed {
                        tip_before = Some(ledger.main.len());
                    }
                    let landing = Landing { way, ..Landing::push(by) };
                    ledger.land(&landing, &if is_changed { edits } else { notes() });
                    if is_changed {
                        let after = governance(&ledger);
                        if self.adds && after.state != State::Sound {
                            return Outcome::Nothing;
                        }
                        is_adding = governs::only_adds(&before, &after);
                    }
                    for (path, from, to) in second {
                        ledger.now += 600;
                        let text = ledger.text(path).and_then(|text| swapped(&text, (from, to)));
                        let edits =
                            text.map(|text| Edits::from([((*path).to_owned(), Some(text))]));
                        let edits = edits.filter(|_| is_changed).unwrap_or_else(notes);
                        ledger.land(&Landing::push("pat"), &edits);
                    }
                    n_changed = ledger.main.len();
                }
                base.act(&mut ledger, *act);
            }
            ledgers.push((ledger, base));
        }
        if self.path.starts_with("redesigns/") {
            // Not part of what counts as a whole; that it lifts nothing is seen below.
            is_adding = self.adds;
        }
        if is_adding != self.adds {
            return match self.path {
                // A line may be another one's condition, as the table says.
                SIGNERS => Outcome::Nothing,
                _ => Outcome::Wrong(format!("the table says {is_adding}: {edit:?}")),
            };
        }
        let [(with, base), (without, _)] = &ledgers[..] else {
            return Outcome::Nothing;
        };
        let is_first = |id: &str| base.records.get(id).is_some_and(|filed| filed.is_first);
        if let Some(before) = tip_before.filter(|_| second.is_empty())
            && let Some(why) = self.miscounted(with, before, n_changed)
        {
            return Outcome::Wrong(format!("{why}\n{}", with.log.join("\n")));
        }
        let n_all = with.main.len();
        let between = n_changed + dice.below(n_all - n_changed + 1);
        let n_landings = if dice.often(50) { n_all } else { between };
        let [with_change, twin] = [with, without].map(|ledger| Evaluated::read(ledger, n_landings));
        let at = with.main[n_landings - 1].1;
        for days in [0, 12, 40] {
            let at = Instant::from_unix(at + days * 86_400).unwrap();
            let [mut more, less] =
                [&with_change, &twin].map(|it| it.granted(at, (&is_first, &is_first)));
            // People who change a list of keys that lacks one approve that it is out: it vetoes nothing, as whoever votes is told.
            more.records.retain(|id, _| !with_change.is_vetoed_in_vain(id));
            if let Some(why) = more.exceeds_in_force(&less) {
                let log = with.log.join("\n");
                return Outcome::Wrong(format!("{edit:?} by {by}, at {at}: {why}\n{log}"));
            }
        }
        Outcome::Fine
    }

    /// Returns what is wrong with what counts directly after the change.
    fn miscounted(&self, ledger: &Ledger, n_before: usize, n_after: usize) -> Option<String> {
        if self.path.starts_with("redesigns/") {
            return None;
        }
        let [before, after] = [n_before, n_after].map(|n| Evaluated::read(ledger, n));
        let [was_left_out, is_left_out] =
            [&before, &after].map(|it| it.left_out().iter().any(|file| file.path == self.path));
        match self.adds {
            true if is_left_out && !was_left_out => {
                Some("it only adds, and is left out".to_owned())
            }
            false if !is_left_out => Some("it is not left out".to_owned()),
            false if before.counted() != after.counted() => Some("it counts".to_owned()),
            _ => None,
        }
    }
}
