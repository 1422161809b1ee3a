//! Random approvals branches: honest statements, and whatever else somebody pushes there.
//!
//! Ana files versions of one record, which a forge squashes, so that nothing but statements approves them. Dana and Lee sign what
//! they read, and push it when they sign it. Dana's key leaves the list and comes back, or is revoked. Mal pushes anything: he has
//! Dana's key while it is not listed, and signs with it under any date; he swaps, replays, removes and squats statements, types the
//! dates of commits, and merges lines of his own below the tip.
//!
//! The oracle knows when somebody really signed, and whose keys were listed then. It allows one thing beyond what honest people
//! said: a retired key approves, under an old date, what landed in its time and is not removed since (`docs/security.md`).
//!
//! Start at [`run`]. Follows `docs/spec/approval.md`, S8.

use std::rc::Rc;

use exledger::approval;
use exledger::approval::verdict::Satisfied;
use exledger::history::chain::ApprovalsBranch;
use exledger::history::chain::{self, Chain};
use exledger::history::mainline::Guard;
use exledger::history::objects::Oid;
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs::ApprovedRef;
use exledger::history::version::TrailKey;
use exledger::history::walk;
use exledger::record::time::Instant;

use super::content::IDS;
use super::dice::Dice;
use super::memory::{Files, Memory};
use super::people::{Ident, Who};
use super::statement::{self, About};

const APPROVAL: &str = "exledger-approval@v1";
const SIGNERS: &str = ".github/allowed_signers";
const REVOKED: &str = ".github/revoked_keys";
const DAY: i64 = 86_400;

const POLICY: &str = "version: 1
name: t
tiers:
  - {name: standard, max_term: 400d, approvals: {count: 1}}
";

/// A statement that somebody signed, or that a retired key signed under another date.
#[derive(Clone, Copy, Debug)]
struct Said {
    by: Who,
    version: usize,
    /// The time from which it counts: when it was really signed, or the one that is typed.
    at: i64,
    stated: i64,
    rejects: bool,
    is_honest: bool,
}

/// A time at which something about the record or the keys changed on the approved branch.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Landed {
    Version(usize),
    Removed,
    /// Whether Dana's key is listed from here on.
    Listed(bool),
    Revoked,
}

struct World {
    memory: Memory,
    dice: Dice,
    now: i64,
    main: Oid,
    files: Files,
    branch: Option<(Oid, Files)>,
    landed: Vec<(i64, Landed)>,
    n_versions: usize,
    said: Vec<Said>,
    /// Pairs of path, text and signature that stood on the branch.
    pairs: Vec<(String, Vec<u8>, Vec<u8>)>,
    log: Vec<String>,
}

fn instant(seconds: i64) -> Instant {
    Instant::from_unix(seconds).unwrap()
}

fn text_of(version: usize) -> String {
    format!(
        "id: {}\ntitle: Version {version}\nclass: standard\ndeviates_from: {{rule: R}}\nsubject: {{application: a}}\n\
         owner: {{name: Ana Ruiz, email: ana@example.com}}\njustification: It is needed until the job is replaced.\n\
         risk: {{level: low}}\nroot_cause: brittle-dependency\nstarts: 2026-01-01\nexpires: 2027-01-01\n",
        IDS[0]
    )
}

impl World {
    fn begin(seed: u64) -> World {
        let memory = Memory::default();
        let mut world = World {
            memory,
            dice: Dice::new(seed),
            now: instant_of("2026-02-01T00:00:00Z"),
            main: Oid::NULL,
            files: Files::new(),
            branch: None,
            landed: Vec::new(),
            n_versions: 0,
            said: Vec::new(),
            pairs: Vec::new(),
            log: Vec::new(),
        };
        world.put("exledger.yaml", POLICY);
        world.put(SIGNERS, &world.signers(true));
        world.main =
            world.write(&world.files.clone(), &[], (Who::Lee.ident(), Who::Lee.ident()), world.now);
        world.landed.push((world.now, Landed::Listed(true)));
        world
    }

    fn signers(&self, with_dana: bool) -> String {
        let people = [Who::Ana, Who::Lee, Who::Dana];
        let listed = people.iter().filter(|who| with_dana || **who != Who::Dana);
        let line =
            |who: &Who| format!("{} namespaces=\"{APPROVAL}\" {}\n", who.email(), who.public());
        listed.map(line).collect()
    }

    fn put(&mut self, path: &str, text: &str) {
        let blob = self.memory.blob(text.as_bytes());
        self.files.insert(path.to_owned(), blob);
    }

    fn write(
        &self,
        files: &Files,
        parents: &[Oid],
        (author, committer): (Ident, Ident),
        at: i64,
    ) -> Oid {
        let tree = self.memory.tree(&Rc::new(files.clone()));
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        let raw = format!(
            "tree {tree}\n{parents}author {author} {at} +0000\ncommitter {committer} {at} +0000\n\nWork\n"
        );
        self.memory.commit(raw.into_bytes())
    }

    /// Lands the files on the approved branch.
    fn land(&mut self, author: Who, committer: Ident, what: Landed) {
        let files = self.files.clone();
        self.main = self.write(&files, &[self.main], (author.ident(), committer), self.now);
        self.landed.push((self.now, what));
        self.log.push(format!("{} landed {what:?}", instant(self.now)));
    }

    fn step(&mut self) {
        self.now +=
            3600 * (1 + self.dice.below(72) as i64) + if self.dice.often(4) { 25 * DAY } else { 0 };
        match self.dice.weighed(&[(5, 0), (1, 1), (2, 2), (1, 3), (7, 4), (2, 5), (14, 6)]) {
            0 => {
                self.n_versions += usize::from(self.n_versions == 0 || self.dice.often(80));
                let path = format!("exceptions/{}.yaml", IDS[0]);
                let text = text_of(self.n_versions);
                if self.files.get(&path) != Some(&self.memory.blob(text.as_bytes())) {
                    self.put(&path, &text);
                    self.land(Who::Ana, Ident::github(), Landed::Version(self.n_versions));
                }
            }
            1 => {
                let path = format!("exceptions/{}.yaml", IDS[0]);
                if self.files.remove(&path).is_some() {
                    self.land(Who::Lee, Who::Lee.ident(), Landed::Removed);
                }
            }
            2 => {
                let listed = !self.is_listed(Who::Dana, self.now);
                let text = self.signers(listed);
                self.put(SIGNERS, &text);
                // Somebody else than the author merged it.
                self.land(Who::Cy, Who::Lee.ident(), Landed::Listed(listed));
            }
            3 if self.dice.often(20) => {
                self.put(REVOKED, &(Who::Dana.public() + "\n"));
                self.land(Who::Lee, Who::Lee.ident(), Landed::Revoked);
            }
            4 => self.say(false),
            5 => self.say(true),
            _ => self.attack(),
        }
    }

    fn is_listed(&self, who: Who, at: i64) -> bool {
        let listed = self.landed.iter().filter(|(landed, _)| *landed < at);
        let mut last = listed.filter_map(|(_, what)| match what {
            Landed::Listed(listed) => Some(*listed),
            _ => None,
        });
        match who {
            Who::Dana => last.next_back().unwrap_or(true),
            Who::Lee | Who::Ana => true,
            _ => false,
        }
    }

    fn pair(
        &self,
        by: Who,
        key: Who,
        version: usize,
        at: i64,
        word: &str,
    ) -> (String, Vec<u8>, Vec<u8>) {
        let about = About::Record(0);
        let bytes = text_of(version).into_bytes();
        let tail = if word == "reject" { "reason No\n" } else { "" };
        let text = statement::text(&about, &bytes, by, instant(at), word, tail).into_bytes();
        let signature = key.sign(APPROVAL, &text).into_bytes();
        (statement::path(&about, &bytes, by), text, signature)
    }

    /// Adds files to the branch, on top of its tip.
    fn push(&mut self, files: &[(&str, Option<&[u8]>)], at: i64) {
        let (tip, mut all) =
            self.branch.clone().map_or((None, Files::new()), |(tip, all)| (Some(tip), all));
        for (path, bytes) in files {
            match bytes {
                Some(bytes) => drop(all.insert((*path).to_owned(), self.memory.blob(bytes))),
                None => drop(all.remove(*path)),
            }
        }
        let parents: Vec<Oid> = tip.into_iter().collect();
        let nobody = Ident::new("exledger approvals", "approvals@exledger.invalid");
        let tip = self.write(&all, &parents, (nobody.clone(), nobody), at);
        self.branch = Some((tip, all));
    }

    fn push_pair(&mut self, pair: &(String, Vec<u8>, Vec<u8>), at: i64) {
        let signature = format!("{}.sig", pair.0);
        self.push(&[(&pair.0, Some(&pair.1)), (&signature, Some(&pair.2))], at);
    }

    /// Somebody honest reads the newest version, or the next one as a draft, and says what they think.
    fn say(&mut self, rejects: bool) {
        let by = if rejects { Who::Lee } else { *self.dice.pick(&[Who::Dana, Who::Lee]) };
        // Dana is honest only while the key is hers alone.
        if !self.is_listed(by, self.now) {
            return;
        }
        let version = self.n_versions + usize::from(self.n_versions == 0 || self.dice.often(25));
        let word = if rejects { "reject" } else { "approve" };
        let pair = self.pair(by, by, version, self.now - 60, word);
        self.push_pair(&pair, self.now);
        self.pairs.push(pair);
        let (at, stated) = (self.now, self.now - 60);
        self.said.push(Said { by, version, at, stated, rejects, is_honest: true });
        self.log.push(format!("{} {by:?} {word}s version {version}", instant(at)));
    }

    fn any_time(&mut self) -> i64 {
        let back = [0, 3600, DAY, 5 * DAY, 20 * DAY, 60 * DAY, 800 * DAY];
        match self.dice.below(12) {
            0 => self.now + 3000 * DAY,
            _ => self.now - *self.dice.pick(&back),
        }
    }

    fn attack(&mut self) {
        let (at, other) = (self.any_time(), self.any_time());
        let version = self.dice.below(self.n_versions + 2);
        let what = self.dice.below(10);
        self.log.push(format!(
            "{} attack {what} about version {version}, dated {} and {}",
            instant(self.now),
            instant(at),
            instant(other)
        ));
        match what {
            // By a key that nobody listed, as anybody.
            0 => {
                let by = *self.dice.pick(&[Who::Dana, Who::Lee, Who::Mal, Who::Ana]);
                let word = *self.dice.pick(&["approve", "reject"]);
                let pair = self.pair(by, Who::Mal, version, other, word);
                self.push_pair(&pair, at);
            }
            // The author approves, with a listed key.
            1 => {
                let pair = self.pair(Who::Ana, Who::Ana, version, other, "approve");
                self.push_pair(&pair, at);
            }
            // By a key that is not listed any more.
            2 | 3 if !self.is_listed(Who::Dana, self.now) => {
                let pair = self.pair(Who::Dana, Who::Dana, version, other, "approve");
                self.push_pair(&pair, at);
                self.pairs.push(pair);
                let said = Said {
                    by: Who::Dana,
                    version,
                    at: at.max(other),
                    stated: other,
                    rejects: false,
                    is_honest: false,
                };
                self.said.push(said);
            }
            // A signature of another text, or another text below a signature.
            4 if self.pairs.len() > 1 => {
                let (one, two) =
                    (self.dice.pick(&self.pairs).clone(), self.dice.pick(&self.pairs).clone());
                if one.1 != two.1 {
                    self.push_pair(&(one.0, one.1, two.2), at);
                }
            }
            // The same again, under another date or name.
            5 if !self.pairs.is_empty() => {
                let pair = self.dice.pick(&self.pairs).clone();
                self.push_pair(&pair, at);
                self.date_again(&pair.1, at);
            }
            6 if !self.pairs.is_empty() => {
                let pair = self.dice.pick(&self.pairs).clone();
                let path = pair.0.replace(IDS[0], IDS[1]);
                self.push_pair(&(path, pair.1, pair.2), at);
            }
            // Removed or squatted.
            7 if !self.pairs.is_empty() => {
                let path = self.dice.pick(&self.pairs).0.clone();
                let path = if self.dice.often(50) { format!("{path}.sig") } else { path };
                let junk: Option<&[u8]> = if self.dice.often(50) { Some(b"junk") } else { None };
                self.push(&[(&path, junk)], at);
            }
            // A line of its own, merged as the first parent of the real tip.
            8 => {
                let Some((tip, all)) = self.branch.clone() else { return };
                let mal = || (Who::Mal.ident(), Who::Mal.ident());
                let old = self.write(&Files::new(), &[], mal(), at);
                let files = if self.dice.often(50) { all } else { Files::new() };
                let merge = self.write(&files, &[old, tip], mal(), other);
                // What a retired key says has the date of this merge then.
                for said in self.said.iter_mut().filter(|said| !said.is_honest) {
                    said.at = said.at.min(other.max(said.stated));
                }
                self.branch = Some((merge, files));
            }
            // The approved branch merged into it.
            _ => {
                let Some((tip, all)) = self.branch.clone() else { return };
                let merge =
                    self.write(&all, &[tip, self.main], (Who::Mal.ident(), Who::Mal.ident()), at);
                self.branch = Some((merge, all));
            }
        }
    }

    /// What a retired key said has the date of another commit that brings the same text, if that is earlier.
    fn date_again(&mut self, text: &[u8], at: i64) {
        let is_same = |said: &Said| {
            !said.is_honest
                && self.pair(said.by, said.by, said.version, said.stated, "approve").1 == text
        };
        let same: Vec<bool> = self.said.iter().map(is_same).collect();
        for (said, _) in self.said.iter_mut().zip(same).filter(|(_, is_same)| *is_same) {
            said.at = said.at.min(at.max(said.stated));
        }
    }

    fn chain(&self) -> Chain {
        let chosen = ApprovedRef {
            reference: "refs/heads/main".to_owned(),
            tip: self.main,
            guard: Guard::Local,
            remote: None,
            trusted: None,
            seen: Vec::new(),
            approvals_log: None,
        };
        let now = instant(self.now + 60);
        let chain = chain::walk(&self.memory, &chosen, now).unwrap();
        let tip = self.branch.as_ref().map(|(tip, _)| *tip);
        let mut approvals = ApprovalsBranch::read(&self.memory, tip, &[], &chain).unwrap();
        approvals.until = Some(now);
        Chain { approvals, ..chain }
    }

    /// Returns how the code under test contradicts the oracle, or `None`.
    fn wrong(&self) -> Option<String> {
        let history =
            walk::walk(&self.memory, self.chain(), &LedgerPrefix::default(), None).unwrap();
        history.parse(&self.memory);
        let approvals = approval::judge(&history);
        let verdicts = approvals.trails.get(&TrailKey::Id(IDS[0].to_owned()));
        let is_there = self.files.contains_key(&format!("exceptions/{}.yaml", IDS[0]));
        let verdict = verdicts.and_then(|verdicts| verdicts.last()).filter(|_| is_there)?;
        let is_approved = verdict.satisfied == Satisfied::Yes;
        let (allowed, owed) = self.truth();
        if is_approved && !allowed {
            return Some(format!(
                "it is approved, and nobody honest approved it: {:#?}",
                verdict.approvers
            ));
        }
        if !is_approved && owed {
            return Some(format!(
                "it is not approved, and somebody honest approved it: {:#?}",
                verdict.statements
            ));
        }
        None
    }

    /// Returns whether the version at the tip may be approved, and whether it must be.
    fn truth(&self) -> (bool, bool) {
        let is_version = |what: &Landed| matches!(what, Landed::Version(_));
        let newest = self.landed.iter().rfind(|(_, what)| is_version(what)).copied();
        let Some((landed, Landed::Version(tip))) = newest else { return (false, false) };
        let removals = self.landed.iter().filter(|(_, what)| *what == Landed::Removed);
        let removed = removals.map(|(at, _)| *at).rfind(|at| *at < landed);
        let about: Vec<&Said> =
            self.said.iter().filter(|said| said.version == tip && said.at <= self.now).collect();
        let is_revoked = self.landed.iter().any(|(_, what)| *what == Landed::Revoked);
        let is_sound = |said: &Said| {
            let listed = match said.at >= landed {
                true => self.is_listed(said.by, said.at + 1),
                false => self.is_listed(said.by, landed),
            };
            !said.rejects && listed && !(said.by == Who::Dana && is_revoked)
        };
        let counts = |said: &&&Said| is_sound(said) && landed <= said.stated + 30 * DAY;
        // Lee's own veto holds until he approves, whatever happens to the file meanwhile, and however long ago that is.
        let replaces =
            |yes: &&Said, no: &Said| is_sound(yes) && yes.by == no.by && yes.stated > no.stated;
        let mut vetoes = about.iter().filter(|said| said.rejects);
        if vetoes.any(|no| !about.iter().any(|yes| replaces(yes, no))) {
            return (false, false);
        }
        let is_fresh = |said: &&&Said| removed.is_none_or(|removed| said.stated >= removed);
        let counting: Vec<&&Said> = about.iter().filter(counts).filter(is_fresh).collect();
        // Another version that took effect meanwhile ends what was said before.
        let is_left = |said: &&&Said| {
            let meanwhile = |at: i64| at > said.stated && at <= landed;
            said.at >= landed
                || !self.said.iter().any(|other| other.version != tip && meanwhile(other.at))
                    && !self
                        .landed
                        .iter()
                        .any(|(at, what)| is_version(what) && *at != landed && meanwhile(*at))
        };
        let owed = counting.iter().any(|said| said.is_honest && is_left(said));
        (!counting.is_empty(), owed)
    }
}

fn instant_of(text: &str) -> i64 {
    Instant::parse(text).unwrap().unix()
}

/// Makes worlds and compares each with the oracle after every step.
pub(super) fn run(seeds: std::ops::Range<u64>) {
    let (mut n_approved, mut n_pending) = (0, 0);
    for seed in seeds {
        let mut world = World::begin(seed);
        for _ in 0..4 + world.dice.below(16) {
            world.step();
        }
        if let Some(why) = world.wrong() {
            panic!("seed {seed}: {why}\n{}", world.log.join("\n"));
        }
        if world.n_versions > 0 {
            match world.truth().1 {
                true => n_approved += 1,
                false => n_pending += 1,
            }
        }
    }
    assert!(n_approved > 20 && n_pending > 20, "{n_approved} and {n_pending}");
}
