//! A lost line restores nothing that had been taken away on it: neither a merge that makes it another parent, at whatever
//! depth and under whatever subject, nor a force push in a clone that saw the former tip.
//!
//! Start at [`wrong`]. Somebody commits on top of an older commit of the approved branch and pushes that, or merges the
//! tip into it and keeps the records of one of the two sides.

use std::rc::Rc;

use exledger::approval;
use exledger::history::mainline::Guard;
use exledger::history::objects::Oid;
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs::ApprovedRef;
use exledger::history::version::TrailKey;
use exledger::history::{chain, walk};
use exledger::record::time::Instant;
use exledger::record::{Record, file};
use exledger::status::state::InForce;

use super::content::{CLOSURE, Content, FIRED, IDS};
use super::law::Law;
use super::memory::Files;
use super::statement::About;
use super::truth::State;
use super::verdict::{self, instants, record_state};
use super::world::{World, is_record};

/// How the former line is lost.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// By a merge that many merges below the tip, which keeps the records of an own line, or those of the former one.
    Merge { depth: usize, keeps_ours: bool },
    /// By a force push; the clone saw the tip before.
    Force,
}

/// The subjects of merges: none of them matters.
const SUBJECTS: [&str; 4] = [
    "Merge branch 'main' of https://example.com/x",
    "Merge branch 'mine' into main",
    "Merge pull request #7 from example/mine",
    "Tidy up",
];

/// Returns what a lost line restores, or `None`.
pub(super) fn wrong(world: &World) -> Option<String> {
    // Under a permissive policy nothing is guaranteed, least of all for what a merge brings.
    if world.laws.values().any(Law::is_open) {
        return None;
    }
    // Only one fork point per sequence, because each needs an evaluation of the whole history.
    let tip = world.tip();
    let [digit, other, ..] = tip.as_bytes() else { return None };
    let n_forks = world.main.len().checked_sub(1).filter(|n| *n > 0)?;
    let fork = usize::from(*digit) % n_forks;
    let depth = usize::from(*other) % 4;
    let ways = [
        Way::Merge { depth, keeps_ours: true },
        Way::Merge { depth: 0, keeps_ours: false },
        Way::Force,
    ];
    ways.into_iter().find_map(|way| given_back(world, fork, way))
}

fn given_back(world: &World, fork: usize, way: Way) -> Option<String> {
    let former = world.tip();
    let (tip, seen) = match way {
        Way::Merge { depth, keeps_ours } => (foxtrot(world, fork, depth, keeps_ours), Vec::new()),
        Way::Force => {
            let old = world.main[fork].oid;
            let mut files: Files = world.files(old).as_ref().clone();
            files.insert("README.md".to_owned(), world.memory.blob(b"Mine\n"));
            (commit(world, &files, &[old], "Work"), vec![former])
        }
    };
    let chosen = ApprovedRef {
        reference: "refs/remotes/origin/main".to_owned(),
        tip,
        guard: Guard::Remote,
        remote: None,
        trusted: None,
        seen,
        approvals_log: None,
    };
    let chain = chain::walk(&world.memory, &chosen, world.instant()).unwrap();
    let read = |chain| {
        let history = walk::walk(&world.memory, chain, &LedgerPrefix::default(), None).unwrap();
        history.parse(&world.memory);
        history
    };
    let history = read(chain);
    let approvals = approval::judge(&history);
    let whole = read(verdict::chain(world));
    let of_whole = approval::judge(&whole);
    for (id, name) in IDS.iter().enumerate() {
        let taken = taken_away(world, fork, id);
        let key = TrailKey::Id((*name).to_owned());
        for at in instants(world) {
            let of_former = record_state(&whole, &of_whole, &key, at);
            let record_state = record_state(&history, &approvals, &key, at);
            let Some(effective) =
                record_state.effective.filter(|_| record_state.in_force == InForce::Yes)
            else {
                continue;
            };
            // What people approved anew on the former line, and the merge has as it is there, is not given back by the merge.
            let is_kept = match way {
                Way::Merge { keeps_ours: false, .. } => true,
                Way::Merge { .. } => of_former.effective.as_ref() == Some(&effective),
                Way::Force => false,
            };
            if is_kept && of_former.in_force == InForce::Yes {
                continue;
            }
            // Who signs these very bytes after that approves them anew.
            let is_signed_anew = |since: Instant| {
                world.signed.iter().any(|signed| {
                    signed.about == About::Record(id)
                        && !signed.rejects
                        && signed.at >= since
                        && is_text_of(world, signed.blob, &effective, name)
                })
            };
            let beyond = taken
                .iter()
                .find(|(since, taken)| is_given_back(taken, &effective) && !is_signed_anew(*since));
            if let Some(beyond) = beyond {
                return Some(format!(
                    "from landing {fork}, {way:?}: {name} is in force at {at} after {:?}",
                    beyond.1
                ));
            }
        }
    }
    None
}

/// Merges the tip into a new commit on top of an older one, also through merges of that kind, and returns the last merge.
fn foxtrot(world: &World, fork: usize, depth: usize, keeps_ours: bool) -> Oid {
    let old = world.main[fork].oid;
    let mut ours: Files = world.files(old).as_ref().clone();
    ours.insert("README.md".to_owned(), world.memory.blob(b"Mine\n"));
    let mine = commit(world, &ours, &[old], "Work");
    let mut files: Files = world.files(world.tip()).as_ref().clone();
    if keeps_ours {
        files.retain(|path, _| !is_record(path));
        files.extend(ours.iter().filter(|(path, _)| is_record(path)).map(|(k, v)| (k.clone(), *v)));
    }
    let mut tip = world.tip();
    for n in 0..=depth {
        tip = commit(world, &files, &[mine, tip], SUBJECTS[(fork + n) % SUBJECTS.len()]);
    }
    tip
}

fn commit(world: &World, files: &Files, parents: &[Oid], message: &str) -> Oid {
    let tree = world.memory.tree(&Rc::new(files.clone()));
    let parents: String = parents.iter().map(|it| format!("parent {it}\n")).collect();
    // Nobody approves by it: whoever merges what somebody else wrote otherwise ends what had been taken away.
    let who = format!("GitHub <noreply@github.com> {} +0000", world.now);
    let raw = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{message}\n");
    world.memory.commit(raw.into_bytes())
}

/// Tells whether some bytes are those of a record with this id.
fn is_text_of(world: &World, blob: Oid, record: &Record, id: &str) -> bool {
    let Some(content) = world.contents.get(&blob) else { return false };
    let read = file::read(&format!("exceptions/{id}.yaml"), content.text().as_bytes());
    read.record.as_ref() == Some(record)
}

/// What a landing after the fork took away.
#[derive(Debug)]
enum Taken {
    All,
    Beyond(Content),
}

/// Returns what landings after the fork took away, each with its time.
fn taken_away(world: &World, fork: usize, id: usize) -> Vec<(Instant, Taken)> {
    let states = world.main[fork..].iter();
    let states: Vec<State> =
        states.map(|landing| world.state(&world.files(landing.oid), id)).collect();
    let taken = |(n, pair): (usize, &[State])| {
        let taken = match pair {
            [State::One(..), State::Gone] => Some(Taken::All),
            [State::One(before, _), State::One(after, _)] if after.get(CLOSURE) > 0 => {
                (before.get(CLOSURE) == 0).then_some(Taken::All)
            }
            [State::One(before, _), State::One(after, _)] => {
                let before = record(before)?;
                let takes = after.get(FIRED) > 0 || after.exceeded_by(&before, false).is_some();
                takes.then_some(Taken::Beyond(*after))
            }
            _ => None,
        };
        Some((world.effective(fork + n + 1), taken?))
    };
    states.windows(2).enumerate().filter_map(taken).collect()
}

fn is_given_back(taken: &Taken, effective: &Record) -> bool {
    match taken {
        Taken::All => true,
        Taken::Beyond(content) => content.exceeded_by(effective, false).is_some(),
    }
}

fn record(content: &Content) -> Option<Record> {
    file::read("exceptions/x.yaml", content.text().as_bytes()).record
}
