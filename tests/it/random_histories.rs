//! Random histories: whatever people do, nothing is in force longer or wider than something that was really approved.
//!
//! A sequence begins a ledger and then lets people branch, type each other's names, merge, squash, rebase, amend, push,
//! sign, review, write notes, remove approval files and change the policy, all in memory. The oracle (`truth`) knows who
//! really did what; the code under test sees only what git shows. Follows `docs/spec/approval.md` and `docs/spec/status.md`.
//!
//! What is promised, and under which assumptions:
//!
//! - **Protected mainline.** The mainline is written by maintainers and by forges, who name whom they know: a merge names
//!   its merger, a squash its opener and the typed authors of its commits, a rebase its committer. Everything else
//!   (authors, committers, messages and merges inside a branch, titles of pull requests) is typed by whoever opened it.
//!   Maintainers are honest: they name themselves, read the messages that they commit under their own name, and let no
//!   file land that tells of a review that never was. They may overlook it in a merge that also changes other files.
//!   A bot merges what nobody looked at; approval files alone it may not merge.
//! - **Open mainline.** Mal pushes to the mainline what he likes, under any name, merges included. Then only
//!   `proof: attested` promises something: as many key holders as are demanded signed the content, one of whom may be
//!   its writer; with `authors: attested` nobody who wrote it.
//! - **Notes.** In half of the worlds anybody pushes them under any name. Where the policy says that notes count and asks for
//!   no signature, it trusts all who can, and nothing is promised of what lands by it; by any other policy such notes
//!   give nothing. In the other worlds the forge and honest people write them, who name whom they know.
//! - **Looks.** Where a tier says `degraded: deny`, a review that stands only in what one honest person pushed, who also
//!   made all the rest of the record, and about which nobody said a word, keeps nothing in force.
//! - Who signs approvals, or reviews at the forge, writes under the address that the approval file names, or one that the
//!   mailmap joins to it: the file names no name by which another address could be told.
//! - **Accounts.** In some worlds people hide their address from the forge, which names their accounts, before and after
//!   their logins changed; the policy says whose accounts some of these are. Who signs by a key that is listed for an
//!   address is told by it from an account that nothing maps, though it be their own. So is who merges by an account that
//!   the forge calls by its login from another address of their own, which nothing joins to it.
//! - Bytes are the same content wherever they lie: who moves a file, back to its right name too, made nothing, and what is
//!   said of it meanwhile is said of these bytes. What a merge takes as it stands in a merged branch, its merger did not
//!   make, whatever else he resolved, but for what no commit of the branch made: that he brings back. Who signs a commit that brings some bytes of an id signs those, however many there
//!   are, and who merges a side without the other files of the id brings nothing back. What says again the last approved
//!   content, or what only adds reviews or triggers that fired to it, has its yes, and lets out who changed it in between.
//! - A closure that says anything else too keeps its authors until somebody else approves; who files a record closed, too.
//! - What was approved under a wrong file name is in force once somebody else lets it have its own.
//! - What honest people let land is what stands: a mailmap and a list of keys join persons, also by lies that were merged,
//!   and so speaks a policy that git merged of two. A no is the word of the key's own person, and a later tag of theirs is
//!   a later word.
//! - Whoever pushes types the time (open mainline), whoever opens a pull request the authors of its commits, whose no then
//!   forbids nothing: `docs/decisions/0007`.
//! - While a policy says `nested: allow` or `self_asserted: allow`, or pins `kernel`, nothing is promised of what lands by
//!   it, nor after governance that a liar lands by it. Other governance that nobody honest looked at never counts, unless it
//!   only asks for more: that is promised (`counted`).
//!
//! `EXLEDGER_SEQUENCES=1000000 cargo test --release --test it -- random_histories` runs a million of them;
//! `EXLEDGER_SEED=7` begins at another seed. A sequence that goes wrong is made shorter and told step by step.

mod back;
mod bound;
mod content;
mod counted;
mod dice;
mod edits;
mod forge;
mod foxtrot;
mod law;
mod learn;
mod look;
mod memory;
mod misnamed;
mod named;
mod notes;
mod people;
mod plain;
mod reopen;
mod shallow;
mod shrink;
mod statement;
mod steps;
mod truth;
mod verdict;
mod work;
mod world;
mod yes;

use std::env;

use dice::Dice;
use world::World;

/// How many sequences run where nobody says otherwise, for each kind of mainline.
const SEQUENCES: u64 = 150;

/// What happens, by numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sequence {
    /// Whether Mal pushes to the mainline.
    open: bool,
    /// The seed of the beginning.
    begin: u64,
    /// The seed of each step.
    steps: Vec<u64>,
}

impl Sequence {
    /// Returns the sequence of a seed.
    fn of(open: bool, seed: u64) -> Sequence {
        let mut dice = Dice::new(seed ^ if open { 0x5eed } else { 0 });
        let n_steps = 4 + dice.below(14);
        Sequence { open, begin: dice.next(), steps: (0..n_steps).map(|_| dice.next()).collect() }
    }

    fn world(&self) -> World {
        let mut world = World::new(self.open);
        world.begin(&mut Dice::new(self.begin));
        for step in &self.steps {
            world.step(*step);
        }
        world.end();
        world
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// What may be wrong with a world; `None` where nothing is.
type Wrong = fn(&World) -> Option<String>;

/// Runs sequences of one kind, and tells of the first that goes wrong, at its shortest.
fn run(open: bool, wrong: Wrong) {
    run_some(open, SEQUENCES, wrong);
}

/// Runs as many sequences where nobody says otherwise.
fn run_some(open: bool, n_sequences: u64, wrong: Wrong) {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_sequences = number("EXLEDGER_SEQUENCES").unwrap_or(n_sequences);
    for seed in first..first + n_sequences {
        let sequence = Sequence::of(open, seed);
        if wrong(&sequence.world()).is_none() {
            continue;
        }
        let is_wrong = |sequence: &Sequence| wrong(&sequence.world()).is_some();
        let shortest = shrink::shortest(&sequence, &is_wrong);
        let world = shortest.world();
        let why = wrong(&world).unwrap();
        panic!("seed {seed}: {why}\n{}\n{shortest:?}", world.log.join("\n"));
    }
}

#[test]
fn on_a_protected_mainline_nothing_is_in_force_beyond_what_was_really_approved() {
    run(false, verdict::wrong);
}

#[test]
fn on_an_open_mainline_nothing_is_in_force_beyond_what_key_holders_signed() {
    run(true, verdict::wrong);
}

#[test]
fn a_record_judged_by_itself_is_what_it_is_among_all() {
    run(false, named::differs);
}

#[test]
fn a_shallow_clone_grants_nothing_that_the_whole_repository_does_not() {
    // Each of them is judged once for each commit of its mainline.
    run_some(false, 30, shallow::differs);
    run_some(true, 30, shallow::differs);
}

#[test]
fn a_foxtrot_merge_gives_nothing_back_that_was_taken_away() {
    run(false, foxtrot::wrong);
    run(true, foxtrot::wrong);
}

/// Shortest sequences that once went wrong, by whether Mal pushes to the mainline and by their seeds.
const FOUND: &[(bool, u64, &[u64])] = &[
    // Of two tags of one commit, the second was taken for what the signature of the first showed.
    (
        true,
        12465270722999060933,
        &[
            3599428550373651852,
            6168488365167247688,
            13765486711121906669,
            2021082979431148911,
            2950276189931618110,
        ],
    ),
    // Who merged an old state back was forgotten where a broken file of the same name came back beside it.
    (
        false,
        4397834766765535176,
        &[
            3609130016812459478,
            16871948622543064750,
            12509130684128546347,
            5242038676877364825,
            4792858791576958542,
            2871138270724941687,
        ],
    ),
    // A word about bytes that lay in another folder, removed since, counted again when they came back.
    (
        false,
        11780298271539538991,
        &[
            2533093503799115001,
            10476669465116312356,
            10815225593806064946,
            17698112106497247318,
            2232180153442141668,
        ],
    ),
    // Who wrote a record in a branch was forgotten once the branch moved it to another folder.
    (false, 1755138930826970792, &[5006771766802281689, 1973313946810733640, 7965949970076818839]),
];

#[test]
fn what_once_went_wrong_does_so_no_more() {
    for (open, begin, steps) in FOUND {
        let sequence = Sequence { open: *open, begin: *begin, steps: steps.to_vec() };
        let world = sequence.world();
        assert!(world.main.len() > 1, "{:?}", world.log);
        assert_eq!(named::differs(&world), None, "{:?}", world.log);
        assert_eq!(verdict::wrong(&world), None, "{:?}", world.log);
    }
}
