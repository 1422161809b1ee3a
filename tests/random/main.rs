//! Random histories: whatever people do, no exception is in force for longer, or with a wider scope, than a version of
//! it that was really approved.
//!
//! A sequence starts a ledger and then lets people branch, commit under each other's names, merge, squash, rebase,
//! amend, push, sign, review, write notes, remove approval files and change the policy, all in memory. The oracle
//! (`truth`) knows who really did what; the code under test sees only what git shows. Follows `docs/spec/approval.md`
//! and `docs/spec/status.md`.
//!
//! Two kinds of approved branch are tested:
//!
//! - **Protected.** Only maintainers and forges write to it, and they name the people whom they know: a merge names the
//!   person who merged, a squash the person who opened the pull request and the authors of its commits as typed, a
//!   rebase its committer. Everything else (authors, committers, messages and merges inside a branch, titles of pull
//!   requests) is typed by the person who opened the pull request. Maintainers are honest: they name themselves, read
//!   the messages that they commit under their own name, and merge no file that reports a review that never took place.
//!   They may overlook such a file in a merge that also changes other files. A bot merges what nobody looked at, but it
//!   may not merge a change that consists of approval files alone.
//! - **Open.** Mal pushes whatever he likes, under any name, merges included. Then only `proof: attested` guarantees
//!   anything: the required number of key holders signed the content. One of them may be its author, unless the policy
//!   also says `authors: attested`.
//!
//! The assumptions, and what the oracle accepts as approved:
//!
//! - **Notes.** In half of the worlds anybody pushes notes under any name. There, a policy that accepts notes and does
//!   not require signatures trusts everyone who can push them, so nothing is guaranteed for what lands under it; under
//!   any other policy such notes have no effect. In the other worlds the forge and honest people write the notes, and
//!   they name the people whom they know.
//! - **Periodic reviews.** In a tier with `degraded: deny`, an entry in `reviews` keeps nothing in force if it appears
//!   only in versions that one honest person pushed, if this person is an author of all the other versions too, and if
//!   nobody signed or reviewed any of them.
//! - **Addresses.** A person who signs approvals, or reviews at the forge, commits under the address that the approval
//!   file states, or under one that the mailmap joins to it. The file states no name, so any other address of the same
//!   person can't be recognized.
//! - **Accounts.** In some worlds people hide their address from the forge, which then names their accounts, before and
//!   after their logins changed; the policy maps some of these accounts to people. If a key is listed for an address,
//!   its holder counts as somebody else than an account that nothing maps, even if the account is their own. Likewise,
//!   if the forge names an account by its login, the person who merges with it counts as somebody else than another
//!   address of their own that nothing joins to the account.
//! - **Same bytes, same content.** The path does not matter: moving a file, also back to its right name, makes nobody
//!   an author, and approvals given in the meantime apply to these bytes. If a merge takes over content unchanged from
//!   the merged branch, the person who merges is not its author, whatever conflicts they resolved elsewhere; but if no
//!   commit of the branch made that content, they bring it back and are its author. A signature on a commit that
//!   introduces bytes of an id covers these bytes, even if the commit holds other files of that id. A merge that only
//!   drops these other files brings nothing back. Content that returns to the last approved version, or that only adds
//!   reviews or fired triggers to it, keeps its approval; the authors of the changes in between no longer count as
//!   authors.
//! - **What a branch takes away counts, but takes no author away.** A record that a commit of a merged branch removed, closed
//!   or narrowed needs new approvals, also if the merge has it as before (approval.md, M5).
//! - **Closures.** The authors of a closure that also changes something else remain authors until somebody else
//!   approves; so do the authors of a record that is filed already closed.
//! - **File names.** Content that was approved under a wrong file name is in force once somebody else merges the move
//!   to its right name.
//! - **What honest people merged is in effect,** even if it is false: a mailmap or a list of keys that joins people,
//!   and a policy that git merged from two. A signed rejection is attributed to the person who really holds the key,
//!   and a tag that this person signs later replaces it.
//! - **Typed times and authors.** Somebody who pushes to an open branch chooses the times (`docs/decisions.md`, 0007). Somebody
//!   who opens a pull request chooses the authors of its commits, whose approvals don't count any more; what they reject does.
//! - **Permissive policies.** While a policy says `nested: allow` or `self_asserted: allow`, or pins `kernel`, nothing
//!   is guaranteed for what lands under it, nor after a dishonest person lands a change of governance under it. Any
//!   other change of governance that no honest person looked at must never count, unless it only makes the rules
//!   stricter (`counted`).
//!
//! `EXLEDGER_SEQUENCES=1000000 cargo test --profile histories --test random` runs a million of them;
//! `EXLEDGER_SEED=7` starts at another seed. A failing sequence is shortened and printed step by step.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod back;
mod bound;
mod branch;
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
#[path = "../support/openpgp.rs"]
mod openpgp;
mod people;
mod plain;
mod reopen;
mod shallow;
mod shrink;
mod signatures;
mod statement;
mod steps;
mod truth;
mod verdict;
mod work;
mod world;
mod worlds;
mod yes;

use std::env;

use dice::Dice;
use world::World;

/// What the program allocates with: a fifth of a long run is small pieces of histories.
#[cfg(feature = "cli")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The default number of sequences for each kind of approved branch.
const SEQUENCES: u64 = 50;

/// A sequence of steps, as the seeds that determine it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sequence {
    /// Whether Mal can push to the approved branch.
    open: bool,
    /// The seed of the initial state.
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

/// Returns what is wrong with a world, or `None`.
type Wrong = fn(&World) -> Option<String>;

/// Runs sequences of one kind; panics with the shortest form of the first that fails.
fn run(open: bool, wrong: Wrong) {
    run_some(open, SEQUENCES, wrong);
}

/// Like [`run`], with another default number of sequences.
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
fn a_shallow_clone_grants_nothing() {
    // Each sequence is evaluated once for each commit of its approved branch, hence fewer of them.
    run_some(false, 10, shallow::differs);
    run_some(true, 10, shallow::differs);
}

#[test]
fn a_lost_line_gives_nothing_back_that_was_taken_away() {
    // Each sequence is evaluated four times, hence fewer of them.
    run_some(false, 16, foxtrot::wrong);
    run_some(true, 16, foxtrot::wrong);
}

#[test]
fn the_approvals_branch_gives_what_honest_statements_give_and_nothing_else() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    branch::run(first..first + number("EXLEDGER_SEQUENCES").unwrap_or(100));
}

#[test]
fn bytes_that_resemble_an_openpgp_signature_are_read_to_an_answer() {
    let first = number("EXLEDGER_SEED").unwrap_or(0);
    let n_read = signatures::run(first..first + number("EXLEDGER_SEQUENCES").unwrap_or(1_000));
    assert!(n_read > 0);
}

/// Shortened sequences that once failed: whether Mal can push to the approved branch, and the seeds.
const FOUND: &[(bool, u64, &[u64])] = &[
    // A record that a merge moved over its broken second file was held to be removed and filed again.
    (
        false,
        13405979530144281230,
        &[
            15509448770928604314,
            13293961752900692310,
            13756342000130607868,
            15384935262386197666,
            10390187087230139380,
            12182228927480782136,
            14573219494045911702,
        ],
    ),
    // Someone who pushed a version under another name was no author of the next, although authors had to sign.
    (true, 8414374632711528738, &[18293711855041806890, 168358525047975551, 6050234016616523938]),
    // Of two signed tags of one commit, the second was attributed to the signer of the first.
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
    // The person who merged an old state back was no author if an unreadable file of the same name came back beside it.
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
    // After bytes in another folder were removed and came back, an earlier approval of them counted again.
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
    // A branch filed a record that stood on the line, and its merge left that out; this file took what landed next for approved.
    (
        false,
        6062769451366517094,
        &[
            9704170668903440657,
            17456660976271012475,
            14680445668881208409,
            18364120376134338561,
            1006314193925796633,
        ],
    ),
    // The author of a record in a branch was lost once the branch moved the record to another folder.
    (false, 1755138930826970792, &[5006771766802281689, 1973313946810733640, 7965949970076818839]),
    // Who had filed a record that nobody approved was no author of it any more after a branch removed and filed it again.
    (
        true,
        3655991430556880594,
        &[
            2217001955102367173,
            7781471810719607580,
            1429775111656760744,
            5483856322688253158,
            12124322615668806179,
        ],
    ),
    // The same where a merge by hand kept what its branch had removed.
    (
        false,
        14442455148022803622,
        &[
            1863545034911092755,
            16439878240933161304,
            6345391367330343399,
            2579695835020054076,
            11581512709397969042,
        ],
    ),
    // The same where merges inside the branch left it out.
    (
        false,
        13260833406628757872,
        &[
            2615702685910806727,
            1434848328681151134,
            7700088518299356895,
            17081392491040910305,
            6434515186036434226,
            3391432264491656249,
            8639335844851279730,
            16801645296947844847,
            5519165341839908970,
        ],
    ),
    // Who made a merge that moved a record approved what its branch had narrowed.
    (true, 11826859474270141643, &[3725911459879701894, 4650480172597252281, 12425883297928097476]),
    // A claim gave a revoked key back, as nobody had approved its revocation.
    (true, 11811940666755715173, &[777046200906751388, 6367536883386156680, 13428160662500996617]),
    // A vote for a merge approved what the merge brought back in spite of its branch, and showed nothing of.
    (
        false,
        3385534812984237324,
        &[
            6850209022400610217,
            14519968995338088864,
            15134425823461405252,
            2408388053847321661,
            3457038049002020915,
            15218922797753287448,
        ],
    ),
    // Who had reopened a closed record approved that, once its file had been moved away and back.
    (
        false,
        8150798060206033460,
        &[
            6150103951812642058,
            224100309628951844,
            16123556841675684551,
            15344098973011118208,
            5030420729064367398,
            11882125647348713414,
            14545245127875341632,
        ],
    ),
    // Who had filed a record approved that it covers more, once a second file had taken the place of the first.
    (
        false,
        14746484659238102495,
        &[14217198157805928134, 12696284752786187801, 5435583912434861339, 1997752813702213440],
    ),
    // Cut behind who filed a record, a clone forgot that unknown author once a merged branch removed the file and brought it back.
    (
        false,
        446297007267091816,
        &[
            16894916506630434235,
            11848471635233998845,
            4866406834189140039,
            312843485425881847,
            8460944522803081115,
        ],
    ),
    // A second file came as the first broke, by a merge that brought another change of it: the change stood before the second
    // file, which went on with what was approved before, wider too.
    (
        false,
        15720607807405310613,
        &[
            18030235613360764300,
            14269621841981340487,
            5528589684705289036,
            17492013644537272475,
            18437969098218846236,
        ],
    ),
    (
        false,
        2264091234099804417,
        &[
            17692159463701293595,
            2433927693133360546,
            879732300334943644,
            16900353225918677632,
            14333898084991117313,
            5837175404039972016,
            7876302731245740025,
            5083941787036870973,
            6220673829348771820,
        ],
    ),
];

#[test]
fn what_once_went_wrong_does_so_no_more() {
    for (open, begin, steps) in FOUND {
        let sequence = Sequence { open: *open, begin: *begin, steps: steps.to_vec() };
        let world = sequence.world();
        assert!(world.main.len() > 1, "{:?}", world.log);
        assert_eq!(named::differs(&world), None, "{:?}", world.log);
        assert_eq!(verdict::wrong(&world), None, "{:?}", world.log);
        assert_eq!(shallow::differs(&world), None, "{:?}", world.log);
    }
}
