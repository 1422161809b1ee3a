//! Histories with inserted text, and their twins without it: **a history with inserted text grants nothing that the same
//! history without it doesn't.** What is granted: what is in force, its end and scope; that a cause of approved records is
//! no longer frozen; that a record no longer files any earlier one again.
//!
//! A history is a list of seeds, and is built twice. At each inserted place the twin has a commit of the same person at the
//! same time that changes a document; everything else ([`base`]) is written by the same people in both. [`honest`] is the
//! other half: without inserted text, what people approved as the rules ask stays in force. Without it the first half could
//! be met by saying no.
//!
//! **Who inserts**: one person for each history, an author of records (Ana, who may be in a group and hold a key) or somebody
//! whom the ledger lists nowhere (Mallory). They push, merge under their own name or a second address, let a bot merge that
//! merges anything, or squash by a forge. Subjects, trailers, co-authors and files are free. Where tiers ask for signatures,
//! authors and committers are free, too; where claims are enough, whoever types an author and merges approves, so that only
//! Mallory types one, and only in changes of the rules, which nobody approves who is not listed. Ana changes only records of
//! her own: about others her act is a real approval. Mallory, who is no author, changes none where any second person may
//! approve.
//!
//! **What is inserted** ([`inserted`]): versions of the lists of keys and of revoked keys (lines added, dropped and put back,
//! patterns, shared keys, lines of bridges and receipts, the file deleted), changes of the policy, also several at once and
//! then changed honestly on top, mailmaps, statements in the names of others (unsigned, or by own keys), reviews and handling
//! in their names, records that end later, cover more or are of another tier or class, older versions, removals, unreadable
//! and misplaced files, closures as `rejected`, emergencies about one subject in several spellings, records about access, and
//! deleted statements.
//!
//! **Merges that leave something out** ([`inserted::reroute`]), in histories of their own: the tip merged into an older commit
//! of the branch, up to four merges deep and under any subject, with the records of either side, so that it also brings an
//! emergency again; and a signed rejection that the branch deletes before the merge. What is in force is compared.
//!
//! **What is left out**, since the evaluation does not refuse it yet, or the histories do not reach it: a rejection deleted
//! before the merge where an approval of the same bytes by the same person stood under its name, a second merge behind one
//! that left something out, one that brings rules again which people approved by merging them, the
//! branch of approvals, ledgers in folders below, `trustedFrom`, redesigns, the roster, notes and signed commits, names of
//! other scripts. Two insertions are left out on purpose. An inserted version with the content that was approved last is that
//! version again (V7b), so none has it. Whoever approves a record anew begins its reviews anew, and approves those that its text
//! has: one with periodic reviews is never removed, broken or closed, and keeps the reviews that it has.
//!
//! **Each row of the rules** ([`governed`]): for each part that `policy::governs` names, changes that one person makes alone, at a
//! random landing. One that only adds requirements counts, and grants nothing; any other is left out.
//!
//! **An agent** ([`agent`]) does anything that its own accounts and its project's files can, all at once, to be given access.
//! In the same ledger people put the rules right, and are given what they approve.
//!
//! **A forge** ([`pressed`]) signs the merges of people who press there, under keys that are listed, rotated and revoked; others
//! type its name and copy its signatures.
//!
//! Each hole in `src/approval/put_back.rs` is found within 500 histories; `.ci/put-back` shows it.

mod agent;
mod base;
mod governed;
mod granted;
mod honest;
mod inserted;
mod ledger;
mod pressed;
mod texts;

use crate::dice::Dice;
use crate::number;

use exledger::policy::governs::{self, Bearing, Part};
use exledger::record::time::Instant;

use agent::AgentWorld;
use base::Base;
use governed::{CHANGES, GovernanceChange, Outcome};
use granted::Evaluated;
use honest::HonestLedger;
use ledger::Ledger;
use pressed::PressedLedger;

/// The default number of histories of each half.
const HISTORIES: u64 = 12;

/// The default number of histories of an agent.
const HISTORIES_OF_AN_AGENT: u64 = 10;

/// The default number of histories for each row of the table of the rules and each of its two kinds of changes; each change of
/// the row has one at least.
const HISTORIES_OF_A_ROW: u64 = 1;

/// The acts of a history, as the seeds that determine them.
#[derive(Clone, Debug)]
struct Plan {
    begin: u64,
    /// Each act, and whether it inserts text.
    acts: Vec<(bool, u64)>,
}

impl Plan {
    fn of(seed: u64) -> Plan {
        let mut dice = Dice::new(seed ^ 0x7e87);
        let n_acts = 4 + dice.below(10);
        let begin = dice.next();
        let acts = (0..n_acts).map(|_| (dice.often(45), dice.next())).collect();
        Plan { begin, acts }
    }

    /// Returns the ledger, who keeps it, and how many landings there are before the first act, and before the first text.
    fn ledgers(&self, with_text: bool) -> (Ledger, Base, [usize; 2]) {
        let mut ledger = Ledger::new();
        let mut base = Base::begin(&mut ledger, self.begin);
        let n_first = ledger.main.len();
        let mut n_clean = None;
        for (is_inserted, seed) in &self.acts {
            match is_inserted {
                true => {
                    n_clean.get_or_insert(ledger.main.len());
                    inserted::insert(&mut ledger, &base, *seed, with_text);
                }
                false => base.act(&mut ledger, *seed),
            }
        }
        let n_clean = n_clean.unwrap_or(ledger.main.len());
        (ledger, base, [n_first, n_clean])
    }

    /// Returns what the inserted text grants; `None` if it grants nothing.
    fn wrong(&self) -> Option<String> {
        let [(with, base, [n_first, n_clean]), (without, ..)] =
            [true, false].map(|it| self.ledgers(it));
        let is_first = |id: &str| base.records.get(id).is_some_and(|filed| filed.is_first);
        let mut dice = Dice::new(self.begin ^ self.acts.len() as u64);
        let n_all = with.main.len();
        let between = n_first + dice.below(n_all - n_first + 1);
        let n_landings = if dice.often(60) { n_all } else { between };
        let evaluated = [&with, &without].map(|ledger| Evaluated::read(ledger, n_landings));
        // A list of keys that follows inserted lines waits, and one that people change on top of a dropped line lacks that line:
        // whoever votes by a key that the approved list lacks is told that it does not count. So a veto takes nothing. And if an
        // approval given later does not count (its key was revoked, say, or its owner is an agent now), the record keeps the cause
        // that was approved before. It does so, too, after a merge which brings what is there already.
        let is_in_vain = |id: &str| evaluated[0].is_vetoed_in_vain(id);
        let since = Instant::from_unix(with.main[n_clean - 1].1).unwrap();
        let freezes = |id: &str| {
            let [with_text, twin] = evaluated.each_ref().map(|it| it.approvals_since(id, since));
            is_first(id) && !with.unchanged.contains(id) && twin.is_subset(&with_text)
        };
        let at = with.main[n_landings - 1].1;
        for hours in [0, [20, 12 * 24, 40 * 24][dice.below(3)]] {
            let at = Instant::from_unix(at + hours * 3600).unwrap();
            let [mut with, without] =
                evaluated.each_ref().map(|it| it.granted(at, (&freezes, &is_first)));
            with.records.retain(|id, _| !is_in_vain(id));
            if let Some(why) = with.exceeds(&without) {
                return Some(format!("after {n_landings} landings, at {at}: {why}"));
            }
        }
        None
    }
}

#[test]
fn inserted_text_grants_nothing() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES);
    for seed in first..first + n_histories {
        let mut plan = Plan::of(seed);
        if plan.wrong().is_none() {
            continue;
        }
        let mut n = 0;
        while n < plan.acts.len() {
            let mut shorter = plan.clone();
            shorter.acts.remove(n);
            if shorter.wrong().is_some() {
                plan = shorter;
            } else {
                n += 1;
            }
        }
        let why = plan.wrong().unwrap();
        panic!("seed {seed}: {why}\n{}\n{plan:?}", plan.ledgers(true).0.log.join("\n"));
    }
}

#[test]
fn a_closure_in_a_doubled_file_lets_the_next_one_refile() {
    let acts =
        [(true, 905463897040138819), (false, 10866033404212874142), (true, 15765931836592317231)];
    let plan = Plan { begin: 9907743390565056069, acts: acts.to_vec() };
    assert_eq!(plan.wrong(), None, "{}", plan.ledgers(true).0.log.join("\n"));
}

/// Returns a ledger of a history in which merges leave something out, and its twin.
fn rerouted(begin: u64, acts: &[(bool, u64)], with_text: bool) -> (Ledger, Base) {
    let mut ledger = Ledger::new();
    let mut base = Base::begin(&mut ledger, begin);
    for (is_inserted, seed) in acts {
        match is_inserted {
            true => inserted::reroute(&mut ledger, &base, *seed, with_text),
            false => base.act(&mut ledger, *seed),
        }
    }
    (ledger, base)
}

/// Returns what merges bring back; `None` if they bring nothing back. A record that a merge removed and people approved anew
/// begins its reviews anew, so that records with periodic reviews are passed by.
fn brought_back(begin: u64, acts: &[(bool, u64)]) -> Option<String> {
    let [(with, base), (without, _)] = [true, false].map(|it| rerouted(begin, acts, it));
    let n_landings = with.main.len();
    let at = with.main[n_landings - 1].1;
    let evaluated = [&with, &without].map(|ledger| Evaluated::read(ledger, n_landings));
    let is_periodic = |id: &str| base.records.get(id).is_some_and(|filed| filed.now.is_periodic);
    [0, 20, 12 * 24].into_iter().find_map(|hours| {
        let at = Instant::from_unix(at + hours * 3600).unwrap();
        let [mut with, without] =
            evaluated.each_ref().map(|it| it.granted(at, (&|_| true, &|_| true)));
        with.records.retain(|id, _| !is_periodic(id));
        with.exceeds_in_force(&without).map(|why| format!("at {at}: {why}"))
    })
}

#[test]
fn a_merge_brings_nothing_back() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES);
    for seed in first..first + n_histories {
        let mut dice = Dice::new(seed ^ 0xf0c5);
        let begin = dice.next();
        let mut acts: Vec<(bool, u64)> =
            (0..3 + dice.below(9)).map(|_| (false, dice.next())).collect();
        // One merge alone: what an earlier one left out, nobody can take away before the next.
        acts.insert(1 + dice.below(acts.len()), (true, dice.next()));
        if brought_back(begin, &acts).is_none() {
            continue;
        }
        let mut n = 0;
        while n < acts.len() {
            let mut shorter = acts.clone();
            shorter.remove(n);
            match brought_back(begin, &shorter) {
                Some(_) => acts = shorter,
                None => n += 1,
            }
        }
        let why = brought_back(begin, &acts).unwrap();
        panic!("seed {seed}: {why}\n{}", rerouted(begin, &acts, true).0.log.join("\n"));
    }
}

#[test]
fn what_people_approved_stays_in_force() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES);
    for seed in first..first + n_histories {
        let mut dice = Dice::new(seed ^ 0x4021);
        let begin = dice.next();
        let mut acts: Vec<u64> = (0..2 + dice.below(10)).map(|_| dice.next()).collect();
        if HonestLedger::new(begin, &acts).wrong().is_none() {
            continue;
        }
        let mut n = 0;
        while n < acts.len() {
            let mut shorter = acts.clone();
            shorter.remove(n);
            match HonestLedger::new(begin, &shorter).wrong() {
                Some(_) => acts = shorter,
                None => n += 1,
            }
        }
        let world = HonestLedger::new(begin, &acts);
        let why = world.wrong().unwrap();
        panic!("seed {seed}: {why}\n{}", world.ledger.log.join("\n"));
    }
}

/// Plays the changes of each row of the table of the rules that is chosen.
fn play_rows(is_chosen: fn(&Part) -> bool) {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES_OF_A_ROW);
    for part in governs::PARTS.iter().filter(|part| is_chosen(part)) {
        for adds in [true, false] {
            let is_of_row = |change: &&GovernanceChange| {
                part.names.contains(&change.part) && change.adds == adds
            };
            let changes: Vec<&GovernanceChange> = CHANGES.iter().filter(is_of_row).collect();
            for name in part.names {
                let is_there = changes.iter().any(|change| change.part == *name);
                assert_eq!(is_there, !adds || !part.adds.is_empty(), "{name}, adds: {adds}");
            }
            // As many of each change, so that no row passes by histories that have nothing to change.
            let of_each = n_histories.div_ceil(changes.len().max(1) as u64);
            for change in changes {
                let mut n_played = 0;
                for seed in (first..).take(30 * of_each as usize) {
                    match change.play(seed) {
                        Outcome::Nothing => {}
                        Outcome::Fine => n_played += 1,
                        Outcome::Wrong(why) => panic!("{}, seed {seed}: {why}", change.part),
                    }
                    if n_played == of_each {
                        break;
                    }
                }
                assert!(n_played > 0, "{}: {change:?}", change.part);
            }
        }
    }
}

// Three tests, which run side by side.

#[test]
fn each_row_of_the_rules_that_can_add_grants_nothing_by_what_one_person_changes() {
    play_rows(|part| !part.adds.is_empty());
}

#[test]
fn each_row_of_the_rules_that_decides_grants_nothing_by_what_one_person_changes() {
    play_rows(|part| part.adds.is_empty() && part.bearing == Bearing::Decides);
}

#[test]
fn each_row_of_the_rules_that_decides_nothing_grants_nothing_by_what_one_person_changes() {
    play_rows(|part| part.adds.is_empty() && part.bearing != Bearing::Decides);
}

#[test]
#[allow(clippy::print_stdout, reason = "how many attacks a long run made is asked for")]
fn an_agent_is_given_no_access_that_nobody_approved() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES_OF_AN_AGENT);
    let (mut n_attacks, mut n_given) = (0, 0);
    for seed in first..first + n_histories {
        let mut dice = Dice::new(seed ^ 0xa6e7);
        let begin = dice.next();
        let mut acts: Vec<u64> = (0..3 + dice.below(10)).map(|_| dice.next()).collect();
        let play = |acts: &[u64]| {
            let mut world = AgentWorld::new(begin, acts);
            let why = world.wrong().or_else(|| world.refused());
            (world, why)
        };
        let (world, why) = play(&acts);
        n_attacks += world.n_attacks;
        n_given += u64::from(world.can_approve());
        if why.is_none() {
            continue;
        }
        let mut n = 0;
        while n < acts.len() {
            let mut shorter = acts.clone();
            shorter.remove(n);
            match play(&shorter).1 {
                Some(_) => acts = shorter,
                None => n += 1,
            }
        }
        let (world, why) = play(&acts);
        panic!("seed {seed}: {}\n{}", why.unwrap(), world.ledger.log.join("\n"));
    }
    println!("{n_attacks} attacks in {n_histories} histories; access was given in {n_given}");
    assert!(n_attacks >= 4 * n_histories && n_given >= n_histories / 3);
}

#[test]
fn an_approver_is_forge_signed_only_by_their_own_merge_on_the_forge() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_histories = number("EXLEDGER_SEQUENCES").unwrap_or(HISTORIES);
    let mut n_signed = 0;
    for seed in first..first + n_histories {
        let mut dice = Dice::new(seed ^ 0xf03e);
        let begin = dice.next();
        let mut acts: Vec<u64> = (0..4 + dice.below(12)).map(|_| dice.next()).collect();
        let wrong = |acts: &[u64]| {
            let [with, without] = [true, false].map(|it| PressedLedger::new(begin, acts, it));
            with.wrong(&without)
        };
        n_signed += PressedLedger::new(begin, &acts, true).n_signed() as u64;
        if wrong(&acts).is_none() {
            continue;
        }
        // A shorter history has other ids, and so other acts behind it: only its end is cut.
        while acts.len() > 1 && wrong(&acts[..acts.len() - 1]).is_some() {
            acts.pop();
        }
        let why = wrong(&acts).unwrap();
        panic!("seed {seed}: {why}\n{}", PressedLedger::new(begin, &acts, true).log.join("\n"));
    }
    assert!(n_signed > n_histories / 2, "{n_signed} in {n_histories} histories");
}
