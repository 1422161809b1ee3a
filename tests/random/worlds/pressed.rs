//! A forge with a key of its own, on which people press merge; and what others do to look like that.
//!
//! Start at [`PressedLedger`]. The model knows whose account caused which merge, and which keys were listed and revoked:
//! **an approver is forge-signed if and only if their account caused that very merge under a key that is listed and not
//! revoked, and the state before lists them, by names that no claim let in; and without the signatures the same people are
//! approved as claimed.**

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use exledger::approval;
use exledger::approval::verdict::{ApprovalVerdict, FourEyes, Satisfied};
use exledger::history::mainline::Guard;
use exledger::history::objects::Oid;
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs::ApprovedRef;
use exledger::history::version::TrailKey;
use exledger::history::{chain, walk};
use exledger::policy::demand::Proof;
use exledger::record::time::Instant;

use super::ledger::{public, sign};
use super::texts::{POLICY, REVOKED, RecordText, SIGNERS};
use crate::dice::Dice;
use crate::memory::{Files, Memory};
use crate::openpgp::{openpgp, rsa_public};

const FORGE: &str = "Gitea <gitea@git.example.com>";

const RULES: &str = "\
version: 1
people: {forges: [gitea@git.example.com], logins: {555+leec: lee@example.com}}
groups: {approvers: [lee@example.com, dana@example.com]}
";

/// Who presses merge: as the forge names them, and the address of the listed person whose account it surely is.
const PRESSERS: [(&str, Option<&str>); 6] = [
    ("Lee <lee@example.com>", Some("lee@example.com")),
    ("Dana <dana@example.com>", Some("dana@example.com")),
    ("Lee <555+leec@users.noreply.github.com>", Some("lee@example.com")),
    // Whoever has the login now.
    (OTHER, None),
    ("Lee <leec@users.noreply.github.com>", None),
    ("Kim <kim@example.com>", None),
];

const OTHER: &str = "Leeroy <777+leec@users.noreply.github.com>";

/// How a record lands.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Somebody presses merge, here or on another branch of the forge that is then pushed.
    Press,
    /// Mallory types the forge and a person, without a signature, with that of another commit, or with one by his own key.
    Typed,
    Copied,
    OwnKey,
    Squash,
    UpdateBranch,
    /// Pressed inside the branch, which Mallory then merges.
    Nested,
    /// A person commits, and the forge signs.
    OtherCommitter,
}

/// A key of the forge, by its name; one that ends in 1 or 3 is an RSA key.
struct ForgeKey {
    name: String,
    is_listed: bool,
    is_revoked: bool,
    /// Whether what listed it proves as much.
    is_proven: bool,
}

impl ForgeKey {
    fn is_rsa(&self) -> bool {
        self.name.ends_with(['1', '3'])
    }

    fn public(&self) -> String {
        if self.is_rsa() { rsa_public(&self.name) } else { public(&self.name) }
    }
}

/// What really happened to a record.
struct Truth {
    /// The listed person whose account caused the merge, and the key's name.
    pressed: Option<(&'static str, String)>,
    /// Whether its merge has an SSH signature of another commit, so that nothing counts.
    is_spoiled: bool,
}

pub(super) struct PressedLedger {
    memory: Memory,
    files: Files,
    tip: Option<Oid>,
    now: i64,
    is_signed: bool,
    keys: Vec<ForgeKey>,
    /// Whether the policy says that the other account is Lee's, too: now, when that was proven last, and ever since.
    names: [bool; 3],
    /// A signature of an earlier merge, by an SSH key or as OpenPGP.
    signatures: Vec<(bool, String)>,
    truths: BTreeMap<String, Truth>,
    pub log: Vec<String>,
}

impl PressedLedger {
    /// Plays a history; without signatures, nobody makes any.
    pub(super) fn new(begin: u64, acts: &[u64], is_signed: bool) -> PressedLedger {
        let mut ledger = PressedLedger {
            memory: Memory::default(),
            files: Files::new(),
            tip: None,
            now: Instant::parse("2026-11-20T09:00:00Z").unwrap().unix(),
            is_signed,
            keys: Vec::new(),
            names: [false; 3],
            signatures: Vec::new(),
            truths: BTreeMap::new(),
            log: Vec::new(),
        };
        let name = format!("forge-{}", begin % 2);
        ledger.keys.push(ForgeKey { name, is_listed: true, is_revoked: false, is_proven: true });
        ledger.write(POLICY, RULES);
        ledger.write_keys();
        ledger.push("Root <root@example.com>", "Begin");
        for (n, act) in acts.iter().enumerate() {
            ledger.act(n, &mut Dice::new(*act));
        }
        ledger
    }

    fn act(&mut self, n: usize, dice: &mut Dice) {
        self.now += 3600;
        match dice.below(13) {
            0 => self.list_key(n, dice),
            1 => self.revoke_key(dice),
            2 => self.unlist_key(dice),
            3 => self.name(dice),
            _ => self.file(n, dice),
        }
    }

    fn write(&mut self, path: &str, text: &str) {
        let blob = self.memory.blob(text.as_bytes());
        self.files.insert(path.to_owned(), blob);
    }

    fn write_keys(&mut self) {
        let mut text = String::new();
        for key in self.keys.iter().filter(|key| key.is_listed) {
            writeln!(text, "gitea@git.example.com namespaces=\"git\" {}", key.public()).unwrap();
        }
        self.write(SIGNERS, &text);
    }

    /// Adds a key to the list, by a merge that the forge signs or by one that somebody types.
    fn list_key(&mut self, n: usize, dice: &mut Dice) {
        let good = self.keys.iter().find(|key| key.is_listed && key.is_proven && !key.is_revoked);
        let pressed = good.map(|key| key.name.clone()).filter(|_| dice.often(60));
        let name = format!("forge-{}", 2 + n);
        let is_proven = pressed.is_some() && self.surely(PRESSERS[0]).is_some();
        self.log.push(format!("{name} is listed, proven: {is_proven}"));
        self.keys.push(ForgeKey { name, is_listed: true, is_revoked: false, is_proven });
        // Whoever approves a list approves each of its lines.
        for key in self.keys.iter_mut().filter(|key| is_proven && key.is_listed) {
            key.is_proven = true;
        }
        self.write_keys();
        self.merge(["Root <root@example.com>", "Lee <lee@example.com>"], pressed);
    }

    /// Says that the other account is Lee's, or no longer, by a merge that Dana presses or by one that somebody types.
    fn name(&mut self, dice: &mut Dice) {
        let good = self.keys.iter().find(|key| key.is_listed && key.is_proven && !key.is_revoked);
        let pressed = good.map(|key| key.name.clone()).filter(|_| dice.often(60));
        let [is_now, was, always] = &mut self.names;
        *is_now = !*is_now;
        if pressed.is_some() {
            (*was, *always) = (*is_now, *is_now);
        }
        *always &= *is_now;
        self.log.push(format!("{OTHER} is Lee: {is_now}, proven: {}", pressed.is_some()));
        let more = if self.names[0] { "777+leec: lee@example.com, " } else { "" };
        // Each text is another one: what was approved before says nothing about it.
        let text = RULES.replace("logins: {", &format!("logins: {{{more}"));
        self.write(POLICY, &format!("{text}# {}\n", self.now));
        self.merge(["Root <root@example.com>", "Dana <dana@example.com>"], pressed);
    }

    /// Returns the listed person whose account this is by names that no claim let in.
    fn surely(&self, (ident, person): (&str, Option<&'static str>)) -> Option<&'static str> {
        const LEE: &str = "lee@example.com";
        let [is_now, was, always] = self.names;
        let is_proven = always || !is_now && !was;
        let person = person.or((ident == OTHER && is_now).then_some(LEE));
        person.filter(|person| *person != LEE || is_proven)
    }

    /// Revokes a key by a push, which counts at once, also for what it signed before.
    fn revoke_key(&mut self, dice: &mut Dice) {
        let n = dice.below(self.keys.len());
        self.keys[n].is_revoked = true;
        self.log.push(format!("{} is revoked", self.keys[n].name));
        let revoked = self.keys.iter().filter(|key| key.is_revoked);
        let text: String = revoked.map(|key| key.public() + "\n").collect();
        self.write(REVOKED, &text);
        self.push("Mallory <mallory@example.com>", "Revoke");
    }

    /// Takes a key off the list by a push, which counts at once, for what lands later.
    fn unlist_key(&mut self, dice: &mut Dice) {
        let n = dice.below(self.keys.len());
        self.keys[n].is_listed = false;
        self.log.push(format!("{} is no longer listed", self.keys[n].name));
        self.write_keys();
        self.push("Mallory <mallory@example.com>", "Rotate");
    }

    fn file(&mut self, n: usize, dice: &mut Dice) {
        let id = format!("EXC-2026-0{:02}AA", n + 10);
        let record = RecordText { is_periodic: false, ..RecordText::new(&id, dice) };
        self.write(&record.path(), &record.text());
        let way = dice.weighed(&[
            (16, Way::Press),
            (2, Way::Typed),
            (2, Way::Copied),
            (2, Way::OwnKey),
            (1, Way::Squash),
            (1, Way::UpdateBranch),
            (1, Way::Nested),
            (1, Way::OtherCommitter),
        ]);
        let presser = *dice.pick(&PRESSERS);
        let (ident, person) = (presser.0, self.surely(presser));
        let listed = self.keys.iter().find(|key| key.is_listed && !key.is_revoked);
        let key = match (dice.below(10), listed) {
            (0, _) => "forge-99".to_owned(),
            (1..6, Some(key)) => key.name.clone(),
            _ => dice.pick(&self.keys).name.clone(),
        };
        self.log.push(format!("{id}: {way:?} by {ident} under {key}"));
        let known = self.keys.iter().find(|known| known.name == key && known.is_listed);
        let is_proven = known.is_some_and(|key| key.is_proven);
        let copied = self.signatures.last().cloned();
        let mut truth = Truth { pressed: None, is_spoiled: false };
        let author = "Ana <ana@example.com>";
        match way {
            Way::Press => {
                truth.pressed = person.filter(|_| is_proven).map(|person| (person, key.clone()));
                self.merge([author, ident], Some(key));
            }
            Way::Typed => self.merge([author, ident], None),
            Way::Copied => {
                truth.is_spoiled = copied.as_ref().is_some_and(|(is_ssh, _)| *is_ssh);
                let signature = copied.map(|(_, signature)| signature);
                self.land([author, ident, FORGE], MERGE, signature);
            }
            Way::OwnKey => self.merge([author, ident], Some("mallory".to_owned())),
            Way::Squash => {
                let raw = self.raw(
                    &self.tip.into_iter().collect::<Vec<_>>(),
                    [author, FORGE],
                    "File it (#7)",
                );
                let signature = self.signature(&key, &raw);
                self.tip = Some(self.commit(raw, Some(signature)));
            }
            Way::UpdateBranch => {
                let subject = "Merge branch 'main' into feat";
                self.signed([author, ident, FORGE], subject, &key);
            }
            Way::Nested => {
                let tip = self.tip;
                self.signed([author, ident, FORGE], MERGE, &key);
                let inner = self.tip.unwrap();
                let raw =
                    self.raw(&[tip.unwrap(), inner], [MALLORY, MALLORY], "Merge branch 'work'");
                self.tip = Some(self.commit(raw, None));
            }
            Way::OtherCommitter => self.signed([author, ident, ident], MERGE, &key),
        }
        self.truths.insert(id, truth);
    }

    /// Lands the files as a branch by an author, merged on the forge by somebody.
    fn merge(&mut self, [author, by]: [&str; 2], key: Option<String>) {
        match key {
            Some(key) => self.signed([author, by, FORGE], MERGE, &key),
            None => self.land([author, by, FORGE], MERGE, None),
        }
    }

    fn signed(&mut self, idents: [&str; 3], subject: &str, key: &str) {
        let [author, by, committer] = idents;
        let parents = self.branch(author);
        let raw = self.raw(&parents, [by, committer], subject);
        let signature = self.signature(key, &raw);
        self.signatures.push((!signature.contains("PGP"), signature.clone()));
        self.tip = Some(self.commit(raw, Some(signature)));
    }

    fn land(&mut self, idents: [&str; 3], subject: &str, signature: Option<String>) {
        let [author, by, committer] = idents;
        let parents = self.branch(author);
        let raw = self.raw(&parents, [by, committer], subject);
        self.tip = Some(self.commit(raw, signature));
    }

    /// Commits the files on a branch, and returns the parents of its merge.
    fn branch(&mut self, author: &str) -> [Oid; 2] {
        let tip = self.tip.unwrap();
        let raw = self.raw(&[tip], [author, author], "Work");
        [tip, self.commit(raw, None)]
    }

    fn push(&mut self, by: &str, subject: &str) {
        let parents: Vec<Oid> = self.tip.into_iter().collect();
        let raw = self.raw(&parents, [by, by], subject);
        self.tip = Some(self.commit(raw, None));
    }

    fn raw(&self, parents: &[Oid], [author, committer]: [&str; 2], subject: &str) -> String {
        let mut raw = format!("tree {}\n", self.memory.tree(&Rc::new(self.files.clone())));
        for parent in parents {
            writeln!(raw, "parent {parent}").unwrap();
        }
        let now = self.now;
        write!(
            raw,
            "author {author} {now} +0000\ncommitter {committer} {now} +0000\n\n{subject}\n"
        )
        .unwrap();
        raw
    }

    fn signature(&self, key: &str, raw: &str) -> String {
        match key.ends_with(['1', '3']) {
            true => openpgp(key, raw.as_bytes(), u32::try_from(self.now).unwrap(), 7),
            false => sign(key, "git", raw),
        }
    }

    fn commit(&self, raw: String, signature: Option<String>) -> Oid {
        let signature = signature.filter(|_| self.is_signed);
        let header =
            signature.map(|it| format!("\ngpgsig {}\n\n", it.trim_end().replace('\n', "\n ")));
        let raw = match header {
            Some(header) => raw.replacen("\n\n", &header, 1),
            None => raw,
        };
        self.memory.commit(raw.into_bytes())
    }

    fn verdicts(&self) -> BTreeMap<String, Rc<ApprovalVerdict>> {
        let chosen = ApprovedRef {
            reference: "refs/heads/main".to_owned(),
            tip: self.tip.unwrap(),
            guard: Guard::Local,
            remote: None,
            trusted: None,
            seen: Vec::new(),
            approvals_log: None,
        };
        let now = Instant::from_unix(self.now).unwrap();
        let chain = chain::walk(&self.memory, &chosen, now).unwrap();
        let history = walk::walk(&self.memory, chain, &LedgerPrefix::default(), None).unwrap();
        history.parse(&self.memory);
        let trails = approval::judge(&history).trails.into_iter();
        let last = trails.filter_map(|(key, verdicts)| match key {
            TrailKey::Id(id) => Some((id, Rc::clone(verdicts.last()?))),
            _ => None,
        });
        last.collect()
    }

    /// Returns what is wrong, compared with the same history without signatures; `None` if nothing is.
    pub(super) fn wrong(&self, unsigned: &PressedLedger) -> Option<String> {
        let (verdicts, others) = (self.verdicts(), unsigned.verdicts());
        self.truths.iter().find_map(|(id, truth)| {
            let (verdict, other) = (verdicts.get(id)?, others.get(id)?);
            let is_revoked =
                |name: &String| self.keys.iter().any(|key| key.name == *name && key.is_revoked);
            let proven = truth.pressed.as_ref().filter(|(_, key)| !is_revoked(key));
            let signed = verdict.approvers.iter().filter(|it| it.level == Proof::ForgeSigned);
            let signed: Vec<&str> = signed.map(|it| it.person.email.as_str()).collect();
            let expected: Vec<&str> = proven.map(|(person, _)| *person).into_iter().collect();
            if signed != expected {
                let approvers = &verdict.approvers;
                return Some(format!("{id}: {signed:?}, not {expected:?}: {approvers:?}"));
            }
            if (verdict.result == FourEyes::ForgeSigned) == expected.is_empty() {
                return Some(format!("{id} is {}", verdict.result.as_str()));
            }
            let people = |verdict: &ApprovalVerdict| -> (bool, Vec<String>) {
                let emails = verdict.approvers.iter().map(|it| it.person.email.clone());
                (verdict.satisfied == Satisfied::Yes, emails.collect())
            };
            let is_same = truth.is_spoiled || people(verdict) == people(other);
            (!is_same).then(|| format!("{id}: {:?} and {:?}", people(verdict), people(other)))
        })
    }

    /// Returns how many merges are forge-signed.
    pub(super) fn n_signed(&self) -> usize {
        let verdicts = self.verdicts();
        verdicts.values().filter(|verdict| verdict.result == FourEyes::ForgeSigned).count()
    }
}

const MERGE: &str = "Merge pull request 'File it' (#7) from work into main";

const MALLORY: &str = "Mallory <mallory@example.com>";
